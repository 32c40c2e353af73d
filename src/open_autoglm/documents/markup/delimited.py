"""CSV and TSV: the separator is found from the text, the rows are one table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from open_autoglm.documents.markup.pages import Grid, MarkupFile, PageBuilder
from open_autoglm.documents.markup.text_encoding import read_text
from open_autoglm.errors import DamagedInput

_SEPARATORS = ",;\t|"
_SAMPLE = 64_000
_MAX_FIELD = 1 << 20


def open_csv(path: Path) -> MarkupFile:
    """Raises DamagedInput for rows that can't be told apart and LimitExceeded for too many."""
    text, encoding = read_text(path)
    return _read(path, text, _separator(text[:_SAMPLE]), encoding)


def open_tsv(path: Path) -> MarkupFile:
    text, encoding = read_text(path)
    return _read(path, text, "\t", encoding)


def _read(path: Path, text: str, separator: str, encoding: str) -> MarkupFile:
    page = PageBuilder(1)
    grid = Grid(path.name)
    csv.field_size_limit(_MAX_FIELD)
    first = True
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if not any(cell.strip() for cell in row):
                continue
            grid.next_row()
            for cell in row:
                grid.cell(cell, header=first)
            first = False
    except csv.Error as error:
        raise DamagedInput(
            f"{path.name} can't be divided into rows: {error}.", hint="Check its quotation marks."
        ) from error
    page.add_table(grid.table())
    warnings = () if encoding.startswith("utf") else (f"The text was read as {encoding}.",)
    return MarkupFile([page.page()], warnings=warnings)


def _separator(sample: str) -> str:
    """The candidate that divides the rows most evenly, then most often; a comma when none does."""

    def evenness(separator: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(sample.splitlines()[:100], delimiter=separator) if row]
        widths = [len(row) for row in rows]
        commonest = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(commonest) / len(widths), commonest) if commonest > 1 else (0.0, 0)

    try:
        return max(_SEPARATORS, key=evenness)
    except csv.Error:
        return ","
