"""Bullets that are drawn, not written: browsers and presentation programs paint discs and squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from open_autoglm.documents.content import Line, Rect, Word

FARTHEST = 2.5
"""Of the font size: white between a bullet and its text, at most."""

LARGEST = 0.7
"""Of the font size: height of a bullet, at most."""


def with_bullets(lines: Sequence[Line], dots: Sequence[Rect]) -> list[Line]:
    """``lines`` with "•" in front of those that have one of ``dots`` at their start."""
    if not dots:
        return list(lines)
    free = [dot for dot in dots if not any(dot.overlap(line.box) > 0 for line in lines)]
    return [_with_bullet(line, free) for line in lines]


def _with_bullet(line: Line, dots: Sequence[Rect]) -> Line:
    first = line.words[0]
    for dot in dots:
        middle = (dot.y0 + dot.y1) / 2
        beside = dot.x0 - line.box.x1 if line.direction == "rtl" else line.box.x0 - dot.x1
        if (
            line.angle == 0
            and line.box.y0 <= middle <= line.box.y1
            and 0 <= beside <= FARTHEST * first.size
            and dot.height <= LARGEST * first.size
        ):
            word = Word("•", dot, first.size, first.font)
            return replace(line, words=(word, *line.words), box=line.box.union(dot))
    return line
