"""Tables drawn with lines."""

from __future__ import annotations

import itertools

import pytest

from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.tables import find_tables

from .pages import NoRaster, across, cell_with, down, grid_lines, page, tables_of, text

XS, YS = (50.0, 150.0, 250.0, 350.0), (100.0, 120.0, 140.0, 160.0)


def _body() -> list[object]:
    return [text(XS[c] + 5, YS[r] + 5, f"r{r}c{c}") for r in range(3) for c in range(3)]


EXPECTED = [[f"r{r}c{c}" for c in range(3)] for r in range(3)]


def test_a_full_grid_is_read_cell_by_cell() -> None:
    assert tables_of(_body(), grid_lines(XS, YS)) == [EXPECTED]


def test_missing_outer_sides_are_seen_from_the_ends_of_the_rows() -> None:
    rulings = [across(y, XS[0], XS[-1]) for y in YS] + [down(x, YS[0], YS[-1]) for x in XS[1:-1]]
    assert tables_of(_body(), rulings) == [EXPECTED]


def test_double_lines_are_one_border() -> None:
    rulings = grid_lines(XS, YS) + grid_lines([x + 1.5 for x in XS], [y + 1.5 for y in YS])
    assert tables_of(_body(), rulings) == [EXPECTED]


def test_lines_drawn_in_pieces_are_joined() -> None:
    pieces = [across(y, a, b - 1) for y in YS for a, b in itertools.pairwise(XS)]
    assert tables_of(_body(), pieces + [down(x, YS[0], YS[-1]) for x in XS]) == [EXPECTED]


def test_cells_span_where_no_line_parts_them() -> None:
    rulings = [
        across(YS[0], 50, 350),
        across(YS[1], 150, 350),
        across(YS[2], 50, 350),
        across(YS[3], 50, 350),
    ]
    rulings += [down(50, 100, 160), down(150, 100, 160), down(250, 120, 160), down(350, 100, 160)]
    lines = [text(60, 115, "Name"), text(220, 105, "Values"), text(160, 125, "a"), text(260, 125, "b")]
    lines += [text(60, 145, "x"), text(160, 145, "1"), text(260, 145, "2")]
    found = find_tables(page(lines, rulings), NoRaster())[0]
    name, values = cell_with(found.table.cells, "Name"), cell_with(found.table.cells, "Values")
    assert (name.row_span, name.column_span) == (2, 1)
    assert (values.row_span, values.column_span) == (1, 2)
    assert [cell.text for cell in found.table.cells if cell.header] == ["Name", "Values", "a", "b"]


def test_wrapped_text_stays_in_its_cell() -> None:
    lines = [
        text(55, 102, "a long label that"),
        text(55, 114, "wraps"),
        text(205, 102, "one"),
        text(55, 135, "b"),
    ]
    lines += [text(205, 135, "two"), text(55, 155, "c"), text(205, 155, "three")]
    found = tables_of(lines, grid_lines((50, 200, 300), (98, 128, 150, 170)))
    assert found == [[["a long label that wraps", "one"], ["b", "two"], ["c", "three"]]]


def test_rows_of_numbers_without_lines_between_them_come_apart() -> None:
    lines = [text(55, 105, "State"), text(155, 105, "Sales"), text(255, 105, "Cost")]
    for index in range(5):
        y = 125 + 12 * index
        lines += [text(55, y, "AB"[index % 2]), text(155, y, str(10 + index)), text(255, y, str(20 + index))]
    found = tables_of(lines, grid_lines(XS, (100, 120, 190)))
    assert [row[1] for row in found[0]] == ["Sales", "10", "11", "12", "13", "14"]


@pytest.mark.parametrize(
    ("name", "rulings"),
    [
        ("a boxed paragraph", grid_lines((50, 350), (100, 160))),
        ("a page border", grid_lines((20, 575), (20, 820))),
        ("chart axes", [down(50, 100, 160), across(160, 50, 350), *[across(y, 48, 350) for y in (120, 140)]]),
    ],
)
def test_a_frame_is_no_table(name: str, rulings: list[object]) -> None:
    lines = [text(55, 105, "some words of running text in a box"), text(55, 125, "and more of them follow")]
    assert tables_of(lines, rulings) == [], name


def test_words_from_ocr_make_the_same_table_and_say_so() -> None:
    lines = [text(XS[c] + 5, YS[r] + 5, f"r{r}c{c}", read_by=ReadBy.OCR) for r in range(3) for c in range(3)]
    found = find_tables(page(lines, grid_lines(XS, YS)), NoRaster())[0]
    assert found.read_by is ReadBy.OCR
    assert found.confidence == pytest.approx(0.9, abs=0.02)
    assert found.table.cells[0].confidence == 0.9


def test_too_many_lines_are_left_aside_and_named_in_the_warnings() -> None:
    content = page(_body(), [across(100, 50, 60)] * 20_001)
    assert find_tables(content, NoRaster())[0].confidence < 0.9
    assert "20,001 drawn lines" in content.warnings[0]
