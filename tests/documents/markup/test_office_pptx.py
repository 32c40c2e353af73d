"""PPTX: a slide is a page, a shape's place is its region's box."""

from __future__ import annotations

from pathlib import Path

import pptx
import pytest
from markup_reading import opened, pages_of, rows, word_similarity
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Pt


def test_titles_bullets_boxes_tables_and_notes(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    presentation.core_properties.author = "Ada"
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Results"
    body = slide.placeholders[1].text_frame
    body.text = "outer"
    inner = body.add_paragraph()
    inner.text, inner.level = "inner", 1
    table = slide.shapes.add_table(2, 2, Pt(100), Pt(400), Pt(200), Pt(50)).table
    table.cell(0, 0).text = "wide"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 1).text = "1"
    slide.notes_slide.notes_text_frame.text = "say this"
    path = tmp_path / "a.pptx"
    presentation.save(str(path))

    (page,) = pages_of(path)
    assert (page.width, page.height) == (720, 540)
    title, outer, deeper, grid, notes = page.regions
    assert (title.type.value, title.text) == ("title", "Results")
    assert [(item.text, item.level, item.marker) for item in (outer, deeper)] == [
        ("outer", 1, "•"),
        ("inner", 2, "•"),
    ]
    assert rows(grid.table) == [["wide", "^"], ["", "1"]]
    assert grid.box is not None
    assert (grid.box.x0, grid.box.y0, grid.box.x1) == (100, 400, 300)
    assert (notes.type.value, notes.text, notes.note) == ("footnote", "say this", "From the speaker's notes.")
    assert opened(path).author == "Ada"


def test_shapes_are_read_from_top_to_bottom_and_left_to_right_also_in_groups(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    group = slide.shapes.add_group_shape()
    for text, left, top, where in (
        ("last", 10, 300, slide.shapes),
        ("right", 300, 102, slide.shapes),
        ("left", 10, 100, group.shapes),
    ):
        where.add_textbox(Pt(left), Pt(top), Pt(50), Pt(20)).text_frame.text = text
    path = tmp_path / "a.pptx"
    presentation.save(str(path))
    assert [region.text for region in pages_of(path)[0].regions] == ["left", "right", "last"]


def test_a_chart_is_the_table_of_what_it_draws(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["2024", "2025"]
    data.add_series("sales", (1.5, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Pt(10), Pt(10), Pt(300), Pt(200), data)
    path = tmp_path / "a.pptx"
    presentation.save(str(path))
    (region,) = pages_of(path)[0].regions
    assert rows(region.table) == [["", "sales"], ["2024", "1.5"], ["2025", "2"]]


@pytest.mark.shared_data
def test_a_real_presentation_against_its_reference(shared_data: Path) -> None:
    """The reference leaves out the speaker's notes; they are the rest of the difference."""
    assert word_similarity(shared_data / "documents" / "powerpoint_sample.pptx") >= 0.92
