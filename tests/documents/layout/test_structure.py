"""What only the whole document shows."""

from __future__ import annotations

from open_autoglm.documents.layout.structure import settle
from open_autoglm.documents.model import Box, Page, ReadBy, Region, RegionType


def region(
    text: str,
    y: float,
    *,
    kind: RegionType = RegionType.PARAGRAPH,
    level: int | None = None,
    height: float = 10,
) -> Region:
    return Region(
        id="p1r1",
        page=1,
        box=Box(x0=50, y0=y, x1=300, y1=y + height),
        type=kind,
        text=text,
        level=level,
        confidence=1.0,
        read_by=ReadBy.TEXT_LAYER,
    )


def page(number: int, *regions: Region) -> Page:
    return Page(number=number, width=400, height=500, regions=regions)


def types(pages: tuple[Page, ...]) -> list[list[str]]:
    return [[region.type.value for region in page.regions] for page in pages]


def test_lines_that_repeat_at_the_margins_are_headers_and_footers() -> None:
    pages = settle(
        [
            page(n, region("Annual Report", 20), region(f"Body {n}", 200), region(f"Draft, page {n}", 480))
            for n in range(1, 5)
        ]
    )
    assert types(pages) == [["header", "paragraph", "footer"]] * 4


def test_they_leave_the_flow() -> None:
    pages = settle([page(n, region("Body", 200), region("Annual Report", 20)) for n in range(1, 4)])
    assert [region.text for region in pages[0].regions] == ["Annual Report", "Body"]


def test_a_first_line_that_differs_stays_text() -> None:
    pages = settle(
        [page(n, region(f"{'Once more ' * n}we begin", 20), region("Body", 200)) for n in range(1, 5)]
    )
    assert types(pages) == [["paragraph", "paragraph"]] * 4


def test_one_page_alone_has_no_running_lines() -> None:
    assert types(settle([page(1, region("Annual Report", 20), region("Body", 200))])) == [
        ["paragraph", "paragraph"]
    ]


def test_ids_count_in_the_final_order() -> None:
    pages = settle([page(n, region("Body", 200), region("Annual Report", 20)) for n in range(1, 4)])
    assert [one.id for one in pages[1].regions] == ["p2r1", "p2r2"]
