"""Reading order: the file's own, unless cutting the page along its white space is provably better.

An order is better when more pieces follow the piece directly above or beside them, and fewer come
after a piece that stands below them in the same column. Files made by word processors and
typesetters mostly store text as it is read; then nothing is moved.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

from open_autoglm.documents.content import Rect

NARROWEST_GUTTER = 8.0
"""Points of white between two columns, at least."""

NARROWEST_COLUMN = 0.12
"""Of the width that is cut: anything narrower is a margin note or a row of markers, not a column."""

SHORTEST_LINE = 8.0
"""Times its height: the usual line of a column is at least this wide, about sixteen letters."""

BACKWARD_COST = 2
"""A step back up within a column weighs as much as this many steps that don't follow."""


def reading_order(boxes: Sequence[Rect], sizes: Sequence[float], *, right_to_left: bool = False) -> list[int]:
    """Indices of ``boxes`` in reading order. ``sizes`` are their font sizes in points.

    ``boxes`` come in the file's own order, which wins unless the cut order costs clearly less.
    """
    native = list(range(len(boxes)))
    native_cost = _cost(native, boxes, sizes)
    if native_cost <= 1:
        return native
    cut = _cut(native, boxes, right_to_left=right_to_left)
    return cut if _cost(cut, boxes, sizes) < 0.8 * native_cost else native


def _cost(order: Sequence[int], boxes: Sequence[Rect], sizes: Sequence[float]) -> float:
    """Steps that don't lead to the piece directly below or beside, and steps back up, which weigh more."""
    cost = 0.0
    for before, after in itertools.pairwise(order):
        if _follows(boxes[before], boxes[after], max(sizes[before], sizes[after])):
            continue
        cost += 1
        if _shares_column(boxes[before], boxes[after]) and boxes[after].y1 <= boxes[before].y0 + 1:
            cost += BACKWARD_COST
    return cost


def _follows(before: Rect, after: Rect, size: float) -> bool:
    if abs((before.y0 + before.y1) - (after.y0 + after.y1)) < size:  # beside, on one line
        return after.x0 >= before.x1 - size or after.x1 <= before.x0 + size
    below = after.y0 - before.y1
    return -0.6 * size <= below <= 3.0 * size and _shares_column(before, after)


def _shares_column(one: Rect, other: Rect) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 0.3 * min(one.width, other.width)


def _cut(order: list[int], boxes: Sequence[Rect], *, right_to_left: bool, depth: int = 0) -> list[int]:
    """Recursive XY-cut (Nagy and Seth 1984), columns before rows."""
    if len(order) < 2 or depth > 40:
        return order
    columns = _columns(order, boxes)
    if columns is not None:
        if right_to_left:
            columns = columns[::-1]
        return [
            index
            for column in columns
            for index in _cut(column, boxes, right_to_left=right_to_left, depth=depth + 1)
        ]
    rows = _rows(order, boxes)
    if rows is not None:
        return [
            index for row in rows for index in _cut(row, boxes, right_to_left=right_to_left, depth=depth + 1)
        ]
    side = -1.0 if right_to_left else 1.0
    return sorted(order, key=lambda index: (round(boxes[index].y0), side * boxes[index].x0))


def _columns(order: Sequence[int], boxes: Sequence[Rect]) -> tuple[list[int], ...] | None:
    """Left and right of the widest gutter that runs the whole height, if both sides are real columns."""
    left = min(boxes[index].x0 for index in order)
    right = max(boxes[index].x1 for index in order)
    narrowest = NARROWEST_COLUMN * (right - left)
    gutters = _gaps([(boxes[index].x0, boxes[index].x1) for index in order], NARROWEST_GUTTER)
    for _, start, end in gutters:
        before = [index for index in order if boxes[index].x1 <= start + 0.01]
        after = [index for index in order if boxes[index].x0 >= end - 0.01]
        if (
            min(len(before), len(after)) >= 2
            and start - left >= narrowest
            and right - end >= narrowest
            and _side_by_side(before, after, boxes)
            and _is_text(before, boxes)
            and _is_text(after, boxes)
        ):
            return before, after
    return None


def _is_text(column: Sequence[int], boxes: Sequence[Rect]) -> bool:
    """Lines of text rather than names, numbers or markers, which belong to what stands beside them."""
    width = statistics.median([boxes[index].width for index in column])
    return width >= SHORTEST_LINE * statistics.median([boxes[index].height for index in column])


def _side_by_side(before: Sequence[int], after: Sequence[int], boxes: Sequence[Rect]) -> bool:
    top = max(min(boxes[index].y0 for index in before), min(boxes[index].y0 for index in after))
    bottom = min(max(boxes[index].y1 for index in before), max(boxes[index].y1 for index in after))
    return bottom > top


def _rows(order: Sequence[int], boxes: Sequence[Rect]) -> tuple[list[int], ...] | None:
    """Above and below the widest gap that runs the whole width."""
    gaps = _gaps([(boxes[index].y0, boxes[index].y1) for index in order], 0.0)
    if not gaps:
        return None
    _, start, end = gaps[0]
    middle = (start + end) / 2
    above = [index for index in order if boxes[index].y1 <= middle]
    below = [index for index in order if boxes[index].y1 > middle]
    return above, below


def _gaps(spans: Sequence[tuple[float, float]], least: float) -> list[tuple[float, float, float]]:
    """White between the spans as (width, start, end), widest first."""
    found: list[tuple[float, float, float]] = []
    reached: float | None = None
    for start, end in sorted(spans):
        if reached is not None and start - reached > least:
            found.append((start - reached, reached, start))
        reached = end if reached is None else max(reached, end)
    return sorted(found, reverse=True)
