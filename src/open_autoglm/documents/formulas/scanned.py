"""Places on a scanned page where OCR met what looks like a formula.

OCR reads prose well and formulas badly: what it returns for one is short, has no words, holds relations
or signs, and often little certainty. Only such lines are taken, so that prose never becomes a formula;
formulas inside a sentence of a scan are left to the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Line, PageContent, Rect
from open_autoglm.documents.formulas.symbols import FUNCTIONS
from open_autoglm.documents.model import ReadBy

_WORD = re.compile(r"[^\W\d_]{4,}")
_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_SIGNS = re.compile("[∑∏∫√∂∇∞≤≥≠≈≡±×÷∈∉⊂∪∩→⇒αβγδεθλμπρσφψωΔΓΩΣ]")
_RELATION = re.compile("[=≤≥≠≈≡<>]")
_VARIABLE = re.compile(r"(?<![^\W\d_])[A-Za-zα-ω](?![^\W\d_])")
_LONGEST = 80
"""Characters: a longer line is a sentence or a table row."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Lines that together look like one display formula."""

    lines: list[Line]
    box: Rect

    @property
    def text(self) -> str:
        ordered = sorted(self.lines, key=lambda line: (line.box.y0, line.box.x0))
        return " ".join(line.text for line in ordered)


def find_suspects(content: PageContent) -> list[Suspect]:
    """Formula-like places among the lines that OCR read, top to bottom."""
    lines = [line for line in content.lines if line.read_by is ReadBy.OCR and line.angle == 0]
    suspects = [
        _with_fragments(line, lines)
        for line in lines
        if _looks_like_formula(line) and _stands_alone(line, lines)
    ]
    return _merged(suspects)


def _looks_like_formula(line: Line) -> bool:
    text = line.text
    if not 3 <= len(text) <= _LONGEST or _CJK.search(text) or not _is_wordless(text):
        return False
    if not _VARIABLE.search(text) and not _SIGNS.search(text):
        return False
    return bool(_RELATION.search(text)) or len(_SIGNS.findall(text)) >= 2


def _is_wordless(text: str) -> bool:
    return all(word in FUNCTIONS for word in _WORD.findall(text))


def _stands_alone(line: Line, lines: Sequence[Line]) -> bool:
    """No words beside it: a cell of a table or a piece of a sentence has neighbors."""
    for other in lines:
        if other is line:
            continue
        shared = min(line.box.y1, other.box.y1) - max(line.box.y0, other.box.y0)
        if shared > 0.5 * min(line.box.height, other.box.height) and not _is_fragment(other):
            return False
    return True


def _is_fragment(line: Line) -> bool:
    return len(line.text) <= 24 and not _CJK.search(line.text) and _is_wordless(line.text)


def _with_fragments(line: Line, lines: Sequence[Line]) -> Suspect:
    """The line with the short wordless pieces above, below and beside it: limits, numerators, numbers."""
    height = line.box.height
    near = Rect(
        line.box.x0 - 2 * height, line.box.y0 - height, line.box.x1 + 2 * height, line.box.y1 + height
    )
    parts = [
        other for other in lines if other is line or (_is_fragment(other) and other.box.overlap(near) > 0)
    ]
    box = line.box
    for part in parts:
        box = box.union(part.box)
    return Suspect(parts, box)


def _merged(suspects: Sequence[Suspect]) -> list[Suspect]:
    merged: list[Suspect] = []
    for suspect in sorted(suspects, key=lambda one: one.box.y0):
        last = merged[-1] if merged else None
        if last is not None and last.box.overlap(suspect.box) > 0:
            lines = last.lines + [line for line in suspect.lines if line not in last.lines]
            merged[-1] = Suspect(lines, last.box.union(suspect.box))
        else:
            merged.append(suspect)
    return merged
