"""A table as Markdown: whole where it is short, else in pieces of whole rows, each with the header."""

from __future__ import annotations

from collections.abc import Iterator

from open_autoglm.documents.model import Box, Table, TableCell
from open_autoglm.documents.tables.render import header_row_count


def table_pieces(table: Table, limit: int) -> Iterator[tuple[str, Box | None]]:
    """Markdown of about ``limit`` characters, with the box of its rows where cells have boxes.

    What spans several rows or columns stands in each of them, so that a row can be read by itself; what spans
    all columns stands once. A row is never cut, however long it is.
    """
    rows = _rows(table)
    heads = min(max(1, header_row_count(table)), table.rows)
    caption = f"{' '.join(table.caption.split())}\n" if table.caption else ""
    head = caption + _head(rows[:heads])
    if heads == table.rows:
        yield head.rstrip("\n"), _box(table, 0, heads)
        return
    for start, end in _row_groups(rows, heads, limit - len(head)):
        first = 0 if start == heads else start
        yield head + "\n".join(rows[start:end]), _box(table, first, end)


def _row_groups(rows: list[str], start: int, limit: int) -> Iterator[tuple[int, int]]:
    """Rows from ``start`` on together, while they have at most ``limit`` characters."""
    while start < len(rows):
        end, length = start + 1, len(rows[start])
        while end < len(rows) and length + 1 + len(rows[end]) <= limit:
            length += 1 + len(rows[end])
            end += 1
        yield start, end
        start = end


def _head(rows: list[str]) -> str:
    if not rows:
        return ""
    columns = rows[0].count(" | ") + 1
    return "\n".join([rows[0], "|" + " --- |" * columns, *rows[1:]]) + "\n"


def _rows(table: Table) -> list[str]:
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        text = _one_line(cell)
        for row in range(cell.row, min(cell.row + cell.row_span, table.rows)):
            span = cell.column_span if cell.column_span < table.columns else 1
            for column in range(cell.column, min(cell.column + span, table.columns)):
                grid[row][column] = text
    return [f"| {' | '.join(row)} |" for row in grid]


def _one_line(cell: TableCell) -> str:
    return " ".join(cell.text.split()).replace("|", "\\|")


def _box(table: Table, start: int, end: int) -> Box | None:
    """Around the cells of rows ``start`` to ``end``; None where their places are not known."""
    boxes = [cell.box for cell in table.cells if start <= cell.row < end and cell.box is not None]
    if not boxes:
        return None
    return Box(
        x0=min(box.x0 for box in boxes),
        y0=min(box.y0 for box in boxes),
        x1=max(box.x1 for box in boxes),
        y1=max(box.y1 for box in boxes),
    )
