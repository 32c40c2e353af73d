"""A repair as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.fix_output.labels import labels_for
from open_autoglm.tasks.fix_output.text import headline
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.fix_words import fault_sentence

_SPECIAL = re.compile(r"([\\*_\[\]<>|#])")


def to_markdown(result: FixedCode) -> Iterator[str]:
    """Pieces of the text, in order."""
    labels = labels_for(result.language)
    yield f"# {_plain(result.name)}\n\n**{_plain(headline(result))}**\n\n"
    yield from (f"- {_plain(sentence)}\n" for sentence in result.explanation)
    if result.model_explanation:
        yield f"\n*{labels.model_words}:* {_plain(result.model_explanation)}\n"
    if result.files:
        yield f"\n## {labels.changes}\n\n{_fenced(result.diff, 'diff')}\n"
    for repair in result.repairs:
        for rival in repair.rivals:
            yield f"\n*{labels.rivals}:*\n\n{_fenced(rival, 'diff')}\n"
    if result.remaining:
        yield f"\n## {labels.remaining}\n\n"
        yield from (f"- {_plain(fault_sentence(fault, result.language))}\n" for fault in result.remaining)
    runs = ((labels.before, result.evidence.before), (labels.after, result.evidence.after))
    shown = [(title, facts.output) for title, facts in runs if facts is not None and facts.output.strip()]
    if shown:
        yield f"\n## {labels.evidence}\n"
        for title, output in shown:
            yield f"\n{title}:\n\n{_fenced(output.strip(), '')}\n"
    notes = [*result.notes, *([labels.model.format(result.model.description)] if result.model else [])]
    if notes:
        yield f"\n## {labels.notes}\n\n" + "".join(f"- {_plain(note)}\n" for note in notes)


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is, on one line; what stands in backticks stays code."""
    pieces = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(piece if piece.startswith("`") else _SPECIAL.sub(r"\\\1", piece) for piece in pieces)


def _fenced(text: str, language: str) -> str:
    """A block that its own content can't end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"
