"""One table as HTML or as GitHub-flavored Markdown. All text is escaped."""

from __future__ import annotations

import html
import re

from open_autoglm.documents.model import Table, TableCell

_EMPHASIS_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_MARKDOWN_SYNTAX = re.compile(r"([\\`*|<]|\](?=\()|~(?=~)|&(?=#?\w+;))")


def table_to_html(table: Table) -> str:
    """``<table>`` with ``thead`` (leading rows of header cells) and ``tbody``; line breaks as ``<br>``."""
    covered = {
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    }
    by_row: list[list[TableCell]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        by_row[cell.row].append(cell)
    for row, cells in enumerate(by_row):
        holes = (column for column in range(table.columns) if (row, column) not in covered)
        cells.extend(TableCell(row=row, column=column) for column in holes)
        cells.sort(key=lambda cell: cell.column)

    head_rows = header_row_count(table)
    rows = ["<tr>" + "".join(map(_cell_to_html, cells)) + "</tr>" for cells in by_row]
    head = "<thead>" + "".join(rows[:head_rows]) + "</thead>" if head_rows else ""
    body = "<tbody>" + "".join(rows[head_rows:]) + "</tbody>" if head_rows < table.rows else ""
    caption = f"<caption>{_html_text(table.caption)}</caption>" if table.caption else ""
    return f"<table>{caption}{head}{body}</table>"


def table_to_markdown(table: Table) -> str:
    """GitHub-flavored Markdown; the first row stands as the head, as the format demands one.

    Raises ValueError for a table whose cells span: the format can't say that, use HTML.
    """
    if table.has_spans:
        raise ValueError("a table with spanning cells has no Markdown form; use table_to_html")
    grid = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = _markdown_text(cell.text)
    lines = ["| " + " | ".join(row) + " |" for row in grid]
    lines.insert(1, "|" + " --- |" * table.columns)
    return "\n".join(lines)


def header_row_count(table: Table) -> int:
    """Leading rows in which every cell is a header and none reaches below the last of them."""
    count = 0
    for row in range(table.rows):
        starting = [cell for cell in table.cells if cell.row == row]
        reached = any(cell.row < row < cell.row + cell.row_span for cell in table.cells)
        if not all(cell.header for cell in starting) or not (starting or reached):
            break
        count = row + 1
    ends = max((cell.row + cell.row_span for cell in table.cells if cell.row < count), default=0)
    return count if ends <= count else 0


def _cell_to_html(cell: TableCell) -> str:
    tag = "th" if cell.header else "td"
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    return f"<{tag}{spans}>{_html_text(cell.text)}</{tag}>"


def _html_text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _markdown_text(text: str) -> str:
    """Only what would be read as syntax is escaped, so that names_like_this and plain numbers stay plain."""
    escaped = _MARKDOWN_SYNTAX.sub(r"\\\1", text)
    escaped = _EMPHASIS_UNDERSCORE.sub(r"\\_", escaped)
    return "<br>".join(line.strip() for line in escaped.splitlines())
