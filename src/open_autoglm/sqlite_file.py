"""A SQLite file whose content can be made again: trouble with it costs that content, never an answer.

The journal is a rollback journal. Write-ahead logging is avoided on purpose: SQLite 3.7.0 to 3.51.2 can
damage such a file when two processes write (https://sqlite.org/wal.html, "WAL-reset bug").
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from open_autoglm.files import make_private

Synchronous = Literal["off", "normal"]
"""``off`` survives the end of the process at any moment, but not a power cut; ``normal`` waits for the
disk at the critical moments (https://sqlite.org/pragma.html#pragma_synchronous)."""

_BUSY_S = 10.0
_PAUSE_S = 60.0
"""How long a file that can't be used (a full disk, missing rights) is left alone."""

_log = logging.getLogger(__name__)


class DisposableFile:
    """One connection behind a lock: any thread may use it, and several processes may share the file.

    ``schema`` are statements that hold for a new file and for one of the same ``version``; a file of
    another version is emptied, one that is damaged is put aside, and both are begun anew. ``holds``
    names the content in the log, for example "finished pages".
    """

    def __init__(
        self,
        path: Path,
        schema: tuple[str, ...],
        *,
        version: int,
        holds: str,
        synchronous: Synchronous = "normal",
    ) -> None:
        self.path = path
        self._schema = schema
        self._version = version
        self._holds = holds
        self._synchronous = synchronous
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._paused_until = 0.0

    @property
    def usable(self) -> bool:
        """False for a while after the file could not be used."""
        return time.monotonic() >= self._paused_until

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction; where the file can't be used, one on an empty database in memory.

        A failure inside the block ends it without an error: it is logged, and nothing was changed.
        """
        with self._lock:
            try:
                with self._connected() as connection:
                    yield connection
            except sqlite3.Error as error:
                self._recover(error)

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if not self.usable:
            return self._in_memory()
        if self._connection is None:
            try:
                self._connection = self._opened()
            except (sqlite3.Error, OSError) as error:
                self._pause(error)
                return self._in_memory()
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return self._prepared(self._private_path())
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._put_aside()
            return self._prepared(self._private_path())

    def _private_path(self) -> str:
        """The file, made by us where there is none, so that nobody else may read it."""
        make_private(self.path)
        return str(self.path)

    def _prepared(self, name: str) -> sqlite3.Connection:
        # The lock above is what makes one connection safe in any thread.
        connection = sqlite3.connect(name, timeout=_BUSY_S, check_same_thread=False)
        try:
            connection.execute("pragma auto_vacuum = full")
            connection.execute("pragma journal_mode = truncate")
            connection.execute(f"pragma synchronous = {self._synchronous}")
            with connection:
                connection.execute("begin immediate")
                self._lay_out(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        if connection.execute("pragma user_version").fetchone()[0] != self._version:
            names = connection.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            ).fetchall()
            for (name,) in names:
                connection.execute(f'drop table "{name}"')
            connection.execute(f"pragma user_version = {self._version}")
        for statement in self._schema:
            connection.execute(statement)

    def _in_memory(self) -> sqlite3.Connection:
        return self._prepared(":memory:")

    def _recover(self, error: sqlite3.Error) -> None:
        self.close()
        if not _is_damage(error):
            self._pause(error)
            return
        try:
            self._put_aside()
        except OSError as refused:
            self._pause(refused)

    def _put_aside(self) -> None:
        _log.warning("%s is damaged and was put aside; its %s are made again.", self.path, self._holds)
        self.path.replace(self.path.with_suffix(".damaged"))

    def _pause(self, error: Exception) -> None:
        _log.warning("%s: %s can't be kept: %s.", self.path, self._holds, error)
        self._paused_until = time.monotonic() + _PAUSE_S


def _is_damage(error: sqlite3.Error) -> bool:
    """Operational errors are a full disk, a lock, missing rights; other ones of the database are damage."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
