"""Bytes on disk by what they were made from, capped by dropping what was least recently used."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.sqlite_file import DisposableFile, Synchronous

_SCHEMA = (
    """
    create table if not exists blobs (
      key      blob primary key,  -- sha256 of the material
      material blob not null,     -- what the content was made from: compared, not only trusted
      content  blob not null,
      digest   blob not null,     -- sha256 of the content
      bytes    integer not null,
      used     real not null      -- seconds since the epoch
    )""",
    "create index if not exists blobs_by_use on blobs (used)",
    # Kept by triggers, so that a sum over all rows is never needed and every process agrees on it.
    """
    create table if not exists totals (
      id      integer primary key check (id = 1),
      entries integer not null,
      bytes   integer not null
    )""",
    "insert or ignore into totals values (1, 0, 0)",
    """
    create trigger if not exists blob_added after insert on blobs begin
      update totals set entries = entries + 1, bytes = bytes + new.bytes;
    end""",
    """
    create trigger if not exists blob_dropped after delete on blobs begin
      update totals set entries = entries - 1, bytes = bytes - old.bytes;
    end""",
)
_SCHEMA_VERSION = 1
_LARGEST_SHARE = 4
"""One entry takes at most this part of the room, or it would push out all others."""
_EVICT_TO = 0.9
_EVICTED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class BlobTotals:
    entries: int
    bytes: int


class BlobCache:
    """At most ``max_bytes`` of material and content at ``path``; with 0, no file is made at all.

    Any thread may call; several processes may share the file. Trouble with the file is logged and costs
    its content only. ``holds`` names the content in the log.
    """

    def __init__(
        self, path: Path, max_bytes: int, *, holds: str, synchronous: Synchronous = "normal"
    ) -> None:
        self._file = DisposableFile(
            path, _SCHEMA, version=_SCHEMA_VERSION, holds=holds, synchronous=synchronous
        )
        self._max_bytes = max_bytes
        self._used: set[bytes] = set()

    def get(self, material: bytes) -> bytes | None:
        """What was put for exactly this material; None where there is none, or what is kept is damaged."""
        if self._max_bytes <= 0 or not self._file.path.exists():
            return None
        key = _key(material)
        with self._file.transaction() as database:
            row = database.execute(
                "select material, content, digest from blobs where key = ?", (key,)
            ).fetchone()
            if row is None:
                return None
            content = bytes(row[1]) if isinstance(row[1], bytes) else b""
            if row[0] == material and row[2] == hashlib.sha256(content).digest():
                self._used.add(key)  # written with the next change: a hit costs no write
                return content
            database.execute("delete from blobs where key = ?", (key,))
        return None

    def put(self, material: bytes, content: bytes) -> None:
        size = len(material) + len(content)
        if size > self._max_bytes // _LARGEST_SHARE or not self._file.usable:
            return
        key, digest = _key(material), hashlib.sha256(content).digest()
        with self._file.transaction() as database:
            self._note_used(database)
            database.execute("delete from blobs where key = ?", (key,))
            database.execute(
                "insert into blobs values (?, ?, ?, ?, ?, ?)",
                (key, material, content, digest, size, time.time()),
            )
            self._make_room(database)

    def drop(self, material: bytes) -> None:
        with self._file.transaction() as database:
            database.execute("delete from blobs where key = ?", (_key(material),))

    def totals(self) -> BlobTotals:
        if self._max_bytes > 0 and self._file.path.exists():
            with self._file.transaction() as database:
                return BlobTotals(*database.execute("select entries, bytes from totals").fetchone())
        return BlobTotals(0, 0)

    def close(self) -> None:
        """Note which entries were used, then let go of the file. Safe to call twice."""
        if self._used:
            with self._file.transaction() as database:
                self._note_used(database)
        self._file.close()

    def _note_used(self, database: sqlite3.Connection) -> None:
        used, self._used, now = self._used, set(), time.time()
        database.executemany("update blobs set used = ? where key = ?", [(now, key) for key in used])

    def _make_room(self, database: sqlite3.Connection) -> None:
        total = database.execute("select bytes from totals").fetchone()[0]
        if total <= self._max_bytes:
            return
        excess = total - int(self._max_bytes * _EVICT_TO)
        while excess > 0:
            oldest = database.execute(
                "select key, bytes from blobs order by used limit ?", (_EVICTED_AT_ONCE,)
            ).fetchall()
            if not oldest:
                return
            for key, size in oldest:
                if excess <= 0:
                    break
                database.execute("delete from blobs where key = ?", (key,))
                excess -= size


def _key(material: bytes) -> bytes:
    return hashlib.sha256(material).digest()
