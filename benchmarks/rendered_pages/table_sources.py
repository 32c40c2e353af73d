"""Tables as HTML in the styles that documents use, with the truth that a reader must recover."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from rendered_pages.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    columns: int = 1
    rows: int = 1
    number: bool = False
    bold: bool = False
    ruled: bool = False
    """A short rule under a label over several columns."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """``head`` and ``body`` rows; ``style`` names the lines drawn: see ``CSS``."""

    head: Sequence[Sequence[Cell]]
    body: Sequence[Sequence[Cell]]
    style: str
    widths: Sequence[int] = ()
    """Column widths in points, where text has to wrap."""

    def shown(self) -> str:
        columns = "".join(f'<col style="width:{width}pt">' for width in self.widths)
        group = f"<colgroup>{columns}</colgroup>" if columns else ""
        return (
            f'<table class="truth {self.style}">{group}<thead>{_rows(self.head, "th", True)}</thead>'
            f"<tbody>{_rows(self.body, 'td', True)}</tbody></table>"
        )

    def truth(self) -> str:
        return (
            f"<table><thead>{_rows(self.head, 'td', False)}</thead>"
            f"<tbody>{_rows(self.body, 'td', False)}</tbody></table>"
        )


def _rows(rows: Sequence[Sequence[Cell]], tag: str, shown: bool) -> str:
    return "".join("<tr>" + "".join(_cell(cell, tag, shown) for cell in row) + "</tr>" for row in rows)


def _cell(cell: Cell, tag: str, shown: bool) -> str:
    names = [name for name in ("number", "bold", "ruled") if shown and getattr(cell, name)]
    attributes = f' class="{" ".join(names)}"' if names else ""
    attributes += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    attributes += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    return f"<{tag}{attributes}>{html.escape(cell.text)}</{tag}>"


CSS = """
table { border-collapse: collapse; margin: 10pt 0; font-size: 9pt; }
td, th { padding: 2.5pt 6pt; text-align: left; vertical-align: middle; }
th { text-align: center; font-weight: bold; } .number { text-align: right; } .bold { font-weight: bold; }
.full { width: 100%; }
.bordered td, .bordered th { border: 0.7pt solid #222; }
.open td, .open th { border: 0.7pt solid #222; } .open tr > :first-child { border-left: none; }
.open tr > :last-child { border-right: none; }
.double td, .double th { border: 2.2pt double #222; }
.booktabs { border-top: 1.2pt solid #000; border-bottom: 1.2pt solid #000; }
.booktabs thead { border-bottom: 0.7pt solid #000; } .booktabs th.ruled { border-bottom: 0.6pt solid #000; }
.booktabs th { font-weight: normal; }
.lines td, .lines th { border-bottom: 0.5pt solid #888; } .lines { border-top: 1pt solid #333; }
.zebra tbody tr:nth-child(odd) { background: #e6eef7; } .zebra thead { background: #345; color: #fff; }
.plain td, .plain th { padding: 2pt 9pt; } .plain th { text-align: left; }
.underlined thead { border-bottom: 1pt solid #000; }
.framed { border: 0.8pt solid #000; } .framed thead { border-bottom: 0.8pt solid #000; }
.roomy td, .roomy th { padding: 5pt 8pt; } .wrapped { table-layout: fixed; }
.wrapped td { vertical-align: top; } .small { font-size: 7.5pt; } .small td, .small th { padding: 1.4pt 4pt; }
"""


def simple(random: Random, words: Vocabulary, style: str, *, rows: int = 0, columns: int = 0) -> TableSource:
    """A stub of names, columns of numbers."""
    columns = columns or random.randint(2, 5)
    rows = rows or random.randint(4, 10)
    head = [Cell(words.label())] + [Cell(words.label()) for _ in range(columns)]
    values = [words.numbers(rows) for _ in range(columns)]
    names = words.places(rows)
    body = [
        [Cell(names[row]), *(Cell(values[column][row], number=True) for column in range(columns))]
        for row in range(rows)
    ]
    return TableSource([head], body, style)


def sparse(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Numbers with empty cells among them."""
    table = simple(random, words, style, rows=random.randint(6, 12), columns=random.randint(3, 5))
    body = [
        [row[0], *(Cell("", number=True) if random.random() < 0.25 else cell for cell in row[1:])]
        for row in table.body
    ]
    return TableSource(table.head, body, style)


def nested_head(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Labels over two or three columns each; the stub's label reaches over both levels."""
    groups = [random.randint(2, 3) for _ in range(random.randint(2, 3))]
    table = simple(random, words, style, columns=sum(groups))
    top = [Cell(words.label(1), rows=2)]
    top += [Cell(words.label(1), columns=group, ruled=True) for group in groups]
    return TableSource([top, [Cell(words.label(1)) for _ in range(sum(groups))]], table.body, style)


def row_groups(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Rows under labels that reach over all columns."""
    table = simple(random, words, style, rows=random.randint(6, 9))
    body: list[Sequence[Cell]] = []
    for index, row in enumerate(table.body):
        if index % 3 == 0:
            body.append([Cell(words.label(3), columns=len(row), bold=True)])
        body.append(row)
    return TableSource(table.head, body, style)


def row_spans(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Stub cells over several rows."""
    columns = random.randint(2, 4)
    body: list[Sequence[Cell]] = []
    for name in words.places(random.randint(3, 4)):
        size = random.randint(2, 3)
        for index in range(size):
            row = [Cell(name, rows=size)] if index == 0 else []
            row.append(Cell(words.label(1)))
            row += [Cell(words.number(), number=True) for _ in range(columns)]
            body.append(row)
    head = [Cell(words.label(1)) for _ in range(columns + 2)]
    return TableSource([head], body, style)


def long_text(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Cells whose text wraps over several lines."""
    rows = random.randint(4, 6)
    names = words.places(rows)
    body = [
        [
            Cell(names[row]),
            Cell(words.sentence(random.randint(6, 16))),
            Cell(words.sentence(random.randint(3, 12))),
            Cell(words.number(), number=True),
        ]
        for row in range(rows)
    ]
    head = [Cell(words.label(1)), Cell(words.label(1)), Cell(words.label(1)), Cell(words.label(1))]
    return TableSource([head], body, f"{style} wrapped", (90, 170, 140, 70))


def words_only(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Three or four columns of short text."""
    columns = random.randint(3, 4)
    body = [[Cell(words.label(2)) for _ in range(columns)] for _ in range(random.randint(4, 8))]
    return TableSource([[Cell(words.label(1)) for _ in range(columns)]], body, style)


def large(random: Random, words: Vocabulary, style: str) -> TableSource:
    """Forty rows and more."""
    return simple(random, words, f"{style} small", rows=random.randint(40, 46), columns=random.randint(5, 8))


Maker = Callable[[Random, Vocabulary, str], TableSource]

KINDS: Sequence[tuple[str, Maker, Sequence[str]]] = (
    ("simple", simple, ("bordered", "booktabs", "plain", "zebra", "lines", "open", "framed", "underlined")),
    ("sparse", sparse, ("bordered", "booktabs", "plain", "lines")),
    ("nested_head", nested_head, ("bordered", "booktabs", "double", "lines")),
    ("row_groups", row_groups, ("bordered", "booktabs", "plain", "lines")),
    ("row_spans", row_spans, ("bordered", "booktabs", "open", "lines")),
    ("long_text", long_text, ("bordered", "lines", "booktabs", "plain roomy")),
    ("words_only", words_only, ("bordered", "booktabs", "plain", "underlined")),
    ("large", large, ("bordered", "booktabs", "plain", "zebra")),
)
