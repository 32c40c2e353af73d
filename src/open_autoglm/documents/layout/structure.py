"""What only the whole document shows: running heads and feet, and heading levels without holes.

Works on finished regions: pages may come from a cache, and no page's glyphs are held.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from open_autoglm.documents.layout.heading_levels import with_heading_levels
from open_autoglm.documents.model import Page, Region, RegionType

MARGIN = 0.13
"""Of the page's height at top and bottom: where text that repeats is a running head or foot."""

SAME_PLACE = 6.0
"""Points by which a running line may stand higher or lower from page to page."""

LONGEST_RUNNING = 200
"""Characters."""

_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,7}\b")
_RUNNING_TYPES = frozenset(
    {RegionType.PARAGRAPH, RegionType.HEADING, RegionType.TITLE, RegionType.LIST_ITEM, RegionType.FOOTNOTE}
)
_Key = tuple[str, bool, int]


def settle(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The same pages with running heads and feet marked and heading levels settled; ids follow the order."""
    return tuple(_renumbered(page) for page in with_heading_levels(_mark_running(pages)))


def _mark_running(pages: Sequence[Page]) -> tuple[Page, ...]:
    """A line repeats when the same text, numbers apart, stands at the same height on other pages."""
    seen: Counter[_Key] = Counter()
    for page in pages:
        seen.update({key for region in page.regions if (key := _key(page, region)) is not None})
    whole = sum(1 for page in pages if page.regions)
    least = 2 if whole <= 4 else 3
    return tuple(_marked(page, seen, least) for page in pages)


def _marked(page: Page, seen: Counter[_Key], least: int) -> Page:
    headers: list[Region] = []
    body: list[Region] = []
    footers: list[Region] = []
    for region in page.regions:
        key = _key(page, region)
        if region.type is RegionType.HEADER:
            headers.append(region)
        elif region.type is RegionType.FOOTER:
            footers.append(region)
        elif key is None or _times(key, seen) < least:
            body.append(region)
        else:
            kind = RegionType.HEADER if key[1] else RegionType.FOOTER
            running = region.model_copy(update={"type": kind, "level": None, "marker": None})
            if region.marker:
                running = running.model_copy(update={"text": f"{region.marker} {region.text}"})
            (headers if key[1] else footers).append(running)
    return page.model_copy(update={"regions": (*headers, *body, *footers)})


def _key(page: Page, region: Region) -> _Key | None:
    """Text without its numbers, whether at the top, and the height in steps; None for what can't run."""
    box = region.box
    if box is None or region.type not in _RUNNING_TYPES or len(region.text) > LONGEST_RUNNING:
        return None
    top = box.y1 <= MARGIN * page.height
    if not top and box.y0 < (1 - MARGIN) * page.height:
        return None
    text = _DIGITS.sub("#", region.text.casefold())
    height = box.y0 if top else page.height - box.y1
    return text, top, round(height / SAME_PLACE)


def _times(key: _Key, seen: Counter[_Key]) -> int:
    text, top, height = key
    return sum(seen[text, top, height + step] for step in (-1, 0, 1))


def _renumbered(page: Page) -> Page:
    """Running heads that were found late have moved to the front: ids count in the final order."""
    regions = tuple(
        region.model_copy(update={"id": f"p{page.number}r{index}"})
        for index, region in enumerate(page.regions, start=1)
    )
    return page.model_copy(update={"regions": regions})
