"""Parts a page's lines into rows of prose and blocks of mathematics that stand apart from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from open_autoglm.documents.content import Glyph, Line, PageContent, Rect, Word
from open_autoglm.documents.formulas.evidence import MathFonts, Says, is_prose, says
from open_autoglm.documents.formulas.symbols import SYMBOLS, Role, split_names
from open_autoglm.documents.model import ReadBy

NEAR = 0.6
"""Of the font size: vertical gap up to which parts of one display formula are apart."""

BESIDE = 3.0
"""Of the font size: horizontal gap, for example around ``\\quad`` or before a relation's other side."""

_TAG = re.compile(r"^\(([A-Z]?\.?\d{1,3}(?:[.\-–]\d{1,3})*[a-z]?'?)\)$")
_LONGEST_RULE = 300.0
"""Points: longer rulings belong to tables, columns or footnotes."""


@dataclass(slots=True)
class Block:
    """Lines and rules that touch each other and hold no prose."""

    lines: list[Line]
    rules: list[Rect]
    box: Rect
    size: float

    @property
    def glyphs(self) -> list[Glyph]:
        return [glyph for line in self.lines for word in line.words for glyph in word.glyphs]

    @property
    def y(self) -> float:
        return (self.box.y0 + self.box.y1) / 2


@dataclass(slots=True)
class Row:
    """Prose on one baseline, and the blocks that stand inside it."""

    lines: list[Line]
    box: Rect
    baseline: float
    size: float
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tag:
    """An equation number in the margin."""

    label: str
    box: Rect


def part_page(content: PageContent, fonts: MathFonts) -> tuple[list[Row], list[Block], list[Tag]]:
    """Rows of prose with the blocks inside them, blocks of their own, and equation numbers."""
    rows: list[Row] = []
    loose: list[Line] = []
    tags: list[Tag] = []
    readable = [
        line
        for line in content.lines
        if line.read_by is ReadBy.TEXT_LAYER and not line.angle and any(word.glyphs for word in line.words)
    ]
    for line in (part for whole in readable for part in _without_tag(whole)):
        tag = _TAG.match(line.text.replace(" ", ""))
        if tag:
            tags.append(Tag(tag[1], line.box))
        elif is_prose(line, fonts):
            _add_to_rows(rows, line)
        else:
            loose.append(line)
    rules = [
        ruling.box for ruling in content.rulings if ruling.horizontal and ruling.box.width < _LONGEST_RULE
    ]
    blocks = _align(_cluster([_without_stop(line, fonts) for line in loose], rules), tags)
    own = _put_into_rows(rows, blocks)
    return rows, [block for block in own if _is_math(block, fonts)], tags


def _without_tag(line: Line) -> list[Line]:
    """A line whose last word is an equation number far from the rest, as two lines."""
    if len(line.words) < 2 or not _TAG.match(line.words[-1].text):
        return [line]
    last, before = line.words[-1], line.words[-2]
    if last.box.x0 - before.box.x1 < last.size:
        return [line]
    box = before.box
    for word in line.words[:-1]:
        box = box.union(word.box)
    return [replace(line, words=line.words[:-1], box=box), replace(line, words=(last,), box=last.box)]


def _size(line: Line) -> float:
    return max(word.size for word in line.words)


