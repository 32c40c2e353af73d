"""Regions of a document as pieces of text: what a chunk is put together from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from open_autoglm.documents.model import Document, Region, RegionType
from open_autoglm.knowledge.chunk import ChunkKind, Place
from open_autoglm.knowledge.chunking.captions import with_captions
from open_autoglm.knowledge.chunking.contents_lists import without_contents_lists
from open_autoglm.knowledge.chunking.headings import HeadingPath, as_heading
from open_autoglm.knowledge.chunking.sentences import line_spans, packed, short_spans
from open_autoglm.knowledge.chunking.table_pieces import table_pieces
from open_autoglm.knowledge.chunking.unwrap import unwrapped

MAX_CHARACTERS = 500
TARGET_CHARACTERS = 400
MAX_WHOLE = 4_000
"""Code and formulas are never cut below that; beyond it nobody could read them in an answer."""

_LEFT_OUT = (RegionType.HEADER, RegionType.FOOTER)
_KINDS: dict[RegionType, ChunkKind] = {
    RegionType.LIST_ITEM: "list",
    RegionType.FORMULA: "formula",
    RegionType.CODE: "code",
}
_OPEN_END = re.compile(r"[^。！？!?；;：:.…）)」』”\"\s]\s*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that stands in a chunk as a whole."""

    text: str
    kind: ChunkKind
    headings: tuple[str, ...]
    places: tuple[Place, ...]


def pieces_of(document: Document) -> Iterator[Piece]:
    """In reading order, without page furniture; headings without text below them are pieces themselves."""
    path = HeadingPath()
    before: Piece | None = None
    for regions in without_contents_lists(document):
        for piece in _page_pieces(regions, path):
            if before is not None and _goes_on(before, piece):
                before = replace(
                    before, text=_continued(before.text, piece.text), places=before.places + piece.places
                )
                continue
            if before is not None:
                yield from cut(before)
            before = piece
    if before is not None:
        yield from cut(before)
    for lone in path.end():
        yield Piece(lone.text, "text", lone.above, (lone.place,))


def cut(piece: Piece) -> list[Piece]:
    """Parts of at most ``MAX_CHARACTERS``, ended where sentences or lines end; whole what must stay whole."""
    whole = piece.kind in ("formula", "code", "table")
    if len(piece.text) <= (MAX_WHOLE if whole else MAX_CHARACTERS):
        return [piece]
    spans = short_spans(piece.text, MAX_CHARACTERS) if not whole else _short_lines(piece.text)
    groups = packed(spans, MAX_CHARACTERS, TARGET_CHARACTERS)
    parts = (piece.text[start:end].strip("\n" if whole else None) for start, end in groups)
    return [replace(piece, text=part) for part in parts if part.strip()]


def _short_lines(text: str) -> list[tuple[int, int]]:
    """Lines; one that is longer than anybody writes is parted."""
    return [
        (start + first, start + last)
        for start, end in line_spans(text)
        for first, last in short_spans(text[start:end], MAX_WHOLE)
    ]


def _page_pieces(regions: Sequence[Region], path: HeadingPath) -> Iterator[Piece]:
    kept = [region for region in regions if region.type not in _LEFT_OUT]
    for region in with_captions(kept):
        place = Place(region.page, region.box)
        heading = as_heading(region)
        if heading is not None:
            for lone in path.enter(heading, place):
                yield Piece(lone.text, "text", lone.above, (lone.place,))
            continue
        for piece in _region_pieces(region, path.now, place):
            path.has_text()
            yield piece


def _region_pieces(region: Region, headings: tuple[str, ...], place: Place) -> Iterator[Piece]:
    if region.type is RegionType.TABLE and region.table is not None:
        for text, box in table_pieces(region.table, MAX_CHARACTERS):
            yield Piece(text, "table", headings, (Place(region.page, box or region.box),))
        return
    text = _text_of(region)
    if text.strip():
        yield Piece(text, _KINDS.get(region.type, "text"), headings, (place,))


def _text_of(region: Region) -> str:
    if region.type is RegionType.FORMULA and region.formula is not None and region.formula.latex is not None:
        return f"$${region.formula.latex.strip()}$$"
    if region.type is RegionType.CODE:
        return region.text.strip("\n")
    text = unwrapped(region.text)
    if region.type is RegionType.LIST_ITEM:
        indent = "  " * ((region.level or 1) - 1)
        return f"{indent}{region.marker or '-'} {text}"
    return text


def _goes_on(before: Piece, piece: Piece) -> bool:
    """Whether a paragraph was parted by the end of a page."""
    return (
        before.kind == piece.kind == "text"
        and before.headings == piece.headings
        and piece.places[0].page == before.places[-1].page + 1
        and before.places[-1].box is not None
        and _OPEN_END.search(before.text) is not None
    )


def _continued(first: str, second: str) -> str:
    spaced = first[-1:].isascii() and second[:1].isascii()
    return first.rstrip() + (" " if spaced else "") + second.lstrip()
