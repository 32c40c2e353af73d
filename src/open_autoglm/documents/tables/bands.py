"""Grid rows that hold several rows of values with no line between them, taken apart."""

from __future__ import annotations

import itertools

from open_autoglm.documents.tables.grid import Cell, Grid
from open_autoglm.documents.tables.tokens import Row, Token, is_numeric, join_text, rows_of

_FILLED = 0.7
"""Share of positions that must hold text for lines to be rows of values rather than wrapped text."""


def split_bands(grid: Grid) -> None:
    """Take every band of ``grid`` apart whose lines are rows of values; cells already hold their tokens."""
    for band in reversed(range(grid.rows)):
        cells = [c for c in grid.cells if c.row == band and c.row_end == band + 1 and c.tokens]
        lines = _value_lines(cells)
        if lines:
            _split(grid, band, lines)


def _value_lines(cells: list[Cell]) -> list[Row]:
    """The lines of a band if they are rows of values, else nothing."""
    stacked = [cell for cell in cells if len(rows_of(cell.tokens)) > 1]
    if len(stacked) < 2:
        return []
    lines = rows_of([token for cell in stacked for token in cell.tokens])
    by_cell = [[_on(cell, line) for line in lines] for cell in stacked]
    filled = sum(bool(part) for parts in by_cell for part in parts)
    if filled < _FILLED * len(stacked) * len(lines):
        return []
    numeric = sum(all(is_numeric(join_text(part)) for part in parts if part) for parts in by_cell)
    values = numeric >= max(2, 0.5 * len(stacked))
    unwrapped = len(lines) >= 4 and filled >= 0.9 * len(stacked) * len(lines) and not _wrapped(by_cell)
    return lines if values or unwrapped else []


def _wrapped(by_cell: list[list[list[Token]]]) -> bool:
    """Whether most lines end where the next line's first word would not have fitted."""
    broken = total = 0
    for parts in by_cell:
        tokens = [token for part in parts for token in part]
        right = max(token.box.x1 for token in tokens)
        for part, following in itertools.pairwise(parts):
            if part and following:
                total += 1
                end = max(token.box.x1 for token in part)
                broken += end + 0.3 * following[0].size + following[0].box.width > right
    return broken > 0.5 * total


def _on(cell: Cell, line: Row) -> list[Token]:
    return [token for token in cell.tokens if line.y0 <= token.center[1] <= line.y1]


def _split(grid: Grid, band: int, lines: list[Row]) -> None:
    extra = len(lines) - 1
    inner = [(above.y1 + below.y0) / 2 for above, below in itertools.pairwise(lines)]
    grid.ys[band + 1 : band + 1] = inner
    for cell in grid.cells:
        cell.row += extra * (cell.row > band)
        cell.row_end += extra * (cell.row_end > band)
    own = [cell for cell in grid.cells if cell.row == band and cell.row_end == band + 1 + extra]
    for cell in own:
        if len(rows_of(cell.tokens)) == 1 and extra and _centered(cell, lines):
            continue
        grid.cells.remove(cell)
        for offset in range(extra + 1):
            part = Cell(band + offset, cell.column, band + offset + 1, cell.column_end)
            top, bottom = grid.ys[band + offset], grid.ys[band + offset + 1]
            part.tokens = [
                token
                for token in cell.tokens
                if (offset == 0 or token.center[1] >= top) and (offset == extra or token.center[1] < bottom)
            ]
            grid.cells.append(part)


def _centered(cell: Cell, lines: list[Row]) -> bool:
    """A lone line between the lines of its neighbors belongs to all of them."""
    y = sum(token.center[1] for token in cell.tokens) / len(cell.tokens)
    return all(abs(y - line.center) > 0.2 * line.height for line in lines)
