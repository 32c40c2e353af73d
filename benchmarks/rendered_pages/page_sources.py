"""Whole pages: prose with a table or two in it, and pages that only look as if they had one."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from rendered_pages import table_sources
from rendered_pages.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page. ``tables`` are the truths of its tables in the order of the HTML."""

    name: str
    html: str
    tables: Sequence[str]


FONTS = (
    "Liberation Sans",
    "Liberation Serif",
    "Liberation Mono",
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
)

CSS = (
    """
@page { size: 595pt 842pt; margin: 0; }
* { box-sizing: border-box; } html, body { margin: 0; }
section { width: 595pt; height: 842pt; padding: 50pt 48pt; overflow: hidden; break-after: page;
  position: relative; font: 10pt/1.4 "Liberation Sans", "Noto Sans CJK SC", sans-serif; }
section.serif { font-family: "Liberation Serif", "Noto Serif CJK SC", serif; }
p { margin: 0 0 6pt; text-align: justify; } h2 { font-size: 13pt; margin: 8pt 0 5pt; }
.two { column-count: 2; column-gap: 20pt; column-fill: auto; height: 700pt; }
.caption { font-size: 9pt; text-align: left; } .toc div { display: flex; } .toc i { flex: 1; overflow: hidden;
  white-space: nowrap; font-style: normal; } pre { font: 8.5pt/1.35 "Liberation Mono", monospace; }
.box { border: 0.8pt solid #333; padding: 6pt; } .field { display: flex; margin: 5pt 0; }
.field b { width: 110pt; font-weight: normal; } .field u { border: 0.7pt solid #333; flex: 1; height: 16pt; }
.references p { padding-left: 22pt; text-indent: -22pt; } .references b { display: inline-block; width: 22pt;
  text-indent: 0; font-weight: normal; }
"""
    + table_sources.CSS
)


def pages(seed: int) -> list[PageSource]:
    """Every kind of table in each of its styles, in English or Chinese, and every kind of page without."""
    made: list[PageSource] = []
    for language in ("en", "zh"):
        for kind, maker, styles in table_sources.KINDS:
            for style in styles:
                name = f"{language}-{kind}-{style.replace(' ', '-')}"
                random = Random(f"{seed}/{name}")
                made.append(_table_page(name, random, Vocabulary(random, language), maker, style))
        for kind, plain in PLAIN_PAGES.items():
            random = Random(f"{seed}/{language}/{kind}")
            body = plain(random, Vocabulary(random, language))
            made.append(PageSource(f"{language}-{kind}", _section(body, random), ()))
        for kind, style in (("simple", "booktabs"), ("simple", "bordered"), ("simple", "plain")):
            random = Random(f"{seed}/{language}/two-columns/{style}")
            name = f"{language}-two_columns_{kind}-{style}"
            made.append(_two_column_page(name, random, Vocabulary(random, language), style))
    return made


def _section(body: str, random: Random) -> str:
    serif = ' class="serif"' if random.random() < 0.5 else ""
    return f"<section{serif}>{body}</section>"


def _table_page(
    name: str, random: Random, words: Vocabulary, maker: table_sources.Maker, style: str
) -> PageSource:
    shown = f"{style} full" if random.random() < 0.4 and "wrapped" not in style else style
    table = maker(random, words, shown)
    caption = f'<p class="caption">{html.escape(words.sentence(8))}</p>'
    if len(table.body) > 20:
        body = caption + table.shown()
        return PageSource(name, _section(body, random), (table.truth(),))
    parts = [
        f"<h2>{words.label(3)}</h2>",
        _paragraphs(words, 2),
        caption,
        table.shown(),
        _paragraphs(words, 2),
    ]
    truths = [table.truth()]
    if random.random() < 0.3:
        second = table_sources.simple(random, words, style, rows=4)
        parts += [second.shown(), _paragraphs(words, 1)]
        truths.append(second.truth())
    return PageSource(name, _section("".join(parts), random), truths)


def _two_column_page(name: str, random: Random, words: Vocabulary, style: str) -> PageSource:
    table = table_sources.simple(random, words, style, columns=2, rows=6)
    body = f"<h2>{words.label(3)}</h2>" + _paragraphs(words, random.randint(1, 3)) + table.shown()
    body += _paragraphs(words, 7 if words.chinese else 5)
    return PageSource(name, _section(f'<div class="two">{body}</div>', random), (table.truth(),))


