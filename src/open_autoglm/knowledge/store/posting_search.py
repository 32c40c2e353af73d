"""Chunks by their words: BM25 over the postings, without the most common words of a long question."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from itertools import accumulate

from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.filter_rows import condition

MAX_POSTINGS = 8_000
"""Looked at for one question, about 2 microseconds each: the rarest terms first, which decide most of BM25. A
single Chinese character may stand in a third of all chunks."""
FEW_TERMS = 2
"""So many are asked for even where they are over that."""
SMALL_BASE = 2_000
"""Below so many chunks nothing is left out."""
MAX_TERMS = 256
"""Of one question; the rarest are taken. A question of 100,000 characters must not hold up others."""
_MAX_KNOWN = 50_000


class PostingSearch:
    """Safe to use from any thread. How many chunks hold a term is remembered, and needn't be exact."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, int] = {}
        self._known_at = 0

    def search(
        self, database: sqlite3.Connection, terms: Sequence[str], limit: int, filters: Filters | None
    ) -> list[tuple[int, float]]:
        """Chunk ids with BM25 scores above 0, best first, equals by their id."""
        chosen = self._chosen(database, list(dict.fromkeys(terms)))
        if not chosen or limit < 1:
            return []
        asked = " OR ".join('"' + term.replace('"', '""') + '"' for term in chosen)
        where, values = condition(filters)
        within = (
            "and +rowid in (select chunks.id from chunks "  # noqa: S608
            f"join files on files.id = chunks.file where {where}) "
            if where
            else ""
        )
        rows = database.execute(
            f"select rowid, rank from postings where postings match ? {within}order by rank limit ?",  # noqa: S608
            (asked, *values, limit),
        ).fetchall()
        return sorted(((row[0], -row[1]) for row in rows), key=lambda found: (-found[1], found[0]))

    def _chosen(self, database: sqlite3.Connection, terms: list[str]) -> list[str]:
        """The terms worth asking for, rarest first."""
        chunks = database.execute("select count(*) from embedding").fetchone()[0]
        terms = [term for term in terms if term.strip() and "\0" not in term]
        if chunks < SMALL_BASE and len(terms) <= MAX_TERMS:
            return terms
        counts = self._counts(database, terms, chunks)
        there = sorted((term for term in terms if counts[term]), key=lambda term: counts[term])
        sums = list(accumulate(counts[term] for term in there))
        within = sum(total <= MAX_POSTINGS for total in sums)
        return there[: min(max(within, FEW_TERMS), MAX_TERMS)]

    def _counts(self, database: sqlite3.Connection, terms: list[str], chunks: int) -> dict[str, int]:
        with self._lock:
            if abs(chunks - self._known_at) > self._known_at // 10 or len(self._known) > _MAX_KNOWN:
                self._known, self._known_at = {}, chunks
            known = self._known
        counts: dict[str, int] = {}
        for term in terms:
            count = known.get(term)
            if count is None:
                row = database.execute("select doc from posted where term = ?", (term,)).fetchone()
                count = 0 if row is None else int(row[0])
                if count:  # one that is new tomorrow must be found then
                    known[term] = count
            counts[term] = count
        return counts