def _baseline(line: Line) -> float:
    size = _size(line)
    levels = sorted(
        glyph.baseline for word in line.words for glyph in word.glyphs if glyph.size > 0.87 * size
    )
    return levels[len(levels) // 2]


def _add_to_rows(rows: list[Row], line: Line) -> None:
    baseline, size = _baseline(line), _size(line)
    for row in reversed(rows[-6:]):
        gap = max(line.box.x0 - row.box.x1, row.box.x0 - line.box.x1)
        if abs(row.baseline - baseline) < 0.15 * size and gap < 3.0 * size:
            row.lines.append(line)
            row.box = row.box.union(line.box)
            return
    rows.append(Row([line], line.box, baseline, size))


def _ink(line: Line) -> Rect:
    boxes = [glyph.box for word in line.words for glyph in word.glyphs]
    return Rect(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


def _cluster(lines: Sequence[Line], rules: Sequence[Rect]) -> list[Block]:
    """Lines and rules that are near each other, taken together."""
    parts = [Block([line], [], _ink(line), _size(line)) for line in lines]
    sizes = [part.size for part in parts]
    body = sorted(sizes)[len(sizes) // 2] if sizes else 10.0
    parts += [Block([], [rule], rule, body) for rule in rules]
    parts.sort(key=lambda part: part.box.y0)
    done: list[Block] = []
    blocks: list[Block] = []
    for part in parts:
        # Parts come from top to bottom: what ends well above this one is finished.
        done += [block for block in blocks if block.box.y1 < part.box.y0 - 3 * body]
        blocks = [block for block in blocks if block.box.y1 >= part.box.y0 - 3 * body]
        merged = part
        apart: list[Block] = []
        for block in blocks:
            if _touch(block, merged):
                merged = _merge(block, merged)
            else:
                apart.append(block)
        # What was merged may now touch what it did not touch before.
        grown = True
        while grown:
            grown = False
            for block in apart:
                if _touch(block, merged):
                    merged = _merge(block, merged)
                    apart.remove(block)
                    grown = True
                    break
        blocks = [*apart, merged]
    return [block for block in [*done, *blocks] if block.lines]


def _without_stop(line: Line, fonts: MathFonts) -> Line:
    """Without the sentence's own full stop or comma at the end, which the text font sets."""
    last = line.words[-1]
    glyphs = last.glyphs
    if len(glyphs) < 2 or glyphs[-1].text not in ".,;" or glyphs[-1].font in fonts.names:
        return line
    return replace(line, words=(*line.words[:-1], replace(last, glyphs=glyphs[:-1])))


def _align(blocks: list[Block], tags: Sequence[Tag]) -> list[Block]:
    """Joins blocks under each other whose first relations stand in one column, unless both are numbered."""
    result: list[Block] = []
    for block in sorted(blocks, key=lambda one: one.box.y0):
        above = next((one for one in result[-12:] if _is_next_row(one, block)), None)
        if above is not None:
            joined = _merge(above, block)
            inside = [tag for tag in tags if joined.box.y0 < (tag.box.y0 + tag.box.y1) / 2 < joined.box.y1]
            if len(inside) < 2:
                result[result.index(above)] = joined
                continue
        result.append(block)
    return result


def _is_next_row(above: Block, below: Block) -> bool:
    first, second = _first_relation(above), _first_relation(below)
    if first is None or second is None:
        return False
    gap = below.box.y0 - above.box.y1
    return 0 <= gap < 1.1 * below.size and abs(first - second) < 0.1 * below.size


def _first_relation(block: Block) -> float | None:
    """The left edge of the first relation on the block's last row."""
    relations = [
        glyph
        for glyph in block.glyphs
        if glyph.text in SYMBOLS
        and SYMBOLS[glyph.text][1] is Role.RELATION
        and glyph.size > 0.87 * block.size
    ]
    return min((glyph.box.x0 for glyph in relations), default=None)


def _touch(first: Block, second: Block) -> bool:
    size = max(first.size if first.lines else 0, second.size if second.lines else 0) or first.size
    across = max(first.box.x0 - second.box.x1, second.box.x0 - first.box.x1)
    down = max(first.box.y0 - second.box.y1, second.box.y0 - first.box.y1)
    if down <= 0:
        return across < BESIDE * size
    return down < NEAR * size and across < 0.5 * size


def _merge(first: Block, second: Block) -> Block:
    sizes = [block.size for block in (first, second) if block.lines]
    return Block(
        first.lines + second.lines,
        first.rules + second.rules,
        first.box.union(second.box),
        max(sizes, default=first.size),
    )


def _put_into_rows(rows: Sequence[Row], blocks: list[Block]) -> list[Block]:
    """Moves blocks that stand inside a row of prose into it; returns the others."""
    left = blocks
    moved = True
    while moved:
        moved = False
        rest: list[Block] = []
        for block in left:
            row = _row_of(block, rows)
            if row is None:
                rest.append(block)
            else:
                row.blocks.append(block)
                row.box = Rect(
                    min(row.box.x0, block.box.x0), row.box.y0, max(row.box.x1, block.box.x1), row.box.y1
                )
                moved = True
        left = rest
    return left


def _row_of(block: Block, rows: Sequence[Row]) -> Row | None:
    near: list[tuple[float, Row]] = []
    for row in rows:
        axis = row.baseline - 0.25 * row.size
        gap = max(block.box.x0 - row.box.x1, row.box.x0 - block.box.x1)
        level = abs(block.y - axis)
        if gap < 1.3 * row.size and level < 0.55 * row.size:
            near.append((level, row))
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _is_math(block: Block, fonts: MathFonts) -> bool:
    """Enough that says mathematics; a lone letter or a bullet is nothing."""
    said = [says(glyph, fonts) for glyph in block.glyphs]
    sure = said.count(Says.MATH)
    operators = said.count(Says.OPERATOR) + sum(glyph.text in "=<>+" for glyph in block.glyphs)
    text = sum(_text_letters(word, fonts) for line in block.lines for word in line.words)
    return len(said) >= 3 and (sure >= 2 or (sure + operators >= 2)) and text <= 0.5 * len(said)


def _text_letters(word: Word, fonts: MathFonts) -> int:
    """Glyphs of a word that are prose; the name of a function is not."""
    text = "".join(glyph.text for glyph in word.glyphs if says(glyph, fonts) is Says.TEXT)
    return 0 if split_names(text) else len(text)


def number_blocks(blocks: Sequence[Block], tags: Sequence[Tag]) -> list[Tag | None]:
    """The equation number of each block: a number belongs to the nearest block on its height."""
    numbers: list[Tag | None] = [None] * len(blocks)
    for tag in tags:
        middle = (tag.box.y0 + tag.box.y1) / 2
        beside = [
            (max(tag.box.x0 - block.box.x1, block.box.x0 - tag.box.x1), index)
            for index, block in enumerate(blocks)
            if block.box.y0 - 2 < middle < block.box.y1 + 2
        ]
        if beside:
            index = min(beside)[1]
            numbers[index] = numbers[index] or tag
    return numbers