def _paragraphs(words: Vocabulary, count: int) -> str:
    return "".join(f"<p>{html.escape(words.paragraph(words.random.randint(3, 5)))}</p>" for _ in range(count))


def _prose(random: Random, words: Vocabulary) -> str:
    del random
    return "".join(f"<h2>{words.label(3)}</h2>{_paragraphs(words, 3)}" for _ in range(3))


def _two_column_prose(random: Random, words: Vocabulary) -> str:
    return f'<div class="two">{_prose(random, words)}</div>'


def _lists(random: Random, words: Vocabulary) -> str:
    items = "".join(f"<li>{html.escape(words.sentence(random.randint(4, 20)))}</li>" for _ in range(8))
    short = "".join(f"<li>{words.label(3)}</li>" for _ in range(8))
    return f"<h2>{words.label(2)}</h2><ul>{items}</ul><ol>{short}</ol>{_paragraphs(words, 2)}<ul>{short}</ul>"


def _contents(random: Random, words: Vocabulary) -> str:
    page, rows = 1, []
    dots = "." * 200 if random.random() < 0.6 else ""
    for number in range(1, 22):
        page += random.randint(0, 6)
        title = f"{number // 4 + 1}.{number % 4 + 1} {words.label(4)}"
        rows.append(f"<div><span>{title}</span><i>{dots}</i><span>{page}</span></div>")
    return f'<h2>{words.label(1)}</h2><div class="toc">{"".join(rows)}</div>'


def _code(random: Random, words: Vocabulary) -> str:
    name = random.choice(["total", "value", "items", "scale"])
    lines = [f"def {name}(rows, limit=10):", "    result = []            # collected so far"]
    lines += [f"    {name}_{i} = rows[{i}] * {i + 2:<6}  # step {i}" for i in range(6)]
    lines += [
        "    for row in rows:",
        "        if row.size > limit:",
        "            result.append(row)",
        "    return result",
    ]
    return f"{_paragraphs(words, 2)}<pre>{html.escape(chr(10).join(lines))}</pre>{_paragraphs(words, 2)}"


def _references(random: Random, words: Vocabulary) -> str:
    entries = "".join(
        f"<p><b>[{number}]</b>{html.escape(words.sentence(random.randint(10, 26)))} "
        f"{random.randint(1980, 2024)}.</p>"
        for number in range(1, 18)
    )
    return f'<h2>{words.label(1)}</h2><div class="references">{entries}</div>'


def _form(random: Random, words: Vocabulary) -> str:
    del random
    fields = "".join(f'<div class="field"><b>{words.label(2)}:</b><u></u></div>' for _ in range(9))
    return f"<h2>{words.label(2)}</h2>{_paragraphs(words, 1)}{fields}{_paragraphs(words, 1)}"


def _boxed(random: Random, words: Vocabulary) -> str:
    del random
    box = f'<div class="box">{_paragraphs(words, 1)}</div>'
    return _paragraphs(words, 2) + box + _paragraphs(words, 2) + box


def _chart(random: Random, words: Vocabulary) -> str:
    bars = "".join(
        f'<rect x="{40 + 50 * i}" y="{200 - h}" width="30" height="{h}" fill="#69c"/>'
        f'<text x="{55 + 50 * i}" y="215" text-anchor="middle">{2010 + i}</text>'
        for i, h in enumerate(random.randint(20, 180) for _ in range(7))
    )
    lines = "".join(
        f'<line x1="30" y1="{y}" x2="400" y2="{y}" stroke="#999"/><text x="4" y="{y + 3}">{200 - y}</text>'
        for y in range(0, 201, 40)
    )
    axis = '<line x1="30" y1="0" x2="30" y2="200" stroke="#000"/>'
    chart = f'<svg width="420" height="225" font-size="9">{lines}{axis}{bars}</svg>'
    return _paragraphs(words, 2) + chart + _paragraphs(words, 2)


PLAIN_PAGES: dict[str, Callable[[Random, Vocabulary], str]] = {
    "prose": _prose,
    "two_column_prose": _two_column_prose,
    "lists": _lists,
    "contents": _contents,
    "code": _code,
    "references": _references,
    "form": _form,
    "boxed": _boxed,
    "chart": _chart,
}
