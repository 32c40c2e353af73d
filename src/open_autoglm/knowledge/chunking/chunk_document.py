"""A document as chunks: by structure, about 300 to 500 characters, each with its headings and its places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from open_autoglm.documents.model import Document
from open_autoglm.knowledge.chunk import Chunk, ChunkKind
from open_autoglm.knowledge.chunking.pieces import MAX_CHARACTERS, TARGET_CHARACTERS, Piece, pieces_of
from open_autoglm.knowledge.chunking.windows import windows_of

SHORT = 60
"""Characters of a text that is joined to its neighbour even beyond the usual length."""


def chunk_document(document: Document) -> tuple[Chunk, ...]:
    """The chunks in reading order.

    Neighbours under the same heading are joined while they are short together; a table stands by itself, with
    the line before it that introduces it. Headers and footers are left out. A document without text has none.
    """
    return tuple(_chunk(group) for group in _grouped(pieces_of(document)))


def _grouped(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        if group and not _belongs(group, piece):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _belongs(group: list[Piece], piece: Piece) -> bool:
    last = group[-1]
    length = sum(len(one.text) + 1 for one in group)
    if last.headings != piece.headings or last.kind == "table":
        return False
    if piece.kind == "table":  # the line that leads to it
        return len(group) == 1 and (length <= SHORT or last.text.endswith((":", "：")))
    if length + len(piece.text) <= TARGET_CHARACTERS:
        return True
    short = len(piece.text) <= SHORT or length <= SHORT
    return short and length + len(piece.text) <= MAX_CHARACTERS


def _chunk(group: list[Piece]) -> Chunk:
    text = "\n".join(piece.text for piece in group)
    kind = _kind(group)
    places = tuple(dict.fromkeys(place for piece in group for place in piece.places))
    return Chunk(text, kind, group[0].headings, places, windows_of(text, kind))


def _kind(group: list[Piece]) -> ChunkKind:
    """Of the table where there is one, else of all pieces where they agree."""
    kinds = {piece.kind for piece in group}
    if "table" in kinds:
        return "table"
    return kinds.pop() if len(kinds) == 1 else "text"
