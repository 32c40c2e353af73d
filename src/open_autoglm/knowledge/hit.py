"""What a search finds, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from open_autoglm.knowledge.store.base_store import Filters, StoredChunk


@dataclass(frozen=True, slots=True)
class Reasons:
    """How a score came about."""

    words: float
    """BM25 of the chunk, 0 where no word matched."""
    meaning: float | None
    """Cosine of the best window; None while the chunk has no vectors."""
    window: int
    """Place of the window that fits best."""
    matched: tuple[str, ...] = ()
    """Words of the question that stand in the chunk, as a person writes them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` lies between 0 and 1 and can be compared between questions."""

    found: StoredChunk
    score: float
    reasons: Reasons
    around: tuple[StoredChunk, ...] = ()
    """Neighbours in the file, in order, that help to understand it."""
    same: tuple[StoredChunk, ...] = ()
    """Others that say nearly the same, folded into this hit."""


@dataclass(frozen=True, slots=True)
class Found:
    """``hits`` are best first. ``answerable``: whether the best one is good enough to answer from."""

    hits: tuple[Hit, ...]
    answerable: bool
    notes: tuple[str, ...] = ()
    """For example that half the base has no vectors yet."""


class Retriever(Protocol):
    """Finds what a question asks for in one base."""

    def search(self, question: str, limit: int = 8, filters: Filters | None = None) -> Found: ...

    def search_many(
        self, questions: Sequence[str], limit: int = 8, filters: Filters | None = None
    ) -> list[Found]: ...
