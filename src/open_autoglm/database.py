"""What people wrote, in SQLite: its schema is brought up to date, and it is written in whole transactions.

It keeps a rollback journal: SQLite 3.7.0 to 3.51.2 can damage a write-ahead log when two processes write
(https://sqlite.org/wal.html#walresetbug), and the transactions here are small.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from open_autoglm.errors import DamagedInput, OutputFailed
from open_autoglm.files import make_private

Migration = Callable[[sqlite3.Connection], None]
"""One step of the schema. Steps are ordered, run once, and are never changed after a release."""

BUSY_S = 10.0
"""How long a transaction waits for another process that writes."""


class Database:
    """One file, used from any thread. What was committed survives a power cut.

    Raises OutputFailed where the file can't be made, read or written, and DamagedInput where it is not a
    database any more; such a file is never touched.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self.path = path
        self._migrations = migrations
        self._lock = threading.RLock()
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = self._opened()
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block is written, or none of it. Other threads and processes wait."""
        with self.reading() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
                connection.commit()
            except BaseException:  # also where it could not be committed, or nothing could be begun again
                connection.rollback()
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For queries alone: takes no write lock."""
        with self._lock:
            if self._closed:
                raise OutputFailed(f"{self.path.name} is closed.")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise self._failed(error) from error

    def _opened(self) -> sqlite3.Connection:
        make_private(self.path)
        connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            if _version(connection) == 0:  # it writes, and whoever reads a known file must not be in the way
                connection.execute("pragma auto_vacuum = full")
            connection.execute("pragma journal_mode = truncate")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == len(self._migrations):
            return
        connection.execute("begin immediate")
        done = _version(connection)  # another process may have been first
        if done > len(self._migrations):
            connection.rollback()
            raise OutputFailed(
                f"{self.path} was written by a newer version of this program.", hint="Install that version."
            )
        for migration in self._migrations[done:]:
            migration(connection)
        connection.execute(f"pragma user_version = {len(self._migrations)}")
        connection.commit()

    def _failed(self, error: Exception) -> DamagedInput | OutputFailed:
        if isinstance(error, sqlite3.DatabaseError) and type(error) is sqlite3.DatabaseError:
            return DamagedInput(
                f"{self.path} is damaged: {error}.", hint="Put it aside, and a new one is begun."
            )
        return OutputFailed(
            f"{self.path} can't be used: {error}.", hint="Check its rights and the free room on its disk."
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
