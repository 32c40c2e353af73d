"""Finished pages on disk, by content: reading the same file again continues where it stopped.

One SQLite file with a rollback journal. Write-ahead logging is avoided on purpose: SQLite 3.7.0 to
3.51.2 can damage such a file when two processes write (https://sqlite.org/wal.html, "WAL-reset bug").
Each page is one transaction, so a kill at any moment loses at most the page being written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from open_autoglm.documents.limits import MAX_PAGE_MESSAGE_BYTES
from open_autoglm.documents.model import Page

_READING_LIBRARIES = (
    "pypdfium2",
    "rapidocr",
    "onnxruntime",
    "python-docx",
    "python-pptx",
    "openpyxl",
    "lxml",
)

_SCHEMA = """
create table if not exists pages (
  key      text primary key,
  material text not null,     -- what the key is the digest of: compared, not only trusted
  page     blob not null,     -- JSON, zlib
  bytes    integer not null,
  used     real not null      -- seconds since the epoch, for dropping what was least recently used
)"""

_BUSY_S = 10.0
_EVICT_TO = 0.9

_log = logging.getLogger(__name__)


def reader_version() -> str:
    """Changes whenever the code that reads documents, or a library it reads with, changes.

    A digest of the package's own sources: nobody has to remember to raise a number.
    """
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.relative_to(folder).as_posix().encode() + b"\x00" + source.read_bytes())
    for library in _READING_LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{library}={version(library)}\n".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PageKey:
    """Everything a page's result depends on."""

    file_sha256: str
    page: int
    format: str
    reader: str
    """From ``reader_version``."""
    options: Mapping[str, str]
    """Options that change the result; never a password."""

    @property
    def material(self) -> str:
        fields = [self.file_sha256, self.page, self.format, self.reader, dict(self.options)]
        return json.dumps(fields, sort_keys=True, ensure_ascii=False)


class PageStore:
    """Pages under ``folder``, at most ``max_mb`` of them; what was least recently used goes first.

    Use as a context manager, in one thread; several processes may share a folder. A store that can't be
    used (a full or read-only disk) says so in the log and holds nothing from then on: reading goes on.
    """

    def __init__(self, folder: Path, max_mb: int) -> None:
        self._path = folder / "pages.sqlite"
        self._max_bytes = max_mb << 20
        self._usable = max_mb > 0
        self._database: sqlite3.Connection | None = None
        self._used: set[str] = set()

    def __enter__(self) -> PageStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Note which pages were used, then let go of the file. Safe to call twice."""
        if self._used:
            with self._transaction() as database:
                self._note_used(database)
        if self._database is not None:
            self._database.close()
            self._database = None

    def get(self, key: PageKey) -> Page | None:
        """The kept page; None where there is none, or where what is kept does not hold."""
        if not self._path.exists():
            return None
        name = _name(key)
        with self._transaction() as database:
            row = database.execute("select material, page from pages where key = ?", (name,)).fetchone()
            if row is None:
                return None
            page = _unpacked(row[1]) if row[0] == key.material else None
            if page is not None and page.number == key.page:
                self._used.add(name)
                return page
            database.execute("delete from pages where key = ?", (name,))
        return None

    def put(self, key: PageKey, page: Page) -> None:
        """Keep a whole page. Pages that failed are not kept: the next run tries them again."""
        if not self._usable or page.error is not None:
            return
        packed = zlib.compress(page.model_dump_json().encode(), 6)
        if len(packed) > self._max_bytes // 4:
            return
        with self._transaction() as database:
            self._note_used(database)
            database.execute(
                "insert or replace into pages values (?, ?, ?, ?, ?)",
                (_name(key), key.material, packed, len(packed), time.time()),
            )
            self._make_room(database)

    def _note_used(self, database: sqlite3.Connection) -> None:
        now = time.time()
        database.executemany("update pages set used = ? where key = ?", [(now, name) for name in self._used])
        self._used.clear()

    def _make_room(self, database: sqlite3.Connection) -> None:
        total = database.execute("select coalesce(sum(bytes), 0) from pages").fetchone()[0]
        if total <= self._max_bytes:
            return
        excess = total - int(self._max_bytes * _EVICT_TO)
        for name, size in database.execute("select key, bytes from pages order by used").fetchall():
            if excess <= 0:
                break
            database.execute("delete from pages where key = ?", (name,))
            excess -= size

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction; where the store can't be used, one on an empty store in memory."""
        try:
            with self._connection() as database:
                yield database
        except sqlite3.Error as error:
            self._give_up(error)

    def _connection(self) -> sqlite3.Connection:
        if self._database is None:
            try:
                self._database = self._opened() if self._usable else _in_memory()
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
                self._database = _in_memory()
        return self._database

    def _opened(self) -> sqlite3.Connection:
        """The store's file; one that is not a database any more is put aside and begun anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return _prepared(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._put_aside()
            return _prepared(self._path)

    def _put_aside(self) -> None:
        _log.warning("%s is damaged and was put aside; its pages are read again.", self._path)
        self._path.replace(self._path.with_suffix(".damaged"))

    def _give_up(self, error: Exception) -> None:
        _log.warning("Finished pages can't be kept in %s: %s.", self._path, error)
        self._usable = False
        self._used.clear()
        if self._database is not None:
            self._database.close()
            self._database = None
        # Operational errors are a full disk, a lock, missing rights; other ones are a damaged file.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(OSError):
                self._put_aside()


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_S)
    try:
        database.execute("pragma auto_vacuum = full")
        database.execute("pragma journal_mode = truncate")
        database.execute("pragma synchronous = normal")
        database.execute(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _in_memory() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute(_SCHEMA)
    return database


def _name(key: PageKey) -> str:
    return hashlib.sha256(key.material.encode()).hexdigest()


def _unpacked(packed: bytes) -> Page | None:
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MAX_PAGE_MESSAGE_BYTES)
        return Page.model_validate_json(text) if unpacker.eof else None
    except (zlib.error, ValidationError):
        return None
