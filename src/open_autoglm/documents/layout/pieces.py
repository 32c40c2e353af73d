"""The pieces of a page in reading order: free lines, tables, display formulas and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from open_autoglm.documents.content import (
    FoundFormula,
    FoundTable,
    Line,
    PageContent,
    Rect,
    Word,
)
from open_autoglm.documents.layout.reading_order import reading_order
from open_autoglm.documents.model import ReadBy

SMALLEST_FIGURE = 24.0
"""Points: smaller pictures are icons and bullets."""

MAX_PICTURES = 500
"""Pictures of one page looked at; more are tiles of a pattern or of one large picture."""


BACKGROUND = 0.6
"""Of the page's area: a picture that takes more lies behind the text."""

LONGEST_LABEL = 6
"""Words of a text that belongs to a picture; longer lines over a picture are body text."""


@dataclass(slots=True)
class Figure:
    """A picture and the short texts drawn on it."""

    box: Rect
    labels: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing with a place in the reading order: exactly one of the last four is set."""

    box: Rect
    size: float
    line: Line | None = None
    table: FoundTable | None = None
    formula: FoundFormula | None = None
    figure: Figure | None = None


def find_pieces(
    content: PageContent, tables: Sequence[FoundTable], formulas: Sequence[FoundFormula]
) -> list[Piece]:
    """Every piece once; words inside a table, display formula or figure belong to it alone."""
    if is_right_to_left_page(content.lines):
        tables = [_mirrored(found) for found in tables]
    display = [formula for formula in formulas if formula.display]
    figures = _figures(content, tables)
    owners = [(found.box, Piece(found.box, 10.0, table=found)) for found in tables]
    owners += [(found.box, Piece(found.box, 10.0, formula=found)) for found in display]
    drawings = [(figure.box, Piece(figure.box, 10.0, figure=figure)) for figure in figures]
    size = _usual_size(content.lines)
    pieces: list[Piece] = []
    placed: set[int] = set()
    for line in content.lines:
        rest, taken = _split(line, owners)
        for owner in taken:
            if id(owner) not in placed:
                placed.add(id(owner))
                pieces.append(owner)
        for part in rest:
            holder = _holder(part, drawings) if _is_label(part, size) else None
            if holder is not None and holder.figure is not None:
                holder.figure.labels.append(part)
            else:
                pieces.append(Piece(part.box, max(word.size for word in part.words), line=part))
    for _, owner in [*owners, *drawings]:
        if id(owner) not in placed:
            _insert(owner, pieces)
    return _in_order(pieces)


def is_right_to_left_page(lines: Sequence[Line]) -> bool:
    return 2 * sum(line.direction == "rtl" for line in lines) > len(lines)


def _mirrored(found: FoundTable) -> FoundTable:
    """The first column of a right-to-left table is its rightmost."""
    table = found.table
    cells = tuple(
        cell.model_copy(update={"column": table.columns - cell.column - cell.column_span})
        for cell in table.cells
    )
    ordered = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return replace(found, table=table.model_copy(update={"cells": ordered}))


def _split(line: Line, owners: Sequence[tuple[Rect, Piece]]) -> tuple[list[Line], list[Piece]]:
    """The parts of a line outside every owner, and the owners that took the rest."""
    touching = [(box, owner) for box, owner in owners if box.overlap(line.box) > 0]
    if not touching:
        return [line], []
    rest: list[Line] = []
    free: list[Word] = []
    taken: list[Piece] = []
    for word in line.words:
        owner = next((owner for box, owner in touching if _center_inside(word.box, box)), None)
        if owner is None:
            free.append(word)
            continue
        if owner not in taken:
            taken.append(owner)
        if free:
            rest.append(with_words(line, free))
            free = []
    if free:
        rest.append(with_words(line, free))
    return rest, taken


def with_words(line: Line, words: Sequence[Word]) -> Line:
    """The same line with other words and the box that they take."""
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return replace(line, words=tuple(words), box=box)


def _center_inside(box: Rect, outer: Rect) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return outer.x0 <= x <= outer.x1 and outer.y0 <= y <= outer.y1


def _usual_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        for word in line.words:
            sizes[round(word.size, 1)] += len(word.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _is_label(line: Line, usual: float) -> bool:
    """Short, and smaller than the text of the page; what OCR read inside a picture belongs to it."""
    if len(line.words) > LONGEST_LABEL:
        return False
    return line.read_by is ReadBy.OCR or max(word.size for word in line.words) < 0.95 * usual


def _holder(line: Line, drawings: Sequence[tuple[Rect, Piece]]) -> Piece | None:
    return next((piece for box, piece in drawings if _center_inside(line.box, box)), None)


def _figures(content: PageContent, tables: Sequence[FoundTable]) -> list[Figure]:
    """Pictures large enough to matter, touching ones as one, without backgrounds and tables."""
    body = [line.box for line in content.lines if len(line.words) > LONGEST_LABEL]
    boxes: list[Rect] = []
    for picture in content.pictures[:MAX_PICTURES]:
        box = picture.box
        if min(box.width, box.height) < SMALLEST_FIGURE or _covers_text(box, body):
            continue
        if content.lines and box.width * box.height > BACKGROUND * content.width * content.height:
            continue
        if any(box.overlap(found.box) > 0.5 * box.width * box.height for found in tables):
            continue
        apart: list[Rect] = []
        for other in boxes:
            if _overlapping(box, other) and not _covers_text(box.union(other), body):
                box = box.union(other)
            else:
                apart.append(other)
        boxes = [*apart, box]
    return [Figure(box) for box in boxes]


def _overlapping(one: Rect, other: Rect) -> bool:
    """More than the soft edges that drawings have."""
    return one.overlap(other) > 0.15 * min(one.width * one.height, other.width * other.height)


def _covers_text(box: Rect, body: Sequence[Rect]) -> bool:
    """Whether running text stands on the picture: a background, a frame or a scan, not a figure."""
    return sum(_center_inside(line, box) for line in body) > 1


def _insert(piece: Piece, pieces: list[Piece]) -> None:
    """Before the first piece below it in its column, or behind the last one above it."""
    for index, other in enumerate(pieces):
        if other.box.y0 >= piece.box.y1 - other.size / 2 and _shares_column(piece.box, other.box):
            pieces.insert(index, piece)
            return
    above = [
        index
        for index, other in enumerate(pieces)
        if other.box.y1 <= piece.box.y0 + other.size / 2 and _shares_column(piece.box, other.box)
    ]
    pieces.insert(above[-1] + 1 if above else len(pieces), piece)


def _shares_column(one: Rect, other: Rect) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.3 * min(one.width, other.width)


def _in_order(pieces: list[Piece]) -> list[Piece]:
    lines = [piece.line for piece in pieces if piece.line is not None]
    order = reading_order(
        [piece.box for piece in pieces],
        [piece.size for piece in pieces],
        right_to_left=is_right_to_left_page(lines),
    )
    return [pieces[index] for index in order]
