"""A repair as one HTML file that opens offline and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from open_autoglm.tasks.fix_output.labels import FixLabels, labels_for
from open_autoglm.tasks.fix_output.text import headline
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.fix_words import fault_sentence

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(result: FixedCode) -> Iterator[str]:
    """Pieces of the file, in order."""
    labels = labels_for(result.language)
    style = files("open_autoglm.tasks.fix_output").joinpath("report.css").read_text(encoding="utf-8")
    name = escape(result.name)
    yield (
        f'<!doctype html>\n<html lang="{labels.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n"
        f'<p class="state {result.state or result.outcome}">{escape(headline(result))}</p>\n'
    )
    yield "<ul>\n" + "".join(f"<li>{_code(sentence)}</li>\n" for sentence in result.explanation) + "</ul>\n"
    if result.model_explanation:
        yield f'<p class="model"><em>{labels.model_words}:</em> {escape(result.model_explanation)}</p>\n'
    if result.files:
        yield f"<h2>{labels.changes}</h2>\n{diff_block(result.diff)}"
    for repair in result.repairs:
        for rival in repair.rivals:
            yield f"<h3>{labels.rivals}</h3>\n{diff_block(rival)}"
    yield from _rest(result, labels)
    yield "</main>\n</body>\n</html>\n"


def _rest(result: FixedCode, labels: FixLabels) -> Iterator[str]:
    if result.remaining:
        lines = [f"<li>{escape(fault_sentence(fault, result.language))}</li>" for fault in result.remaining]
        yield f"<h2>{labels.remaining}</h2>\n<ul>{''.join(lines)}</ul>\n"
    runs = ((labels.before, result.evidence.before), (labels.after, result.evidence.after))
    for title, facts in runs:
        if facts is not None and facts.output.strip():
            yield f"<h2>{title}</h2>\n<pre>{escape(facts.output.strip())}</pre>\n"
    notes = [*result.notes, *([labels.model.format(result.model.description)] if result.model else [])]
    if notes:
        yield f"<h2>{labels.notes}</h2>\n<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>\n"


def diff_block(diff: str) -> str:
    """Lines that came and went, told apart by sign and by colour."""
    kinds = {"+": "ins", "-": "del"}
    lines = []
    for line in diff.splitlines():
        kind = "" if line.startswith(("+++", "---")) else kinds.get(line[:1], "")
        shown = escape(line) or "&nbsp;"
        lines.append(f"<{kind}>{shown}</{kind}>" if kind else f"<span>{shown}</span>")
    return f'<pre class="diff">{chr(10).join(lines)}</pre>\n'


def _code(sentence: str) -> str:
    """What stands in backticks as code."""
    pieces = escape(sentence).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
