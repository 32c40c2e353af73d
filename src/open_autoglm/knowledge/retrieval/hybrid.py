"""Finds chunks by their words and by their meaning, and orders them by how surely they answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Found, Hit, Reasons
from open_autoglm.knowledge.retrieval.alike import ReadChunk, nearly_same
from open_autoglm.knowledge.retrieval.candidates import Candidate, Candidates, Vectors
from open_autoglm.knowledge.retrieval.language_lean import LanguageLean
from open_autoglm.knowledge.retrieval.matched_words import matched_words
from open_autoglm.knowledge.retrieval.question import MAX_CHARACTERS, AskedQuestion, ask, is_han
from open_autoglm.knowledge.retrieval.relevance import ANSWERABLE, Evidence, is_calibrated, log_odds, score
from open_autoglm.knowledge.retrieval.surroundings import around
from open_autoglm.knowledge.store.base_store import BaseCounts, BaseStore, Filters
from open_autoglm.knowledge.terms import is_unspaced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_LIMIT = 100
CANDIDATES = 50
"""By words, by meaning, and by meaning across languages each, at least."""
READ_FOR_EACH_HIT = 2
"""Candidates whose text is looked at for each hit asked for: some are folded into others."""
_MOST_NAMES = 16
"""Of a question that are looked up in the base."""


@dataclass(frozen=True, slots=True)
class _Scored:
    read: ReadChunk
    candidate: Candidate
    evidence: Evidence


class HybridRetriever:
    """Fulfils Retriever. Safe to use from any thread. Without ``embedder`` it searches by words alone."""

    def __init__(self, store: BaseStore, embedder: Embedder | None) -> None:
        self._store = store
        self._embedder = embedder
        self._calibrated = embedder is not None and is_calibrated(embedder.identity)
        self._lean = None if embedder is None else LanguageLean(embedder)
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
            return [Found((), False, ("The base is empty: no file with text was read.",)) for _ in asked]
        notes = self._notes(counts)
        limit = max(1, min(limit, MAX_LIMIT))
        return [
            self._search(one, vectors, limit, filters, notes)
            for one, vectors in zip(asked, self._vectors(asked, counts), strict=True)
        ]

    def _vectors(self, asked: Sequence[AskedQuestion], counts: BaseCounts) -> Sequence[Vectors | None]:
        if (
            self._embedder is None
            or self._lean is None
            or not asked
            or counts.without_vector == counts.windows
        ):
            return [None] * len(asked)
        embedded: Sequence[NDArray[np.float32]] = list(
            self._embedder.embed_queries([one.text for one in asked])
        )
        return [
            Vectors(vector, self._lean.without(vector, is_han=one.is_han))
            for one, vector in zip(asked, embedded, strict=True)
        ]

    def _search(
        self,
        asked: AskedQuestion,
        vectors: Vectors | None,
        limit: int,
        filters: Filters | None,
        notes: tuple[str, ...],
    ) -> Found:
        if asked.cut:
            notes = (
                *notes,
                f"Only the first {MAX_CHARACTERS:,} characters of the question were searched for.",
            )
        found = Candidates(self._store, asked, vectors, max(CANDIDATES, 2 * limit), filters)
        chosen = sorted(found.all.items(), key=lambda one: (-self._first_guess(asked, one[1]), one[0]))[
            : READ_FOR_EACH_HIT * limit
        ]
        scored = [
            self._scored(asked, ReadChunk(stored), found.all[stored.id])
            for stored in self._store.chunks([chunk for chunk, _ in chosen])
        ]
        scored.sort(key=lambda one: (-log_odds(one.evidence), one.read.stored.id))
        unknown = self._unknown(asked, scored[0].read) if scored else 0.0
        groups = _folded(scored, limit)
        shown = frozenset(group[0].read.stored.id for group in groups)
        hits = tuple(self._hit(asked, group, unknown, shown) for group in groups)
        return Found(hits, bool(hits) and hits[0].score >= ANSWERABLE, notes)

    def _first_guess(self, asked: AskedQuestion, candidate: Candidate) -> float:
        """Log odds while the text is not read: whether it is in Chinese is not known yet."""
        if not self._calibrated or candidate.meaning is None or candidate.across is None:
            return candidate.words_share + candidate.meaning_share
        share, han = candidate.words_share, asked.is_han
        same = Evidence(candidate.meaning, share, 0.0, han, han)
        across = Evidence(candidate.across, share, 0.0, han, not han)
        return max(log_odds(same), log_odds(across))

    def _scored(self, asked: AskedQuestion, read: ReadChunk, candidate: Candidate) -> _Scored:
        chunk_han = is_han(read.stored.chunk.text)
        meaning = candidate.meaning if chunk_han == asked.is_han else candidate.across
        covered = min(1.0, candidate.words_share)
        if not self._calibrated:
            covered = (covered + candidate.meaning_share) / 2 if candidate.meaning is not None else covered
            meaning = None
        return _Scored(read, candidate, Evidence(meaning, covered, 0.0, asked.is_han, chunk_han))

    def _unknown(self, asked: AskedQuestion, best: ReadChunk) -> float:
        """Share of the question's names that stand nowhere in the base."""
        names = sorted(term for term in asked.subject if not is_unspaced(term))[:_MOST_NAMES]
        missing = [name for name in names if not best.holds(name) and not self._store.by_words([name], 1)]
        return len(missing) / len(names) if names else 0.0

    def _hit(
        self, asked: AskedQuestion, group: Sequence[_Scored], unknown: float, shown: frozenset[int]
    ) -> Hit:
        """``group``: chunks that say the same, the best first."""
        first = group[0]
        stored, candidate = first.read.stored, first.candidate
        return Hit(
            found=stored,
            score=round(score(replace(first.evidence, unknown=unknown)), 4),
            reasons=Reasons(
                words=candidate.words,
                meaning=candidate.meaning,
                window=candidate.window,
                matched=matched_words(asked.text, first.read),
            ),
            around=around(self._store, stored, shown),
            same=tuple(one.read.stored for one in group[1:]),
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
        if counts.without_vector == counts.windows:
            return ("Searched by words alone: no passage has its vectors yet.",)
        if counts.without_vector:
            share = max(1, round(counts.without_vector / counts.windows * 100))
            return (f"{share}% of the base has no vectors yet and is found by words alone.",)
        return ()


def _folded(scored: Sequence[_Scored], limit: int) -> list[list[_Scored]]:
    """At most ``limit`` groups of chunks that say nearly the same, the best of each first."""
    groups: list[list[_Scored]] = []
    for one in scored:
        same = next((group for group in groups if nearly_same(group[0].read, one.read)), None)
        if same is not None:
            same.append(one)
        elif len(groups) < limit:
            groups.append([one])
    return groups
