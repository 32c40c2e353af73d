"""A small base of hand-made passages, searched by their words: enough for what stands on a retriever."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.model import Box
from open_autoglm.knowledge.chunk import Chunk, Place, Window
from open_autoglm.knowledge.hit import Found, Hit, Reasons
from open_autoglm.knowledge.store.base_store import FileRecord, Filters, StoredChunk
from open_autoglm.tasks.lexical import covered, rank, terms

LEAST_COVERED = 0.2
BOX = Box(x0=72, y0=100, x1=520, y1=160)


def stored(
    number: int,
    text: str,
    *,
    file: str = "/docs/handbook.pdf",
    headings: tuple[str, ...] = (),
    places: tuple[Place, ...] = (Place(1, BOX),),
) -> StoredChunk:
    record = FileRecord(file, "0" * 64, 1, 1, "application/pdf", pages=2, chunks=1)
    windows = (Window(0, len(text)),)
    return StoredChunk(number, record, number, Chunk(text, "text", headings, places, windows))


class WordRetriever:
    """Finds by shared words; whatever shares too few of the question's is no answer to it."""

    def __init__(self, *chunks: StoredChunk, answerable: bool | None = None) -> None:
        self.chunks = chunks
        self.asked: list[str] = []
        self.filters: Filters | None = None
        self._answerable = answerable

    def search(self, question: str, limit: int = 8, filters: Filters | None = None) -> Found:
        self.asked.append(question)
        self.filters = filters
        texts = [" ".join((*one.chunk.headings, one.chunk.text)) for one in self.chunks]
        order = rank(question, texts)[:limit] or list(range(len(texts)))[:limit]
        shares = [covered(question, terms(texts[place])) for place in order]
        hits = tuple(
            Hit(self.chunks[place], 0.5 + share / 2, Reasons(share, None, 0))
            for place, share in zip(order, shares, strict=True)
        )
        answerable = bool(shares) and max(shares) >= LEAST_COVERED
        return Found(hits, answerable if self._answerable is None else self._answerable)

    def search_many(
        self, questions: Sequence[str], limit: int = 8, filters: Filters | None = None
    ) -> list[Found]:
        return [self.search(question, limit, filters) for question in questions]
