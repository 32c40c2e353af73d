"""Whether the document says so: finds values, numbers, dates and names in the text and cites them.

Comparison ignores what typesetting and recognition change: full and half width forms (NFKC), case,
white space and line breaks, a hyphen at a line's end, the shape of quotes and dashes, digit grouping.
Simplified and traditional Chinese are different characters here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open_autoglm.documents.model import RegionType
from open_autoglm.tasks.document_result import Citation
from open_autoglm.tasks.document_text import Passage

MAX_CITATIONS = 3
MAX_QUOTE_CHARACTERS = 200

_BORDER = "\x1f"
"""Stands between passages that do not read on, so that no match runs across them."""

_FLOWING = frozenset({RegionType.PARAGRAPH, RegionType.LIST_ITEM})

_FOLDED = {
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    **dict.fromkeys("“”„«»〝〞", '"'),
    **dict.fromkeys("‘’‚′", "'"),
    "¥": "¥",
    "\u00ad": "",
    "\u200b": "",
    "\ufeff": "",
}
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


@dataclass(frozen=True, slots=True)
class _Folded:
    """Folded text; ``origins[i]`` is the place in the source of folded character ``i``."""

    text: str
    origins: Sequence[int]


def fold(text: str) -> str:
    """The form in which texts are compared."""
    return _fold(text).text


def _fold(text: str) -> _Folded:
    characters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        if character == "-" and _is_line_hyphen(text, place):
            continue
        mapped = _FOLDED.get(character)
        if mapped is None:
            mapped = unicodedata.normalize("NFKC", character).casefold()
        for piece in mapped:
            if not piece.isspace():
                characters.append(piece)
                origins.append(place)
    joined = "".join(characters)
    dropped = {match.start() for match in _GROUPED.finditer(joined)}
    if dropped:
        keep = [i for i in range(len(joined)) if i not in dropped]
        joined, origins = "".join(joined[i] for i in keep), [origins[i] for i in keep]
    return _Folded(joined, origins)


def _is_line_hyphen(text: str, place: int) -> bool:
    """A hyphen between a letter and a line break with a small letter after it."""
    rest = text[place + 1 :]
    after = rest.lstrip()
    return (
        place > 0
        and text[place - 1].isalpha()
        and rest != after
        and "\n" in rest[: len(rest) - len(after)]
        and after[:1].islower()
    )


@dataclass(frozen=True, slots=True)
class _FoldedPage:
    text: str
    starts: Sequence[int]
    """Where each passage begins in ``text``."""
    passages: Sequence[Passage]
    folded: Sequence[_Folded]


class DocumentIndex:
    """The folded text of a document, page by page, ready for many look-ups."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        by_page: dict[int, list[Passage]] = {}
        for passage in passages:
            by_page.setdefault(passage.page, []).append(passage)
        self._pages = {page: _fold_page(items) for page, items in sorted(by_page.items())}

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(self._pages)

    def page_text(self, page: int) -> str:
        """The page's own wording, passages on lines of their own; empty for a page without text."""
        found = self._pages.get(page)
        return "\n".join(passage.text for passage in found.passages) if found else ""

    def passages(self, page: int) -> Sequence[Passage]:
        found = self._pages.get(page)
        return found.passages if found else ()

    def find(
        self, value: str, pages: Iterable[int] | None = None, limit: int = MAX_CITATIONS
    ) -> tuple[Citation, ...]:
        """The first ``limit`` places that hold ``value`` as whole words; empty when there is none."""
        wanted = fold(value).strip(_BORDER)
        if not wanted:
            return ()
        citations: list[Citation] = []
        for page in self._pages if pages is None else pages:
            folded = self._pages.get(page)
            if folded is None:
                continue
            start = folded.text.find(wanted)
            while start >= 0 and len(citations) < limit:
                if _whole(folded, start, start + len(wanted)):
                    citation = _cite(folded, start, start + len(wanted))
                    if citation not in citations:
                        citations.append(citation)
                start = folded.text.find(wanted, start + 1)
        return tuple(citations)


def _fold_page(passages: Sequence[Passage]) -> _FoldedPage:
    pieces: list[str] = []
    starts: list[int] = []
    folded: list[_Folded] = []
    length = 0
    before: Passage | None = None
    for passage in passages:
        if before is not None and not (before.type in _FLOWING and passage.type in _FLOWING):
            pieces.append(_BORDER)
            length += 1
        item = _fold(passage.text)
        starts.append(length)
        folded.append(item)
        pieces.append(item.text)
        length += len(item.text)
        before = passage
    return _FoldedPage("".join(pieces), starts, passages, folded)


def _source(page: _FoldedPage, place: int) -> tuple[int, int]:
    """The passage and the character in it from which folded character ``place`` came."""
    index = bisect_right(page.starts, place) - 1
    return index, page.folded[index].origins[place - page.starts[index]]


def _whole(page: _FoldedPage, start: int, end: int) -> bool:
    """Whether the match does not begin or end inside a longer Latin word or number."""
    index, origin = _source(page, start)
    text = page.passages[index].text
    if origin > 0 and _joined(text[origin - 1], text[origin], text[: origin - 1][-1:]):
        return False
    index, origin = _source(page, end - 1)
    text = page.passages[index].text
    after = text[origin + 1 : origin + 3]
    return not (after and _joined(text[origin], after[0], after[1:2]))


def _joined(left: str, right: str, beyond: str) -> bool:
    """Whether a word runs on over the border; ``beyond`` is the character past the outer one."""
    if _latin(left) and _latin(right):
        return True
    if left.isdigit() and right.isdigit():
        return True
    # 12 is not found in 12.5 or 3.12, but it is in "12." at a sentence's end.
    outer_is_left = right.isdigit() and left in ".,"
    outer_is_right = left.isdigit() and right in ".,"
    return (outer_is_left or outer_is_right) and beyond.isdigit()


def _latin(character: str) -> bool:
    return character.isalnum() and character < "\u2e80"


def _cite(page: _FoldedPage, start: int, end: int) -> Citation:
    first, begin = _source(page, start)
    last, finish = _source(page, end - 1)
    passage = page.passages[first]
    if first == last:
        quote = passage.text[begin : finish + 1]
    else:
        between = [item.text for item in page.passages[first + 1 : last]]
        quote = " ".join([passage.text[begin:], *between, page.passages[last].text[: finish + 1]])
    return passage.cite(" ".join(quote.split())[:MAX_QUOTE_CHARACTERS])
