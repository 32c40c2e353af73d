"""Heading levels of a whole document: by the numbers that headings carry, else by their size.

A number says how deep a heading stands (4 is above 4.1, 第一章 above 第一节, 一、 above （一）) as long as
the numbers of the document make sense together; sizes then only place the headings without one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from open_autoglm.documents.model import Page, Region, RegionType

DEEPEST = 6

NEARER = 0.75
"""White between a title and its second part, of the white below that, at most."""

_CHINESE = "一二三四五六七八九十百零〇"
_PLAIN = re.compile(r"(\d{1,2})[.．]?\s+(?=[^\W\d_])")
_DECIMAL = re.compile(r"(\d{1,2}|[A-Z])((?:[.．]\d{1,2}){1,5})[.．]?\s*(?=[^\W\d_])")
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第\s*[{_CHINESE}\d]{{1,5}}\s*[篇部]")),
    ("chapter", re.compile(rf"第\s*[{_CHINESE}\d]{{1,5}}\s*章|Chapter\s+\d|CHAPTER\s+\d")),
    ("section", re.compile(rf"第\s*[{_CHINESE}\d]{{1,5}}\s*节")),
    ("listed", re.compile(rf"[{_CHINESE}]{{1,4}}、")),
    ("bracketed", re.compile(rf"[(（][{_CHINESE}]{{1,4}}[)）]")),
)
"""Kinds of numbers that stand above each other in this order, whichever of them a document uses."""


@dataclass(frozen=True, slots=True)
class _Number:
    """How a heading is numbered. ``dots`` and ``first`` only count for decimal numbers."""

    kind: str
    first: str = ""
    dots: int = 0


@dataclass(slots=True)
class _Heading:
    """A heading: the level that its size gives it, and the depth that its number says, if any."""

    size: int
    number: _Number | None
    depth: int | None = None


def with_heading_levels(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The same pages, headings numbered from level 1, no level under another left out.

    A line right below the title that is set closer to it than to the text is no heading but its second
    part, and becomes a paragraph.
    """
    pages = tuple(_without_subtitle(page) for page in pages)
    regions = [region for page in pages for region in page.regions if _is_heading(region)]
    headings = [_Heading(region.level or 1, _number(region.text)) for region in regions]
    _set_depths(headings)
    levels = iter(_levels(headings))
    return tuple(_with_levels(page, levels) for page in pages)


def _is_heading(region: Region) -> bool:
    return region.type is RegionType.HEADING


def _without_subtitle(page: Page) -> Page:
    regions = list(page.regions)
    for index, (above, region, below) in enumerate(zip(regions, regions[1:], regions[2:], strict=False)):
        if above.type is not RegionType.TITLE or not _is_heading(region) or _number(region.text) is not None:
            continue
        if below.type is RegionType.HEADING or above.box is None or region.box is None or below.box is None:
            continue
        if region.box.y0 - above.box.y1 < NEARER * (below.box.y0 - region.box.y1):
            regions[index + 1] = region.model_copy(update={"type": RegionType.PARAGRAPH, "level": None})
            return page.model_copy(update={"regions": tuple(regions)})
    return page


def _with_levels(page: Page, levels: Iterator[int]) -> Page:
    regions = tuple(
        region.model_copy(update={"level": next(levels)}) if _is_heading(region) else region
        for region in page.regions
    )
    return page.model_copy(update={"regions": regions})


def _number(text: str) -> _Number | None:
    for kind, pattern in _UNITS:
        if pattern.match(text):
            return _Number(kind)
    decimal = _DECIMAL.match(text)
    if decimal:
        return _Number("decimal", decimal.group(1), len(re.findall(r"[.．]", decimal.group(2))))
    plain = _PLAIN.match(text)
    return _Number("decimal", plain.group(1)) if plain else None


def _set_depths(headings: Sequence[_Heading]) -> None:
    """The depth of each numbered heading, 1 for the outermost; numbers that make no sense count as none."""
    numbers = [heading.number for heading in headings if heading.number is not None]
    plain = _makes_sense(numbers)
    units = [kind for kind, _ in _UNITS if any(number.kind == kind for number in numbers)]
    for heading in headings:
        number = heading.number
        if number is None:
            continue
        if number.kind != "decimal":
            heading.depth = units.index(number.kind) + 1
        elif number.dots or plain:
            # 1.1 under 第一章 names the chapter itself; a plain 1 is one deeper than what stands above.
            heading.depth = 1 + number.dots + (len(units) if plain else max(0, len(units) - 1))


def _makes_sense(numbers: Sequence[_Number]) -> bool:
    """Whether the plain numbers rise, or are taken up by decimals: "3 apples" alone numbers nothing."""
    plain = {number.first for number in numbers if number.kind == "decimal" and not number.dots}
    if any(number.dots and number.first in plain for number in numbers):
        return True
    last, count = 0, 0
    for number in numbers:
        if number.kind != "decimal":
            last = 0  # they may begin anew in every chapter
        elif not number.dots:
            if int(number.first) <= last:
                return False
            last, count = int(number.first), count + 1
    return count > 1


def _levels(headings: Sequence[_Heading]) -> list[int]:
    """Levels without holes. Headings without a number stand where others of their size do."""
    by_size = _depth_by_size(headings)
    depths = [
        heading.depth if heading.depth is not None else _depth(heading.size, by_size) for heading in headings
    ]
    order = {depth: level for level, depth in enumerate(sorted(set(depths)), start=1)}
    levels: list[int] = []
    above: list[tuple[int, int]] = []
    for heading, depth in zip(headings, depths, strict=True):
        while above and above[-1][0] >= depth:
            above.pop()
        highest = order[depth] if heading.depth is not None else (above[-1][1] if above else 0) + 1
        level = min(DEEPEST, order[depth], highest)
        above.append((depth, level))
        levels.append(level)
    return levels


def _depth_by_size(headings: Sequence[_Heading]) -> dict[int, int]:
    """For each size of numbered headings the depth that most of them have; the outer one of two."""
    counts = Counter((heading.size, heading.depth) for heading in headings if heading.depth is not None)
    found: dict[int, int] = {}
    for (size, depth), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0][1] or 0)):
        if depth is not None:
            found.setdefault(size, depth)
    return found


def _depth(size: int, by_size: dict[int, int]) -> int:
    if not by_size:
        return size
    if size in by_size:
        return by_size[size]
    larger = [depth for other, depth in by_size.items() if other < size]
    return max(larger) + 1 if larger else 1
