"""Helpers of the tests that read office and text files: regions as short tuples, word similarity."""

from __future__ import annotations

import re
from pathlib import Path

from rapidfuzz.distance import Indel

from open_autoglm.documents.formats import detect_format
from open_autoglm.documents.markdown import page_to_markdown
from open_autoglm.documents.model import Page, Region, Table
from open_autoglm.documents.workers.messages import OpenFile
from open_autoglm.documents.workers.openers import PagedFile, open_file


def opened(path: Path) -> PagedFile:
    return open_file(OpenFile(path=str(path), format=detect_format(path, 100)))


def pages_of(path: Path) -> list[Page]:
    file = opened(path)
    return [file.read_page(number, 1) for number in range(1, file.page_count + 1)]


def regions_of(path: Path) -> list[Region]:
    return [region for page in pages_of(path) for region in page.regions]


def outline(path: Path) -> list[tuple[str, str]]:
    """Type and text of every region."""
    return [(region.type.value, region.text) for region in regions_of(path)]


def rows(table: Table | None) -> list[list[str]]:
    """The grid; a spanning cell's text stands at its corner, the places it covers hold ``^``."""
    assert table is not None
    grid = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                grid[row][column] = "^"
        grid[cell.row][cell.column] = cell.text
    return grid


def word_similarity(path: Path) -> float:
    """Words in order against the reference beside the file; marks of Markdown and HTML do not count.

    The reference repeats a spanning cell's text in every place it covers; so does this.
    """
    got = " ".join(_words_of(region) for region in regions_of(path))
    reference = path.with_name(path.name + ".gt.md").read_text(encoding="utf-8")
    return float(Indel.normalized_similarity(_words(got), _words(reference)))


def _words_of(region: Region) -> str:
    if region.table is None:
        marker = region.marker if region.marker and region.marker[0].isdigit() else ""
        inline = region.markdown or region.text
        latex = region.formula.latex if region.formula else None
        return f"{marker} {latex or inline}"
    grid = [["" for _ in range(region.table.columns)] for _ in range(region.table.rows)]
    for cell in region.table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                grid[row][column] = cell.text
    return "\n".join(" ".join(row) for row in grid)


def _words(text: str) -> list[str]:
    text = text.replace("<!-- image -->", "").replace("\\", " \\")
    return re.findall(r"\w+", text)


__all__ = ["opened", "outline", "page_to_markdown", "pages_of", "regions_of", "rows", "word_similarity"]
