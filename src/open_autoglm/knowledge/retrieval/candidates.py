"""Chunks that may answer: found by words, by meaning, and by meaning across languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from open_autoglm.knowledge.retrieval.alike import ReadChunk
from open_autoglm.knowledge.retrieval.question import AskedQuestion
from open_autoglm.knowledge.store.base_store import BaseStore, Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vectors:
    """Of one question: as the model made it, and without the lean of its language."""

    own: NDArray[np.float32]
    across: NDArray[np.float32]


@dataclass(slots=True)
class Candidate:
    words: float = 0.0
    """BM25."""
    words_share: float = 0.0
    """BM25 as a share of the best candidate's, times what that one covers of the question."""
    meaning: float | None = None
    """Cosine of the best window."""
    across: float | None = None
    """The same without the lean of the question's language; the best window may be another."""
    meaning_share: float = 0.0
    """Where the cosine lies between those of the worst and the best candidate, 0 to 1."""
    window: int = 0


class Candidates:
    """Of one question, by the id of the chunk in ``all``; about ``count`` of each kind."""

    def __init__(
        self,
        store: BaseStore,
        asked: AskedQuestion,
        vectors: Vectors | None,
        count: int,
        filters: Filters | None,
    ) -> None:
        self.all: dict[int, Candidate] = {}
        self._store = store
        for chunk, words in store.by_words(asked.terms, count, filters):
            self.all.setdefault(chunk, Candidate()).words = words
        if vectors is not None:
            self._find_by_meaning(vectors, count, filters)
        self._weigh_words(asked)

    def _find_by_meaning(self, vectors: Vectors, count: int, filters: Filters | None) -> None:
        for vector in (vectors.own, vectors.across):
            for chunk, _ in self._store.by_meaning(vector, count, filters):
                self.all.setdefault(chunk, Candidate())
        for chunk, windows in self._store.vectors(list(self.all)).items():
            candidate, cosines = self.all[chunk], windows @ vectors.own
            candidate.window = int(cosines.argmax())
            candidate.meaning = float(cosines[candidate.window])
            candidate.across = float((windows @ vectors.across).max())
        known = [one.meaning for one in self.all.values() if one.meaning is not None]
        lowest, spread = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
        for candidate in self.all.values():
            if candidate.meaning is not None and spread > 0:
                candidate.meaning_share = (candidate.meaning - lowest) / spread

    def _weigh_words(self, asked: AskedQuestion) -> None:
        best = max(self.all, key=lambda chunk: (self.all[chunk].words, -chunk), default=None)
        if best is None or self.all[best].words <= 0:
            return
        stored = self._store.chunks([best])
        held = ReadChunk(stored[0]).held(asked.subject) if stored else frozenset[str]()
        unit = len(held) / max(1, len(asked.subject)) / self.all[best].words
        for candidate in self.all.values():
            candidate.words_share = candidate.words * unit
