"""Whole pages with known tables: rendered from our own HTML, and a dense one from the world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from open_autoglm.documents.content import FoundTable, Rect
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.documents.tables import find_tables
from open_autoglm.documents.tables.render import table_to_html
from open_autoglm.evaluation.teds import teds

RENDERED = Path(__file__).parents[2] / "data" / "tables"


def _found(path: Path) -> list[FoundTable]:
    with PdfFile.open(path) as file:
        return find_tables(file.content(1), file.raster(1))


@pytest.mark.parametrize("name", sorted(path.stem for path in RENDERED.glob("*.json")))
def test_rendered_pages_are_read_as_they_were_written(name: str) -> None:
    truth = json.loads((RENDERED / f"{name}.json").read_text(encoding="utf-8"))[0]["tables"]
    found = _found(RENDERED / f"{name}.pdf")
    assert len(found) == len(truth)
    for table, expected in zip(found, truth, strict=True):
        box = Rect(*expected["box"])
        shared = table.box.overlap(box)
        assert shared / (table.box.width * table.box.height + box.width * box.height - shared) > 0.5
        assert teds(table_to_html(table.table), expected["html"]) > 0.95


@pytest.mark.shared_data
def test_every_column_of_the_background_checks_adds_up(shared_data: Path) -> None:
    tables = _found(shared_data / "documents" / "nics-background-checks-2015-11.pdf")
    assert len(tables) == 1
    table = tables[0].table
    assert table.columns == 25
    rows: list[list[str]] = [["" for _ in range(25)] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.text
    # Some commas are missing in the file itself; there the text layer has a gap in their place.
    numbers = {row[0]: [_number(text) for text in row[1:]] for row in rows if _number(row[-1]) is not None}
    totals = numbers.pop("Totals")
    assert len(numbers) == 55
    assert (numbers["Alabama"][-1], numbers["Wyoming"][-1]) == (71_137, 5_017)
    for column, total in enumerate(totals):
        assert sum(row[column] or 0 for row in numbers.values()) == total, f"column {column + 2}"
    for row in numbers.values():
        assert sum(value or 0 for value in row[:-1]) == row[-1]


def _number(text: str) -> int | None:
    digits = text.replace(",", "").replace(" ", "")
    return int(digits) if digits.isdecimal() else None
