"""Which pages to read: "1-3,7" and what it means for a file with so many pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from open_autoglm.errors import UsageError

_PART = re.compile(r"(?P<only>\d{1,9})|(?P<first>\d{1,9})?\s*-\s*(?P<last>\d{1,9})?")
_EXAMPLE = "Write it like 1-3,7 or 12- (to the end)."


@dataclass(frozen=True, slots=True)
class PageSelection:
    """Ranges of page numbers, 1-based and inclusive; an end of None is the last page."""

    ranges: tuple[tuple[int, int | None], ...]

    def numbers(self, page_count: int, name: str) -> tuple[int, ...]:
        """The pages of a file with ``page_count`` pages, ascending, each once.

        Raises UsageError when a page was asked for that the file does not have.
        """
        wanted: set[int] = set()
        for first, last in self.ranges:
            end = page_count if last is None else last
            if max(first, end) > page_count:
                raise UsageError(
                    f"Page {max(first, end)} was asked for, but {name} has {page_count} "
                    f"page{'' if page_count == 1 else 's'}.",
                    hint="Change --pages.",
                )
            wanted.update(range(first, end + 1))
        return tuple(sorted(wanted))


ALL_PAGES = PageSelection(((1, None),))


def parse_pages(text: str) -> PageSelection:
    """ "1-3,7" → pages 1, 2, 3 and 7; "12-" → 12 to the end; "-4" → 1 to 4. Raises UsageError."""
    ranges: list[tuple[int, int | None]] = []
    for part in re.split(r"[,，]", text):
        match = _PART.fullmatch(part.strip())
        if match is None or not any(match.groups()):
            raise UsageError(f"Pages {text!r}: {part.strip()!r} is not a page or a range.", hint=_EXAMPLE)
        first = int(match["only"] or match["first"] or 1)
        last = int(match["only"] or match["last"]) if match["only"] or match["last"] else None
        if first < 1 or last == 0:
            raise UsageError(f"Pages {text!r}: pages are counted from 1.", hint=_EXAMPLE)
        if last is not None and last < first:
            raise UsageError(f"Pages {text!r}: {part.strip()!r} runs backwards.", hint=_EXAMPLE)
        ranges.append((first, last))
    return PageSelection(tuple(ranges))
