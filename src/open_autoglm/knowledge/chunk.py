"""A chunk: the piece of a document that is found, shown and cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.documents.model import Box

ChunkKind = Literal["text", "list", "table", "formula", "code"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chunk, or a part of it, stands in its file."""

    page: int
    box: Box | None
    """In points on the upright page; None for formats without drawn pages."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of ``Chunk.text``, about 100 characters, that is embedded and scored by itself."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """About 300 to 500 characters of one document that belong together."""

    text: str
    """Plain text; of tables Markdown, each piece of a long one with its header."""
    kind: ChunkKind
    headings: tuple[str, ...]
    """From the outermost title to the nearest heading; none of it is repeated in ``text``."""
    places: tuple[Place, ...]
    """In reading order, at least one; a chunk may run over a page's end."""
    windows: tuple[Window, ...]
    """In order, covering all of ``text``; at least one."""

    @property
    def page(self) -> int:
        return self.places[0].page
