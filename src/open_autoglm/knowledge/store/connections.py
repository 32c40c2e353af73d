"""Connections to one SQLite file: one that writes, and some that read beside it.

With a rollback journal a reader waits only while a transaction is being committed, and a commit only for the
queries that run at that moment. A connection that writes would also keep readers out from the moment its
changes outgrow its cache, so nothing is spilled before the commit.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from open_autoglm.database import Database, Migration
from open_autoglm.errors import OutputFailed

MAX_IDLE_READERS = 4
READER_CACHE_KIB = 8 * 1024


class Connections:
    """Safe to use from any thread. Raises what ``Database`` raises."""

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self.path = path
        self._migrations = migrations
        self._writer = Database(path, migrations)
        try:
            with self._writer.reading() as connection:
                connection.execute("pragma cache_spill = off")
        except BaseException:
            self._writer.close()
            raise
        self._lock = threading.Lock()
        self._idle: list[Database] = []
        self._closed = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of the block is kept, or none of it."""
        with self._writer.transaction() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Queries of the block see one state of the base."""
        reader = self._taken()
        try:
            with reader.reading() as connection:
                connection.execute("begin")
                try:
                    yield connection
                finally:
                    connection.rollback()
        finally:
            self._give_back(reader)

    def close(self) -> None:
        """Safe to call twice; readers that are under way end by themselves."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()
        self._writer.close()

    def _taken(self) -> Database:
        with self._lock:
            if self._closed:
                raise OutputFailed(f"{self.path.name} is closed.")
            if self._idle:
                return self._idle.pop()
        reader = Database(self.path, self._migrations)
        with reader.reading() as connection:
            connection.execute("pragma query_only = on")
            connection.execute(f"pragma cache_size = -{READER_CACHE_KIB}")
        return reader

    def _give_back(self, reader: Database) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < MAX_IDLE_READERS:
                self._idle.append(reader)
                return
        reader.close()
