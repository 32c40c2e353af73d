"""XLSX: a sheet is a page, a block of cells is a table, numbers look as on the sheet."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from markup_reading import pages_of, rows, word_similarity
from openpyxl.chart import LineChart, Reference

from open_autoglm.documents.markup.xlsx import shown


def saved(workbook: openpyxl.Workbook, folder: Path) -> Path:
    path = folder / "a.xlsx"
    workbook.save(path)
    return path


def test_separate_blocks_are_separate_tables_and_a_lone_cell_is_text(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "数据"
    for place, value in {
        "A1": "name",
        "B1": "n",
        "A2": "x",
        "B2": 1,
        "E5": "p",
        "F6": 2,
        "A9": "note",
    }.items():
        sheet[place] = value
    workbook.create_sheet("hidden").sheet_state = "hidden"
    first, second = pages_of(saved(workbook, tmp_path))
    heading, table, apart, note = first.regions
    assert (heading.type.value, heading.text) == ("heading", "数据")
    assert rows(table.table) == [["name", "n"], ["x", "1"]]
    assert table.table is not None
    assert [cell.header for cell in table.table.cells] == [True, True, False, False]
    assert rows(apart.table) == [["p", ""], ["", "2"]]
    assert (note.type.value, note.text) == ("paragraph", "note")
    assert second.warnings == ("Sheet 'hidden' is hidden.",)


def test_merged_cells_become_spans_and_join_blocks(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"] = "wide"
    sheet.merge_cells("A1:C1")
    for column, value in enumerate((1, 2, 3), start=1):
        sheet.cell(2, column, value)
    (page,) = pages_of(saved(workbook, tmp_path))
    assert rows(page.regions[1].table) == [["wide", "^", "^"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234.5, "General", "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (2.5, "0.0##", "2.5"),
        (0.256, "0.0%", "25.6%"),
        (1500, '"¥"#,##0', "¥1,500"),
        (1500, "[$€-407]#,##0.00", "€1,500.00"),
        (1500, '#,##0 "€"', "1,500 €"),
        (-12, "$#,##0;($#,##0)", "($12)"),
        (-12, "$#,##0", "-$12"),
        (12345, "0.00E+00", "1.23E+04"),
        (True, "General", "TRUE"),
        (datetime.datetime(2025, 3, 1), "yyyy/m/d", "2025-03-01"),
        (datetime.datetime(2025, 3, 1, 8, 30), "m/d/yy h:mm", "2025-03-01 08:30:00"),
        (datetime.time(8, 30), "h:mm", "08:30:00"),
    ],
)
def test_values_as_the_sheet_shows_them(value: object, form: str, text: str) -> None:
    cell = openpyxl.Workbook().active["A1"]
    cell.value = value
    cell.number_format = form
    assert shown(cell) == text


def test_a_cell_at_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "near"
    workbook.active["XFD1048576"] = "far"
    (page,) = pages_of(saved(workbook, tmp_path))
    assert [region.text for region in page.regions] == ["Sheet", "near", "far"]


def test_charts_are_said_not_to_be_drawn(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in range(1, 4):
        sheet.cell(row, 1, row)
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=3))
    sheet.add_chart(chart, "D1")
    assert "Charts are not read (1 of them)" in pages_of(saved(workbook, tmp_path))[0].warnings[0]


@pytest.mark.shared_data
def test_a_real_workbook_against_its_reference(shared_data: Path) -> None:
    """The reference repeats the numbers of every chart as a table; they are the rest of the difference."""
    assert word_similarity(shared_data / "documents" / "xlsx_01.xlsx") >= 0.8
