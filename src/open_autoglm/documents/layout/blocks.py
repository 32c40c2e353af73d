"""Lines into blocks: paragraphs, headings and list items, before they are told apart."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Line, Rect
from open_autoglm.documents.layout.markers import split_marker
from open_autoglm.documents.layout.pieces import Piece, with_words
from open_autoglm.documents.layout.ragged import ENTRY, separate_lines
from open_autoglm.documents.layout.text import line_text
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.pdf.character_classes import is_cjk

SAME_ROW_GAP = 4.0
"""Of the font size: parts of one row no farther apart are one line (a tab, a justified heading)."""

PARAGRAPH_GAP = 1.35
"""Of the page's usual line distance: a larger one starts a new paragraph."""

INDENT = 0.8
"""Of the font size."""

FIRST_INDENT = 5.0
"""Of the font size: no paragraph's first line stands farther in."""

SHORT_LINE = 0.75
"""Of the block's width: a line that ends a sentence before this ends the paragraph."""

_SENTENCE_END = (".", "!", "?", ":", ";", "。", "!", "?", ":", ";", "”", '"')


@dataclass(frozen=True, slots=True)
class PageStyle:
    """What most of the page looks like; sizes in points, ``leading`` as a multiple of the size."""

    size: float
    font: str
    bold: bool
    italic: bool
    monospaced: bool
    leading: float


@dataclass(slots=True)
class Block:
    """Lines that belong together.

    ``gap_above`` is the white above it, as a multiple of its font size; ``edge`` is where the longest
    line of its column ends, lines of the blocks right above it included.
    """

    lines: list[Line]
    gap_above: float = 0.0
    edge: float = -math.inf

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.edge = max(self.edge, _end(line))

    @property
    def box(self) -> Rect:
        box = self.lines[0].box
        for line in self.lines[1:]:
            box = box.union(line.box)
        return box

    @property
    def size(self) -> float:
        return statistics.median([line_size(line) for line in self.lines])

    @property
    def read_by(self) -> ReadBy:
        return self.lines[0].read_by


def line_size(line: Line) -> float:
    """The font size of most of its characters; OCR words give the height of their box instead."""
    first = line.words[0].size
    if all(word.size == first for word in line.words):
        return round(first, 1)
    sizes: Counter[float] = Counter()
    for word in line.words:
        sizes[round(word.size, 1)] += len(word.text)
    return sizes.most_common(1)[0][0]


def page_style(lines: Sequence[Line]) -> PageStyle:
    """Size, font and line distance of most characters."""
    sizes: Counter[float] = Counter()
    fonts: Counter[tuple[str, bool, bool, bool]] = Counter()
    for line in lines:
        for word in line.words:
            sizes[round(word.size, 1)] += len(word.text)
            fonts[word.font, word.bold, word.italic, word.monospaced] += len(word.text)
    if not sizes:
        return PageStyle(10.0, "", False, False, False, 1.2)
    size = sizes.most_common(1)[0][0]
    font, bold, italic, monospaced = fonts.most_common(1)[0][0]
    steps: list[float] = []
    for before, after in itertools.pairwise(lines):
        step = (after.box.y1 - before.box.y1) / size
        if 0.9 <= step <= 2.6 and _overlap(before.box, after.box) and abs(line_size(after) - size) < 0.5:
            steps.append(step)
    leading = statistics.median_low(steps) if steps else 1.25
    return PageStyle(size, font, bold, italic, monospaced, leading)


def build_blocks(pieces: Sequence[Piece], style: PageStyle) -> list[Block | Piece]:
    """Pieces in reading order with their lines grouped; other pieces stay as they are."""
    result: list[Block | Piece] = []
    block: Block | None = None
    separate = separate_lines([piece.line for piece in pieces if piece.line is not None])
    for piece in pieces:
        line = piece.line
        if line is None:
            result.append(piece)
            block = None
            continue
        if block is not None and _same_row(block.lines[-1], line):
            block.lines[-1] = with_words(block.lines[-1], [*block.lines[-1].words, *line.words])
        elif block is not None and id(line) not in separate and _continues(block, line, style):
            block.add(line)
        else:
            edge = _end(line)
            if block is not None and _same_column(block, line):
                edge = max(edge, block.edge)
            block = Block([line], _gap_above(block, line), edge)
            result.append(block)
    return result


def _same_column(block: Block, line: Line) -> bool:
    """Whether a new block goes on right below the last one, from the same left edge in the same size."""
    last, size = block.lines[-1], line_size(line)
    return (
        abs(line_size(last) - size) < 0.08 * size
        and last.direction == line.direction
        and 0 < line.box.y1 - last.box.y1 < 3 * size
        and abs(_start(block.lines[0]) - _start(line)) < 1.5 * size
    )


