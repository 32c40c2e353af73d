"""A grid of cells between column and row borders, its text and its header rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from open_autoglm.documents.content import FoundTable, Rect
from open_autoglm.documents.model import Box, ReadBy, Table, TableCell
from open_autoglm.documents.tables.tokens import Token, is_numeric, join_text


@dataclass(slots=True, eq=False)
class Cell:
    """A rectangle of grid positions and the tokens in it; ends are exclusive."""

    row: int
    column: int
    row_end: int
    column_end: int
    tokens: list[Token] = field(default_factory=list)

    @property
    def text(self) -> str:
        return join_text(self.tokens)


@dataclass(slots=True, eq=False)
class Grid:
    """``xs`` and ``ys`` are the borders in points: one more than there are columns and rows."""

    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    header_rows: int = 0
    fit: float = 1.0
    """How well the tokens fit between the borders, 0 to 1."""

    @property
    def box(self) -> Rect:
        return Rect(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    def owners(self) -> list[list[Cell | None]]:
        """The cell at each grid position."""
        owner: list[list[Cell | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row_end):
                for column in range(cell.column, cell.column_end):
                    owner[row][column] = cell
        return owner

    def place(self, tokens: Sequence[Token]) -> None:
        """Give each token to the cell that holds its center; sets ``fit``."""
        owner = self.owners()
        crossing = 0
        for token in tokens:
            x, y = token.center
            cell = owner[_index(self.ys, y)][_index(self.xs, x)]
            if cell is None:
                continue
            cell.tokens.append(token)
            slack = 0.25 * token.size
            left, right = self.xs[cell.column], self.xs[cell.column_end]
            crossing += token.box.x0 < left - slack or token.box.x1 > right + slack
        self.fit = 1.0 - crossing / max(len(tokens), 1)


def _index(borders: Sequence[float], value: float) -> int:
    return min(max(bisect_right(borders, value) - 1, 0), len(borders) - 2)


def drop_empty(grid: Grid, *, thinner_than: float = float("inf")) -> None:
    """Remove rows and columns without any text of their own, if thinner than given (points)."""
    for row in reversed(range(grid.rows)):
        height = grid.ys[row + 1] - grid.ys[row]
        own = [cell for cell in grid.cells if cell.row == row and cell.row_end == row + 1]
        if grid.rows > 1 and height < thinner_than and not any(cell.tokens for cell in own):
            _remove_row(grid, row)
    for column in reversed(range(grid.columns)):
        width = grid.xs[column + 1] - grid.xs[column]
        own = [cell for cell in grid.cells if cell.column == column and cell.column_end == column + 1]
        if grid.columns > 1 and width < thinner_than and not any(cell.tokens for cell in own):
            _remove_column(grid, column)


def _remove_row(grid: Grid, row: int) -> None:
    grid.cells = [c for c in grid.cells if not (c.row == row and c.row_end == row + 1)]
    for cell in grid.cells:
        cell.row -= cell.row > row
        cell.row_end -= cell.row_end > row
    del grid.ys[row if row == 0 else row + 1 if row == grid.rows - 1 else row]


def _remove_column(grid: Grid, column: int) -> None:
    grid.cells = [c for c in grid.cells if not (c.column == column and c.column_end == column + 1)]
    for cell in grid.cells:
        cell.column -= cell.column > column
        cell.column_end -= cell.column_end > column
    del grid.xs[column if column == 0 else column + 1 if column == grid.columns - 1 else column]


def count_header_rows(grid: Grid, *, ruled_at: int | None = None) -> int:
    """Rows of the head: to the rule below it where one is known, else by what the rows hold.

    The head reaches at least as far as the spans of its first row, and ends where numbers or
    plain (not bold) rows begin.
    """
    if grid.rows < 2:
        return 0
    if ruled_at is not None and 0 < ruled_at < grid.rows:
        return ruled_at
    by_row: list[list[Cell]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        if cell.tokens:
            by_row[cell.row].append(cell)
    head = _reach(grid, 1)
    bold = [_all_bold(cells) for cells in by_row]
    body_bold = sum(bold[head:]) > 0.5 * (grid.rows - head)
    while head < min(grid.rows - 1, 6):
        cells = by_row[head]
        headed_above = any(c.column_end - c.column > 1 for c in by_row[head - 1]) and head == 1
        whole_row = len(cells) == 1 and cells[0].column_end - cells[0].column == grid.columns
        numeric = any(is_numeric(cell.text) for cell in cells)
        if whole_row or not cells or numeric:
            break
        if not (bold[head] and bold[0] and not body_bold) and not headed_above:
            break
        head = _reach(grid, head + 1)
    return head if head < grid.rows else 1


def _reach(grid: Grid, head: int) -> int:
    while True:
        reach = max((c.row_end for c in grid.cells if c.row < head and c.tokens), default=head)
        if reach <= head:
            return head
        head = reach


def _all_bold(cells: Sequence[Cell]) -> bool:
    tokens = [token for cell in cells for token in cell.tokens]
    return bool(tokens) and sum(token.bold for token in tokens) >= 0.8 * len(tokens)


def to_found_table(grid: Grid, certainty: float) -> FoundTable:
    """The finished table. ``certainty`` (0 to 1) is that of the finder: how sure this is a table."""
    tokens = [token for cell in grid.cells for token in cell.tokens]
    ocr = sum(token.read_by is ReadBy.OCR for token in tokens) * 2 > len(tokens)
    reading = sum(token.confidence for token in tokens) / max(len(tokens), 1)
    cells = tuple(
        TableCell(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_end - cell.row,
            column_span=cell.column_end - cell.column,
            text=cell.text,
            header=cell.row < grid.header_rows,
            box=Box(
                x0=grid.xs[cell.column],
                y0=grid.ys[cell.row],
                x1=grid.xs[cell.column_end],
                y1=grid.ys[cell.row_end],
            ),
            confidence=min((token.confidence for token in cell.tokens), default=1.0),
        )
        for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column))
    )
    return FoundTable(
        box=grid.box,
        table=Table(rows=grid.rows, columns=grid.columns, cells=cells),
        confidence=max(0.0, min(1.0, certainty * grid.fit * reading)),
        read_by=ReadBy.OCR if ocr else ReadBy.TEXT_LAYER,
    )
