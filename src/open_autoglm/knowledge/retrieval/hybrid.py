"""Finds chunks by their words and by their meaning, and scores them by the window that fits best."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Found, Hit, Reasons
from open_autoglm.knowledge.retrieval.alike import ReadChunk, nearly_same
from open_autoglm.knowledge.retrieval.matched_words import matched_words
from open_autoglm.knowledge.retrieval.question import MAX_CHARACTERS, AskedQuestion, ask, is_han
from open_autoglm.knowledge.retrieval.relevance import ANSWERABLE, Evidence, order, score
from open_autoglm.knowledge.retrieval.surroundings import around
from open_autoglm.knowledge.store.base_store import BaseCounts, BaseStore, Filters, StoredChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_LIMIT = 100
CANDIDATES = 50
"""By words and by meaning each, at least."""
READ_FOR_EACH_HIT = 2
"""Candidates whose text is looked at for each hit asked for: some are folded into others."""


@dataclass(slots=True)
class _Candidate:
    words: float = 0.0
    meaning: float | None = None
    window: int = 0


class HybridRetriever:
    """Fulfils Retriever. Safe to use from any thread. Without ``embedder`` it searches by words alone."""

    def __init__(self, store: BaseStore, embedder: Embedder | None) -> None:
        self._store = store
        self._embedder = embedder
        self._lock = threading.Lock()
        self._counted: tuple[int, BaseCounts] | None = None

    def search(self, question: str, limit: int = 8, filters: Filters | None = None) -> Found:
        """``limit`` is at most MAX_LIMIT. Raises UsageError for an empty question."""
        return self.search_many([question], limit, filters)[0]

    def search_many(
        self, questions: Sequence[str], limit: int = 8, filters: Filters | None = None
    ) -> list[Found]:
        """The same for each of many, embedded together."""
        asked = [ask(question) for question in questions]
        counts = self._counts()
        if counts.chunks == 0:
            return [
                Found((), answerable=False, notes=("The base is empty: no file with text was read.",))
            ] * len(asked)
        has_vectors = counts.without_vector < counts.windows
        vectors: Sequence[NDArray[np.float32] | None] = [None] * len(asked)
        if self._embedder is not None and has_vectors and asked:
            vectors = list(self._embedder.embed_queries([one.text for one in asked]))
        notes = self._notes(counts)
        limit = max(1, min(limit, MAX_LIMIT))
        return [
            self._search(one, vector, limit, filters, notes)
            for one, vector in zip(asked, vectors, strict=True)
        ]

    def _search(
        self,
        asked: AskedQuestion,
        vector: NDArray[np.float32] | None,
        limit: int,
        filters: Filters | None,
        notes: tuple[str, ...],
    ) -> Found:
        if asked.cut:
            notes = (
                *notes,
                f"Only the first {MAX_CHARACTERS:,} characters of the question were searched for.",
            )
        candidates = self._candidates(asked, vector, max(CANDIDATES, 2 * limit), filters)
        best = self._ordered(asked, candidates)[: READ_FOR_EACH_HIT * limit]
        groups = _folded(self._store.chunks([chunk for chunk, _ in best]), limit)
        shown = frozenset(group[0].stored.id for group in groups)
        hits = sorted(
            (self._hit(asked, group, candidates[group[0].stored.id], shown) for group in groups),
            key=lambda hit: hit.score,
            reverse=True,
        )
        return Found(tuple(hits), bool(hits) and hits[0].score >= ANSWERABLE, notes)

    def _candidates(
        self,
        asked: AskedQuestion,
        vector: NDArray[np.float32] | None,
        count: int,
        filters: Filters | None,
    ) -> dict[int, _Candidate]:
        found: dict[int, _Candidate] = {}
        for chunk, words in self._store.by_words(asked.terms, count, filters):
            found.setdefault(chunk, _Candidate()).words = words
        if vector is None:
            return found
        for chunk, cosine in self._store.by_meaning(vector, count, filters):
            found.setdefault(chunk, _Candidate()).meaning = cosine
        for chunk, windows in self._store.vectors(list(found)).items():
            cosines = windows @ vector
            found[chunk].window = int(cosines.argmax())
            found[chunk].meaning = float(cosines[found[chunk].window])
        return found

    def _ordered(
        self, asked: AskedQuestion, candidates: dict[int, _Candidate]
    ) -> list[tuple[int, _Candidate]]:
        """Best first; equals by their id."""
        most = max(candidates.items(), key=lambda one: (one[1].words, -one[0]), default=None)
        if most is None:
            return []
        unit = 0.0
        if most[1].words > 0:
            (stored,) = self._store.chunks([most[0]]) or (None,)
            covered = 1.0 if stored is None else _covered(asked, ReadChunk(stored))
            unit = covered / most[1].words
        return sorted(
            candidates.items(), key=lambda one: (-order(one[1].words * unit, one[1].meaning), one[0])
        )

    def _hit(
        self,
        asked: AskedQuestion,
        group: Sequence[ReadChunk],
        candidate: _Candidate,
        shown: frozenset[int],
    ) -> Hit:
        """``group``: chunks that say the same, the best first."""
        first = group[0]
        evidence = Evidence(
            candidate.meaning,
            _covered(asked, first),
            same_script=asked.is_han == is_han(first.stored.chunk.text),
        )
        return Hit(
            found=first.stored,
            score=round(score(evidence), 4),
            reasons=Reasons(
                words=candidate.words,
                meaning=candidate.meaning,
                window=candidate.window,
                matched=matched_words(asked.text, first),
            ),
            around=around(self._store, first.stored, shown),
            same=tuple(one.stored for one in group[1:]),
        )

    def _counts(self) -> BaseCounts:
        """Counted once for each revision."""
        revision = self._store.revision()
        with self._lock:
            if self._counted is None or self._counted[0] != revision:
                self._counted = (revision, self._store.counts())
            return self._counted[1]

    def _notes(self, counts: BaseCounts) -> tuple[str, ...]:
        if self._embedder is None:
            return ("Searched by words alone: no embedding model is in use.",)
        if counts.without_vector == 0:
            return ()
        if counts.without_vector == counts.windows:
            return ("Searched by words alone: no passage has its vectors yet.",)
        share = counts.without_vector / counts.windows
        return (f"{max(1, round(share * 100))}% of the base has no vectors yet and is found by words alone.",)


def _covered(asked: AskedQuestion, chunk: ReadChunk) -> float:
    return len(chunk.held(asked.subject)) / len(asked.subject) if asked.subject else 0.0


def _folded(found: Sequence[StoredChunk], limit: int) -> list[list[ReadChunk]]:
    """At most ``limit`` groups of chunks that say nearly the same, the best of each first."""
    groups: list[list[ReadChunk]] = []
    for one in map(ReadChunk, found):
        same = next((group for group in groups if nearly_same(group[0], one)), None)
        if same is not None:
            same.append(one)
        elif len(groups) < limit:
            groups.append([one])
    return groups
