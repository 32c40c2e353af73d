"""Formulas inside a line of prose: runs of glyphs that grow from what is certainly mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Glyph, Rect
from open_autoglm.documents.formulas.blocks import Row
from open_autoglm.documents.formulas.evidence import MathFonts, Says, label
from open_autoglm.documents.formulas.symbols import SYMBOLS, Role

TIGHT = 0.2
"""Of the font size: glyphs this near belong together. A space between words is wider than this."""

AROUND_OPERATOR = 0.75
"""Of the font size: the widest space that justification leaves around a relation."""

_OPENING, _CLOSING = frozenset("([{⟨"), frozenset(")]}⟩")
_TRAILING = frozenset(".,;:!")


@dataclass(frozen=True, slots=True)
class Run:
    """The glyphs and rules of one inline formula."""

    glyphs: list[Glyph]
    rules: list[Rect]


def find_runs(row: Row, rules: Sequence[Rect], fonts: MathFonts) -> list[Run]:
    """The inline formulas of a row of prose, left to right."""
    glyphs = [glyph for line in row.lines for word in line.words for glyph in word.glyphs]
    own_rules = [rule for block in row.blocks for rule in block.rules]
    for block in row.blocks:
        glyphs += block.glyphs
    glyphs.sort(key=lambda glyph: glyph.box.x0)
    labels = label(glyphs, fonts)
    runs: list[Run] = []
    index = 0
    while index < len(glyphs):
        if labels[index] not in (Says.MATH, Says.OPERATOR):
            index += 1
            continue
        floor = 0 if not runs else glyphs.index(runs[-1].glyphs[-1]) + 1
        start, end = _grow(glyphs, labels, index, floor, row.size)
        start, end = _trim(glyphs, start, end)
        if end > start and _is_formula(glyphs[start:end], labels[start:end], row.size):
            taken = glyphs[start:end]
            runs.append(Run(taken, _rules_of(taken, [*own_rules, *rules], row)))
        index = max(end, index + 1)
    return runs


def _grow(
    glyphs: Sequence[Glyph], labels: Sequence[Says], seed: int, floor: int, size: float
) -> tuple[int, int]:
    start, end = seed, seed + 1
    right = glyphs[seed].box.x1
    while end < len(glyphs) and labels[end] is not Says.TEXT:
        if not _joins(
            glyphs[end - 1], glyphs[end], glyphs[end].box.x0 - right, size, labels[end - 1 : end + 1]
        ):
            break
        right = max(right, glyphs[end].box.x1)
        end += 1
    while start > floor and labels[start - 1] is not Says.TEXT:
        before = max(glyph.box.x1 for glyph in glyphs[max(floor, start - 4) : start])
        if not _joins(
            glyphs[start - 1],
            glyphs[start],
            glyphs[start].box.x0 - before,
            size,
            labels[start - 1 : start + 1],
        ):
            break
        start -= 1
    return start, end


def _joins(left: Glyph, right: Glyph, gap: float, size: float, said: Sequence[Says]) -> bool:
    if gap <= TIGHT * size:
        return True
    if gap > AROUND_OPERATOR * size:
        return False
    if _is_operator(left) or _is_operator(right):
        return True
    # A comma or dot that may belong to a formula comes from the math font.
    if left.text in ",." or right.text in ",.…":
        return True
    names = [
        glyph.text.isalpha() and one is Says.MEMBER for glyph, one in zip((left, right), said, strict=True)
    ]
    if any(names):  # a thin space stands around the name of a function
        return gap <= 0.42 * size
    if ":" in (left.text, right.text):
        return gap <= 0.32 * size and Says.MATH in said
    if "|" in (left.text, right.text):  # browsers space a bar as a relation
        return gap <= 0.45 * size
    after_script = left.size < 0.87 * size and said[1] is not Says.MEMBER
    both_math = all(one is not Says.MEMBER for one in said)
    if after_script:  # sets a thin space after the limits of an operator
        return gap <= 0.34 * size
    bracket = left.text in _OPENING or right.text in _CLOSING
    return gap <= 0.3 * size and (both_math or bracket)


def _after_operator(before: Sequence[Glyph], glyph: Glyph, size: float) -> bool:
    """Whether an operator stands before ``glyph``, though a limit above or below it starts later."""
    return any(
        _is_operator(one) and -size < glyph.box.x0 - one.box.x1 <= AROUND_OPERATOR * size for one in before
    )


def _is_operator(glyph: Glyph) -> bool:
    role = SYMBOLS[glyph.text][1] if glyph.text in SYMBOLS else Role.ORDINARY
    return role in (Role.RELATION, Role.BINARY, Role.LARGE) and glyph.text != ":"


def _trim(glyphs: Sequence[Glyph], start: int, end: int) -> tuple[int, int]:
    """Drops punctuation at the end and brackets without a partner at both ends."""
    changed = True
    while changed and end > start:
        changed = False
        opened = sum(glyph.text in _OPENING for glyph in glyphs[start:end])
        closed = sum(glyph.text in _CLOSING for glyph in glyphs[start:end])
        if glyphs[end - 1].text in _TRAILING or (closed > opened and glyphs[end - 1].text in _CLOSING):
            end, changed = end - 1, True
        elif (opened > closed and glyphs[start].text in _OPENING) or glyphs[start].text in _TRAILING:
            start, changed = start + 1, True
    return start, end


def _is_formula(glyphs: Sequence[Glyph], said: Sequence[Says], size: float) -> bool:
    if Says.MATH in said:
        return True
    # Operators alone need something to operate on, on the line itself.
    operands = [
        glyph
        for glyph, one in zip(glyphs, said, strict=True)
        if one is Says.MEMBER and glyph.text.isalnum() and glyph.size > 0.6 * size
    ]
    return bool(operands) and len(glyphs) >= 2


def _rules_of(glyphs: Sequence[Glyph], rules: Sequence[Rect], row: Row) -> list[Rect]:
    left, right = min(glyph.box.x0 for glyph in glyphs), max(glyph.box.x1 for glyph in glyphs)
    top = min(min(glyph.box.y0 for glyph in glyphs), row.baseline - row.size) - 2
    bottom = max(glyph.box.y1 for glyph in glyphs) + 1
    return list(
        dict.fromkeys(
            rule
            for rule in rules
            if left - 2.5 < rule.x0 and rule.x1 < right + 2.5 and top < rule.y0 < bottom
        )
    )
