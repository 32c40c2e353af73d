"""Tables that only align, and text that aligns without being a table."""

from __future__ import annotations

import pytest

from open_autoglm.documents.tables import find_tables

from .pages import NoRaster, across, cell_with, page, tables_of, text

PROSE = "window bridge of the station measures every harbor in the north"


def test_columns_of_numbers_are_found_without_any_line() -> None:
    rows = [
        ("Region", "Sales", "Cost"),
        ("North", "1,204", "88"),
        ("South", "904", "71"),
        ("East", "77", "1,020"),
    ]
    lines = [
        text(x, 100 + 16 * r, row[c]) for r, row in enumerate(rows) for c, x in enumerate((50, 150, 250))
    ]
    assert tables_of(lines) == [[list(row) for row in rows]]


def test_chinese_columns_are_found() -> None:
    rows = [
        ("地区", "产量", "比例"),
        ("青州", "1,204", "8.1%"),
        ("临江", "904", "7.0%"),
        ("平湖", "77", "2.2%"),
    ]
    lines = [
        text(x, 100 + 16 * r, row[c]) for r, row in enumerate(rows) for c, x in enumerate((50, 150, 250))
    ]
    assert tables_of(lines) == [[list(row) for row in rows]]


def test_rules_above_and_below_and_a_label_over_two_columns() -> None:
    lines = [text(165, 104, "Both"), text(50, 120, "Name"), text(140, 120, "First"), text(200, 120, "Second")]
    for index, name in enumerate(("a", "b", "c")):
        y = 140 + 14 * index
        lines += [text(50, y, name), text(140, y, f"1.{index}"), text(200, y, f"2.{index}")]
    rulings = [across(100, 45, 240), across(117, 138, 232), across(135, 45, 240), across(185, 45, 240)]
    found = find_tables(page(lines, rulings), NoRaster())[0].table
    both = cell_with(found.cells, "Both")
    assert (both.row, both.column, both.column_span) == (0, 1, 2)
    assert [cell.text for cell in found.cells if cell.header and cell.text] == [
        "Both",
        "Name",
        "First",
        "Second",
    ]
    assert found.rows == 5


def test_wrapped_cells_make_one_row() -> None:
    lines = [text(50, 100, "Item"), text(120, 100, "What"), text(300, 100, "Price")]
    for index in range(3):
        y = 120 + 40 * index
        lines += [text(50, y, f"k{index}"), text(120, y, "words that run on to"), text(300, y, str(index))]
        lines += [text(120, y + 12, "a second line")]
    assert [row[1] for row in tables_of(lines)[0]] == ["What", *["words that run on to a second line"] * 3]


def _two_columns_of_prose() -> list[object]:
    return [text(x, 100 + 13 * row, PROSE[:46]) for row in range(20) for x in (50, 310)]


def _bullets() -> list[object]:
    return [text(x, 100 + 16 * r, w) for r in range(8) for x, w in ((50, "•"), (70, "short words"))]


def _contents() -> list[object]:
    return [
        text(x, 100 + 16 * r, w) for r in range(8) for x, w in ((50, f"Chapter {r}"), (400, str(3 + 4 * r)))
    ]


def _references() -> list[object]:
    marks = [text(50, 100 + 30 * r, f"[{r + 1}]") for r in range(8)]
    return marks + [text(80, 100 + 30 * r + dy, PROSE) for r in range(8) for dy in (0, 12)]


def _form() -> list[object]:
    labels = [text(50, 100 + 20 * r, w) for r, w in enumerate(("Name:", "Street:", "Town:", "Phone:"))]
    return labels + [
        text(200, 100 + 20 * r, w) for r, w in enumerate(("______", "______", "______", "______"))
    ]


@pytest.mark.parametrize("lines", [_two_columns_of_prose(), _bullets(), _contents(), _references(), _form()])
def test_text_that_aligns_is_no_table(lines: list[object]) -> None:
    assert tables_of(lines) == []


def test_numbered_headings_with_prose_between_rules_are_no_table() -> None:
    running = "modern browsers support extensions that are based on source and are slowly replacing others"
    lines = [text(57, 122, running), text(57, 160, running)]
    for y, number, title in ((100, "6.1.2", "Extensions"), (140, "6.2", "Mail")):
        lines += [text(57, y, number), text(110, y, title)]
    assert tables_of(lines, [across(95, 60, 560), across(175, 60, 560)]) == []


def test_an_empty_page_has_no_table() -> None:
    assert tables_of([]) == []
