"""Tables drawn with horizontal and vertical lines: lattice to grid, spanning cells, frames rejected."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Rect
from open_autoglm.documents.tables.bands import split_bands
from open_autoglm.documents.tables.grid import Cell, Grid, count_header_rows, drop_empty
from open_autoglm.documents.tables.lattice import SNAP, Lattice, Segment, borders, coverage
from open_autoglm.documents.tables.spans import split_shared_boxes
from open_autoglm.documents.tables.tokens import Token, font_size, text_length

_EDGE_COVERED = 0.55
"""Share of a cell's side that must be drawn for the side to count as a border."""
_MOST_BORDERS = 400
_SLIVER = 6.0
"""Points: an empty row or column thinner than this is a gap between two lines."""


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A grid read from lines, and how sure we are that the drawing is a table (0 to 1)."""

    grid: Grid
    certainty: float


def read_lattice(lattice: Lattice, tokens: Sequence[Token]) -> RuledTable | None:
    """The table in a lattice, or None for a frame, a chart, a form field or another drawing.

    ``tokens`` are those whose center lies inside the lattice.
    """
    if not tokens:
        return None
    xs, ys = _borders(lattice, tokens)
    if len(xs) < 3 or len(ys) < 2 or max(len(xs), len(ys)) > _MOST_BORDERS:
        return None
    grid = Grid(xs, ys, _cells(lattice, xs, ys))
    grid.place(tokens)
    split_shared_boxes(grid)
    split_bands(grid)
    drop_empty(grid, thinner_than=_SLIVER)
    _leave_out_title(grid)
    if grid.rows < 2 or grid.columns < 2:
        return None
    certainty = _certainty(grid)
    if certainty is None:
        return None
    grid.header_rows = count_header_rows(grid)
    return RuledTable(grid, certainty)


def with_unshaded_ends(lattice: Lattice, tokens: Sequence[Token]) -> Lattice:
    """A lattice of shaded rows, with the row without shade that may stand above or below it."""
    if not lattice.pitch:
        return lattice
    xs = borders(segment.at for segment in lattice.vertical)
    horizontal, vertical = list(lattice.horizontal), list(lattice.vertical)
    box = lattice.box
    for start, end, outer in (
        (box.y0 - lattice.pitch, box.y0, box.y0 - lattice.pitch),
        (box.y1, box.y1 + lattice.pitch, box.y1 + lattice.pitch),
    ):
        strip = [t for t in tokens if start < t.center[1] < end and xs[0] <= t.center[0] <= xs[-1]]
        used = {bisect_right(xs, token.center[0]) for token in strip}
        crossing = any(token.box.x0 < x - 1 and token.box.x1 > x + 1 for token in strip for x in xs)
        if len(used) > 1 and not crossing:
            horizontal.append(Segment(outer, xs[0], xs[-1]))
            vertical.extend(Segment(x, start, end) for x in xs)
    return Lattice(horizontal, vertical, lattice.pitch)


def _borders(lattice: Lattice, tokens: Sequence[Token]) -> tuple[list[float], list[float]]:
    """Where lines stand, and the outer sides that only the ends of crossing lines show."""
    box = lattice.box
    xs = borders(segment.at for segment in lattice.vertical)
    ys = borders(segment.at for segment in lattice.horizontal)
    near = font_size(tokens)
    if xs[0] - box.x0 > near and any(token.center[0] < xs[0] for token in tokens):
        xs.insert(0, box.x0)
    if box.x1 - xs[-1] > near and any(token.center[0] > xs[-1] for token in tokens):
        xs.append(box.x1)
    if ys[0] - box.y0 > near and any(token.center[1] < ys[0] for token in tokens):
        ys.insert(0, box.y0)
    if box.y1 - ys[-1] > near and any(token.center[1] > ys[-1] for token in tokens):
        ys.append(box.y1)
    return xs, ys


def _cells(lattice: Lattice, xs: list[float], ys: list[float]) -> list[Cell]:
    """Grid positions joined where no line parts them; a shape that is no rectangle falls apart again."""
    columns, rows = len(xs) - 1, len(ys) - 1
    parent = list(range(rows * columns))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for y in range(1, rows):
        at_y = _lines_at(lattice.horizontal, ys[y])
        for column in range(columns):
            if coverage(at_y, ys[y], xs[column], xs[column + 1]) < _EDGE_COVERED:
                parent[root(y * columns + column)] = root((y - 1) * columns + column)
    for x in range(1, columns):
        at_x = _lines_at(lattice.vertical, xs[x])
        for row in range(rows):
            if coverage(at_x, xs[x], ys[row], ys[row + 1]) < _EDGE_COVERED:
                parent[root(row * columns + x)] = root(row * columns + x - 1)
    members: dict[int, list[tuple[int, int]]] = {}
    for index in range(rows * columns):
        members.setdefault(root(index), []).append(divmod(index, columns))
    cells: list[Cell] = []
    for positions in members.values():
        cells.extend(_rectangles(positions))
    return cells


def _lines_at(segments: Sequence[Segment], at: float) -> list[Segment]:
    return [segment for segment in segments if abs(segment.at - at) <= SNAP]


def _rectangles(positions: list[tuple[int, int]]) -> list[Cell]:
    rows = [row for row, _ in positions]
    columns = [column for _, column in positions]
    whole = Cell(min(rows), min(columns), max(rows) + 1, max(columns) + 1)
    if (whole.row_end - whole.row) * (whole.column_end - whole.column) == len(positions):
        return [whole]
    # An L or a ring: join it row by row only.
    cells: list[Cell] = []
    for row, column in sorted(positions):
        last = cells[-1] if cells else None
        if last is not None and last.row == row and last.column_end == column:
            last.column_end = column + 1
        else:
            cells.append(Cell(row, column, row + 1, column + 1))
    return cells


def _leave_out_title(grid: Grid) -> None:
    """A first row across all columns in much larger type is the page's title, not part of the table."""
    while grid.rows > 2:
        first = [cell for cell in grid.cells if cell.row == 0]
        rest = [token for cell in grid.cells if cell.row > 0 for token in cell.tokens]
        top = [token for cell in first for token in cell.tokens]
        across = len([cell for cell in first if cell.tokens]) == 1 and all(c.row_end == 1 for c in first)
        if not across or not rest or font_size(top) < 1.4 * font_size(rest):
            return
        grid.cells = [cell for cell in grid.cells if cell.row > 0]
        for cell in grid.cells:
            cell.row -= 1
            cell.row_end -= 1
        del grid.ys[0]


def _certainty(grid: Grid) -> float | None:
    """None for drawings that are no table: hardly any cell holds text, or cells hold whole passages."""
    filled = [cell for cell in grid.cells if cell.tokens]
    share = len(filled) / len(grid.cells)
    if len(filled) < 3 or share < 0.25:
        return None
    by_row = {cell.row for cell in filled}
    by_column = {cell.column for cell in filled}
    if len(by_row) < 2 or len(by_column) < 2:
        return None
    lengths = sorted(text_length(cell.text) for cell in filled)
    if lengths[len(lengths) // 2] > 60:
        return None
    return 0.99 if share >= 0.5 else 0.9


def inside(tokens: Sequence[Token], box: Rect) -> list[Token]:
    """Tokens whose center lies in ``box``."""
    x0, y0, x1, y1 = box
    return [token for token in tokens if x0 <= token.center[0] <= x1 and y0 <= token.center[1] <= y1]
