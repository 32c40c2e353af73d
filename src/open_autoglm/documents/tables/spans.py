"""Heads whose labels share one drawn box: taken apart along the columns below them."""

from __future__ import annotations

from open_autoglm.documents.tables.grid import Cell, Grid
from open_autoglm.documents.tables.tokens import Row, Token, rows_of


def split_shared_boxes(grid: Grid) -> None:
    """Split boxes across several columns that hold a label for each column, under a common one or not."""
    for band in reversed(range(grid.rows)):
        shared = {
            id(cell): labels
            for cell in grid.cells
            if cell.row == band and cell.row_end == band + 1 and cell.column_end - cell.column > 1
            if (labels := _label_line(grid, cell)) is not None
        }
        if not shared:
            continue
        border = _row_border([cell for cell in grid.cells if id(cell) in shared], shared)
        if border is not None:
            _insert_row(grid, band, border)
        for cell in [cell for cell in grid.cells if id(cell) in shared]:
            _split(grid, cell, shared[id(cell)])


def _label_line(grid: Grid, cell: Cell) -> Row | None:
    """The last line of the cell if it has a label in each of two or more columns, none across a border."""
    lines = rows_of(cell.tokens)
    if not lines:
        return None
    last = lines[-1]
    columns = set()
    for token in last.tokens:
        column = _column(grid, token)
        slack = 0.25 * token.size
        if token.box.x0 < grid.xs[column] - slack or token.box.x1 > grid.xs[column + 1] + slack:
            return None
        columns.add(column)
    if len(columns) < max(2, 0.6 * (cell.column_end - cell.column)) or _flows(grid, last):
        return None
    return last


def _flows(grid: Grid, line: Row) -> bool:
    """Whether words run across a border at the distance of a common space."""
    pairs = zip(line.tokens, line.tokens[1:], strict=False)
    return any(
        right.box.x0 - left.box.x1 < 0.4 * right.size and _column(grid, left) != _column(grid, right)
        for left, right in pairs
    )


def _column(grid: Grid, token: Token) -> int:
    x = token.center[0]
    return max(column for column in range(grid.columns) if column == 0 or grid.xs[column] <= x)


def _row_border(cells: list[Cell], shared: dict[int, Row]) -> float | None:
    """The y between common labels and the labels under them, if any cell has both."""
    for cell in cells:
        labels = shared[id(cell)]
        above = [token for token in cell.tokens if token.center[1] < labels.y0]
        if above:
            return (max(token.box.y1 for token in above) + labels.y0) / 2
    return None


def _insert_row(grid: Grid, band: int, border: float) -> None:
    grid.ys.insert(band + 1, border)
    for cell in grid.cells:
        cell.row += cell.row > band
        cell.row_end += cell.row_end > band


def _split(grid: Grid, cell: Cell, labels: Row) -> None:
    grid.cells.remove(cell)
    top = cell.row
    above = [token for token in cell.tokens if token.center[1] < labels.y0]
    if above:
        grid.cells.append(Cell(cell.row, cell.column, cell.row + 1, cell.column_end, above))
        top += 1
    own = [token for token in cell.tokens if token.center[1] >= labels.y0]
    for column in range(cell.column, cell.column_end):
        tokens = [token for token in own if _column(grid, token) == column]
        grid.cells.append(Cell(top, column, cell.row_end, column + 1, tokens))
