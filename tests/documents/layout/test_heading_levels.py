"""How deep headings stand in the whole document."""

from __future__ import annotations

import pytest

from open_autoglm.documents.layout.heading_levels import with_heading_levels
from open_autoglm.documents.model import Box, Page, ReadBy, Region, RegionType


def region(text: str, y: float, kind: RegionType = RegionType.HEADING, level: int | None = None) -> Region:
    return Region(
        id="p1r1",
        page=1,
        box=Box(x0=50, y0=y, x1=300, y1=y + 10),
        type=kind,
        text=text,
        level=level,
        confidence=1.0,
        read_by=ReadBy.TEXT_LAYER,
    )


def levels(*headings: tuple[str, int]) -> list[int | None]:
    """Levels of headings, given with the level that their size alone gives them."""
    regions = tuple(region(text, 20.0 * row, level=level) for row, (text, level) in enumerate(headings))
    [page] = with_heading_levels([Page(number=1, width=400, height=500, regions=regions)])
    return [one.level for one in page.regions]


def test_levels_have_no_holes() -> None:
    assert levels(("One", 2), ("One a", 4), ("Two", 2)) == [1, 2, 1]


def test_a_document_does_not_begin_below_the_first_level() -> None:
    assert levels(("Preface", 3), ("One", 2), ("One a", 3), ("One b", 3)) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("texts", "depths"),
    [
        (["4 How discharge is computed", "4.1 误差来源", "4.2 Checks", "5 Measurements"], [1, 2, 2, 1]),
        (["1. Scope", "1.1. Terms", "1.1.1. Water", "2. Duties"], [1, 2, 3, 1]),
        (["第一章 总则", "第一节 目的", "第二节 范围", "第二章 测量"], [1, 2, 2, 1]),
        (["第1章 总则", "1.1 目的", "1.1.1 范围", "第2章 测量"], [1, 2, 3, 1]),
        (["一、概况", "（一）位置", "（二）气候", "二、测量"], [1, 2, 2, 1]),
        (["第一章 总则", "一、目的", "1. 水位", "2. 流量", "二、范围", "1. 河流"], [1, 2, 3, 3, 2, 3]),
        (["A.1 Tables", "A.2 Lists"], [1, 1]),
    ],
)
def test_numbers_decide_although_the_size_is_the_same(texts: list[str], depths: list[int]) -> None:
    assert levels(*[(text, 4) for text in texts]) == depths


def test_headings_without_a_number_stand_where_others_of_their_size_do() -> None:
    found = levels(("Abstract", 2), ("1 Scope", 2), ("1.1 Terms", 3), ("Notes", 3), ("References", 2))
    assert found == [1, 1, 2, 2, 1]


@pytest.mark.parametrize("texts", [["Trees", "3 apples"], ["12 Angry Men", "7 Samurai"]])
def test_figures_that_number_nothing_are_not_believed(texts: list[str]) -> None:
    assert levels((texts[0], 2), (texts[1], 3)) == [1, 2]


def page_below_title(heading: float, text: float) -> list[str]:
    regions = (
        region("Annual Report", 20, RegionType.TITLE),
        region("Of the Station", heading, level=3),
        region("The year was dry.", text, RegionType.PARAGRAPH),
    )
    [page] = with_heading_levels([Page(number=1, width=400, height=500, regions=regions)])
    return [one.type.value for one in page.regions]


def test_the_second_part_of_a_title_is_no_heading() -> None:
    assert page_below_title(heading=36, text=80) == ["title", "paragraph", "paragraph"]


def test_a_heading_below_the_title_stays_one() -> None:
    assert page_below_title(heading=60, text=78) == ["title", "heading", "paragraph"]
