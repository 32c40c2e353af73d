"""From characters in the file's order to words and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from open_autoglm.documents.content import Glyph, Line, Rect, Word
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.pdf.bidi import reorder
from open_autoglm.documents.pdf.character_classes import (
    REPLACEMENT,
    is_cjk,
    is_cjk_punctuation,
    is_private,
    is_right_to_left,
)
from open_autoglm.documents.pdf.characters import Character

WORD_GAP = 0.5
"""Of the font size: a wider gap between glyphs parts two words even where PDFium sees no space.

Narrower ones are no sign: a figure one and a comma leave a third of the size between their outlines."""

GUESSED_GAP = 0.06
"""Of the font size: where PDFium guessed a space, narrower gaps are none (fractions, raised letters)."""

CJK_GAP = 0.5
"""Of the font size, between two CJK characters: typesetters stretch them to fill a line."""

LINE_GAP = 1.6
"""Of the font size: a wider gap between words parts two lines (columns, table cells)."""

SAME_BASELINE = 0.35
"""Of the larger font size: baselines this near are one line; scripts (raised or lowered) may differ more."""

SCRIPT_SHIFT = 0.75
BROKEN_CONFIDENCE = 0.3
"""Of a word whose characters the file itself can't map to Unicode."""


def build_lines(characters: Sequence[Character]) -> list[Line]:
    """Lines in the order of ``characters``."""
    lines: list[Line] = []
    for run in _runs(characters):
        angle = run[0].angle
        if angle == 0 and any(is_right_to_left(one.text[0]) for one in run):
            lines.append(_right_to_left_line(run))
        else:
            lines.extend(_left_to_right_lines(run, angle))
    return lines


def _runs(characters: Sequence[Character]) -> Iterator[list[Character]]:
    """Characters that follow each other on one baseline; starts and ends with a glyph."""
    run: list[Character] = []
    anchor: Glyph | None = None
    last: Glyph | None = None
    angle = 0
    for one in characters:
        glyph = one.glyph
        if glyph is None:
            if run:
                run.append(one)
            continue
        if anchor and last and (one.angle != angle or not _on_line(anchor, last, glyph, angle)):
            yield _stripped(run)
            run, anchor = [], None
        if anchor is None or glyph.size > 1.15 * anchor.size:
            anchor = glyph
        run.append(one)
        last, angle = glyph, one.angle
    if run:
        yield _stripped(run)


def _stripped(run: list[Character]) -> list[Character]:
    end = len(run)
    while run[end - 1].glyph is None:
        end -= 1
    return run[:end]


def _on_line(anchor: Glyph, last: Glyph, glyph: Glyph, angle: int) -> bool:
    size = max(anchor.size, glyph.size)
    shift = abs(glyph.baseline - anchor.baseline)
    if shift <= 0.12 * size:
        return True
    if shift > SCRIPT_SHIFT * size:
        return False
    # A raised or lowered character must be smaller and stand beside what came before it.
    start, end, extent = _along(glyph, angle)[0], _along(last, angle)[1], size
    beside = -0.5 * extent <= start - end <= 0.6 * extent
    if shift <= SAME_BASELINE * size:
        return beside or (min(anchor.size, glyph.size) > 0.9 * size and start >= end)
    return beside and min(anchor.size, glyph.size) <= 0.85 * size


def _along(glyph: Glyph, angle: int) -> tuple[float, float]:
    """Where the glyph starts and ends in its writing direction."""
    box = glyph.box
    if angle == 0:
        return box.x0, box.x1
    if angle == 180:
        return -box.x1, -box.x0
    return (box.y0, box.y1) if angle == 90 else (-box.y1, -box.y0)


def _left_to_right_lines(run: list[Character], angle: int) -> Iterator[Line]:
    words: list[Word] = []
    spaced = guessed = False
    pending: list[Character] = []
    end = 0.0
    for one in run:
        glyph = one.glyph
        if glyph is None:
            spaced, guessed = spaced or one.drawn is not None, guessed or one.drawn is None
            continue
        here, there = _along(glyph, angle)
        if pending:
            gap = here - end
            if gap > LINE_GAP * glyph.size or gap < -1.5 * glyph.size:
                words.append(_word(pending, angle))
                yield _line(words, angle)
                words, pending = [], []
            elif spaced or gap > _widest_gap(pending[-1].text, one.text, guessed) * glyph.size:
                words.append(_word(pending, angle))
                pending = []
        pending.append(one)
        spaced = guessed = False
        end = there
    if pending:
        words.append(_word(pending, angle))
    if words:
        yield _line(words, angle)


def _widest_gap(before: str, after: str, guessed: bool) -> float:
    """The widest gap inside a word, as a multiple of the font size."""
    left, right = before[-1], after[0]
    if is_cjk_punctuation(left) or is_cjk_punctuation(right):
        return CJK_GAP + 0.6  # most of the square that it fills is white
    if is_cjk(left) and is_cjk(right):
        return CJK_GAP
    if guessed and (is_cjk(left) or is_cjk(right)):
        # Narrow figures leave more white on both sides than letters do.
        return 0.3 if left.isdigit() or right.isdigit() else 0.25
    return GUESSED_GAP if guessed else WORD_GAP


def _right_to_left_line(run: list[Character]) -> Line:
    words = [_word(group, 0) for group in reorder(run)]
    return Line(tuple(words), _union(words), ReadBy.TEXT_LAYER, direction="rtl")


def _word(group: Sequence[Character], angle: int) -> Word:
    """``group`` holds glyphs only."""
    glyphs = tuple([one.glyph for one in group if one.glyph is not None])
    text = "".join([glyph.text for glyph in glyphs])
    sizes = [glyph.size for glyph in glyphs]
    size = max(sizes)
    font = group[sizes.index(size)].font
    broken = not all(one.sound for one in group) or REPLACEMENT in text or is_private(text)
    return Word(
        text=text,
        box=_word_box(glyphs, angle),
        size=size,
        font=font.name,
        bold=font.bold,
        italic=font.italic,
        monospaced=font.monospaced,
        confidence=BROKEN_CONFIDENCE if broken else 1.0,
        glyphs=glyphs,
    )


def _word_box(glyphs: Sequence[Glyph], angle: int) -> Rect:
    """As wide as its glyphs, and as high as its font even where it has no tall letters."""
    lefts, tops, rights, bottoms = zip(*[glyph.box for glyph in glyphs], strict=True)
    if angle != 0:
        return Rect(min(lefts), min(tops), max(rights), max(bottoms))
    up = min([glyph.baseline - 0.7 * glyph.size for glyph in glyphs])
    down = max([glyph.baseline + 0.2 * glyph.size for glyph in glyphs])
    return Rect(min(lefts), min(up, *tops), max(rights), max(down, *bottoms))


def _line(words: Sequence[Word], angle: int) -> Line:
    return Line(tuple(words), _union(words), ReadBy.TEXT_LAYER, angle=angle)


def _union(words: Sequence[Word]) -> Rect:
    return Rect(
        min(word.box.x0 for word in words),
        min(word.box.y0 for word in words),
        max(word.box.x1 for word in words),
        max(word.box.y1 for word in words),
    )
