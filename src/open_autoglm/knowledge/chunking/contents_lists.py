"""Tables of contents are furniture: their lines hold every subject of a document and answer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from open_autoglm.documents.model import Document, Region, RegionType
from open_autoglm.knowledge.chunking.headings import as_heading

FEWEST = 4
"""Headings in a row; fewer are mentioned, not listed."""
_PAGE_NUMBER = re.compile(r"[\s.·…_]*\d{0,4}\s*$")
_NUMBERING = re.compile(r"^[\s\d.、§•·*-]+")


def without_contents_lists(document: Document) -> Iterator[list[Region]]:
    """The regions of each page, without runs of lines that are headings of the document."""
    known = {key for page in document.pages for region in page.regions if (key := _heading_key(region))}
    for page in document.pages:
        listed = [_is_listed(region, known) for region in page.regions]
        left_out = set(_long_runs(listed))
        yield [region for i, region in enumerate(page.regions) if i not in left_out]


def _heading_key(region: Region) -> str:
    return _key(region.text) if as_heading(region) is not None else ""


def _is_listed(region: Region, known: Set[str]) -> int:
    """How many headings a region lists; 0 where it holds anything else."""
    if region.type not in (RegionType.PARAGRAPH, RegionType.LIST_ITEM):
        return 0
    lines = [line for line in region.text.splitlines() if line.strip()]
    return len(lines) if lines and all(_key(line) in known for line in lines) else 0


def _long_runs(listed: Iterable[int]) -> Iterator[int]:
    """Places of neighbours that list at least FEWEST headings together."""
    run: list[int] = []
    count = 0
    for place, lines in enumerate([*listed, 0]):
        if lines:
            run.append(place)
            count += lines
            continue
        if count >= FEWEST:
            yield from run
        run, count = [], 0


def _key(line: str) -> str:
    """A heading without its number, and a line of contents without its page number."""
    text = _NUMBERING.sub("", _PAGE_NUMBER.sub("", " ".join(line.split())))
    return text.casefold()