def _gap_above(block: Block | None, line: Line) -> float:
    if block is None:
        return 9.0
    gap = line.box.y0 - block.lines[-1].box.y1
    return 9.0 if gap < -line.box.height else gap / line_size(line)


def _same_row(before: Line, line: Line) -> bool:
    if before.angle or line.angle or before.direction != line.direction:
        return False
    size = max(line_size(before), line_size(line))
    if abs(before.box.y1 - line.box.y1) > 0.4 * size:
        return False
    gap = before.box.x0 - line.box.x1 if line.direction == "rtl" else line.box.x0 - before.box.x1
    return -0.5 * size <= gap <= SAME_ROW_GAP * size


def _continues(block: Block, line: Line, style: PageStyle) -> bool:
    last = block.lines[-1]
    if line.angle != last.angle or line.direction != last.direction or line.angle:
        return line.angle == last.angle != 0 and _beside(last, line)
    size, last_size = line_size(line), line_size(last)
    tolerance = 0.3 if line.read_by is ReadBy.OCR else 0.08
    if abs(size - last_size) > tolerance * max(size, last_size):
        return False
    step = line.box.y1 - last.box.y1
    if not 0.5 * size <= step <= PARAGRAPH_GAP * style.leading * max(size, last_size):
        return False
    if not _overlap(last.box, line.box) or _weight(last) != _weight(line):
        return False
    if len(block.lines) == 1 and _is_italic_head(last, line):
        return False
    if split_marker(line_text(line), started=_ends_paragraph(block, line)) is not None:
        return False
    return not _starts_paragraph(block, line, size)


def _beside(before: Line, line: Line) -> bool:
    return abs(before.box.x0 - line.box.x0) < 2.5 * max(before.box.width, line.box.width)


def _weight(line: Line) -> tuple[bool, bool]:
    """Whether the whole line is bold, and whether it is monospaced."""
    return all(word.bold for word in line.words), all(word.monospaced for word in line.words)


def _is_italic_head(last: Line, line: Line) -> bool:
    """A short line all in italics above upright text is a heading, not a quoted title."""
    return (
        all(word.italic for word in last.words)
        and not any(word.italic for word in line.words)
        and last.box.width < SHORT_LINE * line.box.width
    )


def _start(line: Line) -> float:
    """Where the line starts, growing inwards."""
    return -line.box.x1 if line.direction == "rtl" else line.box.x0


def _end(line: Line) -> float:
    return -line.box.x0 if line.direction == "rtl" else line.box.x1


def _ends_paragraph(block: Block, line: Line) -> bool:
    """Whether the block's last line is plainly its last: a sentence ends, or the line does, early."""
    last = block.lines[-1]
    text = line_text(last)
    right = max(_end(other) for other in [*block.lines, line])
    return text.endswith(_SENTENCE_END) or _end(last) < right - 0.15 * block.box.width


def _starts_paragraph(block: Block, line: Line, size: float) -> bool:
    if _weight(line)[1]:  # code keeps its own indentation
        return False
    if ENTRY.match(line.text) and any(ENTRY.match(other.text) for other in block.lines):
        return True
    last = block.lines[-1]
    right = max(block.edge, _end(line))
    width = max(block.box.width, line.box.width)
    ended = line_text(last).endswith(_SENTENCE_END)
    if ended and _end(last) < right - (1 - SHORT_LINE) * width:
        return True
    if _centered(last, line):
        return False
    if _would_have_fitted(line, right - _end(last), size):
        return True
    margin = _start(block.lines[1]) if len(block.lines) > 1 else _start(last)
    indent = _start(line) - margin
    if len(block.lines) > 1:
        return abs(indent) > INDENT * size
    hanging = split_marker(line_text(last), started=True) is not None or not ended
    return (indent > INDENT * size and not hanging) or indent < -FIRST_INDENT * size


def _would_have_fitted(line: Line, room: float, size: float) -> bool:
    """Whether the line's first word had room on the line above: then the break there was meant."""
    first = line.words[0]
    if is_cjk(first.text[0]):  # breaks anywhere, save where punctuation forbids it
        return room > 3 * size
    return room > first.box.width + size


def _centered(before: Line, line: Line) -> bool:
    middle = (before.box.x0 + before.box.x1) - (line.box.x0 + line.box.x1)
    return abs(middle) < 4 and abs(before.box.x0 - line.box.x0) > 2


def _overlap(one: Rect, other: Rect) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.1 * min(one.width, other.width)
