"""Finds the nearest vectors of a base: exactly below a size, by an index file with an exact rest above it.

What the index file proposes is compared again with the vectors in SQLite, so scores are the same either way.
"""

from __future__ import annotations

import atexit
import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.filter_rows import condition
from open_autoglm.knowledge.store.index_file import (
    IndexFacts,
    IndexFile,
    facts_stamp,
    open_index,
    read_facts,
    remove_index,
    write_index,
)
from open_autoglm.knowledge.store.tail_rows import TailRows
from open_autoglm.knowledge.store.vector_rows import Best, VectorRows, rows_after, rows_of
from open_autoglm.local.file_lock import exclusive_lock

EXACT_ROWS = 20_000
"""Vectors beyond those of the index file that are compared one by one: about 3 ms and 40 MB."""
MAX_GONE = 0.3
"""Share of rows of the index file that are gone before it is made anew."""
WINDOWS_FOR_A_CHUNK = 3
"""Nearest windows looked at for each chunk asked for: several of them lie in the same chunk."""
MIN_PROPOSED = 200
MAX_PROPOSED = 4_000

_log = logging.getLogger(__name__)

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]


class VectorIndex:
    """Of one base in ``folder``. Safe to use from any thread; several processes may share the folder."""

    def __init__(
        self, folder: Path, reading: Reading, *, exact_rows: int = EXACT_ROWS, threads: int = 1
    ) -> None:
        self._folder = folder
        self._reading = reading
        self._exact_rows = exact_rows
        self._threads = threads
        self._tail = TailRows()
        self._lock = threading.Lock()
        self._file: IndexFile | None = None
        self._known_behind: tuple[int, int, bool] | None = None
        self._stamp: tuple[int, int] | None = None
        self._closed = False
        self._maker: threading.Thread | None = None

    def search(
        self,
        database: sqlite3.Connection,
        revision: int,
        vector: NDArray[np.float32],
        limit: int,
        filters: Filters | None,
    ) -> list[tuple[int, float]]:
        """Chunks with the cosine of their nearest window, best first."""
        allowed = _allowed(database, filters)
        best = Best(allowed)
        file = self._opened()
        last = 0 if file is None else file.facts.last
        if self._is_behind(database, revision, last):
            self._make_soon()
            _search_all(database, last, vector, best)
        else:
            self._tail.search(database, revision, last, vector, best)
        if file is not None:
            self._search_file(database, file, vector, limit, allowed, best)
        return best.first(limit)

    def keep_up(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Makes or extends the index file where it is behind; returns at once where it is not.

        Another process that does so already is left to it. Raises OutputFailed, Cancelled.
        """
        with self._reading() as database:
            facts = read_facts(self._folder)
            dimensions = _dimensions(database)
            if facts is not None and (facts.dimensions != dimensions or _many_gone(database, facts)):
                facts = None
            usable = facts is not None and (self._folder_holds(facts))
            behind = self._behind(database, facts.last if facts is not None and usable else 0)
        if dimensions == 0 or not behind:
            if facts is None:
                remove_index(self._folder)
            return
        try:
            with exclusive_lock(self._folder / "vectors.lock", _give_way):
                write_index(
                    self._folder,
                    self._block_after,
                    facts,
                    threads=self._threads,
                    stop=lambda: self._closed or stop(),
                )
        except _MadeElsewhere:
            _log.debug("another process makes the index of vectors in %s", self._folder)

    def close(self) -> None:
        """Waits for an index that is being made, which stops soon. Safe to call twice."""
        self._closed = True
        maker = self._maker
        if maker is not None:
            maker.join()
        atexit.unregister(self.close)
        with self._lock:
            self._file = None

    def _opened(self) -> IndexFile | None:
        """The newest file, mapped into memory."""
        with self._lock:
            stamp = facts_stamp(self._folder)
            if stamp != self._stamp:
                facts = read_facts(self._folder)
                self._file = None if facts is None else open_index(self._folder, facts)
                self._stamp = stamp
            return self._file

    def _folder_holds(self, facts: IndexFacts) -> bool:
        """Whether the file of ``facts`` is there whole."""
        with self._lock:
            if self._file is not None and self._file.facts == facts:
                return True
        return open_index(self._folder, facts) is not None

    def _is_behind(self, database: sqlite3.Connection, revision: int, last: int) -> bool:
        """The same, looked up once for each revision."""
        known = self._known_behind
        if known is None or known[:2] != (revision, last):
            known = self._known_behind = (revision, last, self._behind(database, last))
        return known[2]

    def _behind(self, database: sqlite3.Connection, last: int) -> bool:
        """Whether more rows lie above ``last`` than are compared one by one."""
        row = database.execute(
            "select 1 from vectors where id > ? limit 1 offset ?", (last, self._exact_rows)
        ).fetchone()
        return row is not None

    def _make_soon(self) -> None:
        """In a thread of its own; the search that noticed goes on without."""
        with self._lock:
            if self._closed or (self._maker is not None and self._maker.is_alive()):
                return
            if self._maker is None:
                # Python ends threads where they stand, and one that stands in USearch takes the program down.
                atexit.register(self.close)
            self._maker = threading.Thread(target=self._make, name="vector index", daemon=True)
            self._maker.start()

    def _make(self) -> None:
        try:
            self.keep_up()
        except Cancelled:
            _log.debug("the index of vectors in %s was not finished", self._folder)
        except OpenAutoGLMError as error:
            _log.warning("%s", error)

    def _block_after(self, last: int) -> VectorRows | None:
        with self._reading() as database:
            return next(rows_after(database, last), None)

    def _search_file(
        self,
        database: sqlite3.Connection,
        file: IndexFile,
        vector: NDArray[np.float32],
        limit: int,
        allowed: NDArray[np.int64] | None,
        best: Best,
    ) -> None:
        proposed = max(MIN_PROPOSED, limit * WINDOWS_FOR_A_CHUNK)
        if allowed is not None:
            if len(allowed) * WINDOWS_FOR_A_CHUNK <= self._exact_rows:
                for rows in rows_of(database, "chunk", allowed.tolist()):
                    best.add(rows.chunks, rows.cosines(vector))
                return
            chunks = database.execute("select count(*) from embedding").fetchone()[0]
            proposed = round(proposed * max(1.0, 1.5 * chunks / len(allowed)))
        for rows in rows_of(database, "id", file.nearest(vector, min(proposed, MAX_PROPOSED))):
            best.add(rows.chunks, rows.cosines(vector))


class _MadeElsewhere(Exception):
    """Another process makes the index."""


def _give_way(owner: str) -> None:
    raise _MadeElsewhere(owner)


def _search_all(database: sqlite3.Connection, last: int, vector: NDArray[np.float32], best: Best) -> None:
    """Every row above ``last``, block by block: slow, for the while in which an index is made."""
    for rows in rows_after(database, last):
        best.add(rows.chunks, rows.cosines(vector))


def _allowed(database: sqlite3.Connection, filters: Filters | None) -> NDArray[np.int64] | None:
    """The chunks that ``filters`` leave, sorted; None where they leave all."""
    where, values = condition(filters)
    if not where:
        return None
    rows = database.execute(
        f"select chunks.id from files join chunks on chunks.file = files.id where {where} order by chunks.id",  # noqa: S608
        values,
    )
    return np.array([row[0] for row in rows], np.int64)


def _dimensions(database: sqlite3.Connection) -> int:
    """Of the newest vector; 0 where there is none."""
    row = database.execute("select length(data) from vectors order by id desc limit 1").fetchone()
    return 0 if row is None else int(row[0])


def _many_gone(database: sqlite3.Connection, facts: IndexFacts) -> bool:
    there = database.execute("select count(*) from vectors where id <= ?", (facts.last,)).fetchone()[0]
    return bool(facts.rows - there > facts.rows * MAX_GONE)
