"""A base as one file: written whole by SQLite's own backup, and believed in nothing when it is read back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

from open_autoglm.errors import DamagedInput, InputMissing, OpenAutoGLMError, OutputFailed
from open_autoglm.knowledge.ingest.base_folders import DEVICES_NOTE, FOLDERS_NOTE
from open_autoglm.knowledge.store.base_store import FileRecord
from open_autoglm.knowledge.store.sqlite_schema import MIGRATIONS, file_of, stored_chunk
from open_autoglm.local.disk import require_room

_MAGIC = b"SQLite format 3\x00"
MAX_TERMS_BYTES = 4 << 20
"""Of one chunk, unpacked."""
_NOBODY = FileRecord("", "", 0, 0, "")


def write_backup(database: sqlite3.Connection, target: Path) -> int:
    """Size in bytes. Readers go on meanwhile, writers wait. Raises OutputFailed."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with contextlib.closing(sqlite3.connect(part)) as copy:
            copy.execute("pragma synchronous = full")
            database.backup(copy)
        os.chmod(part, 0o600)  # noqa: PTH101 - beside the replace below
        part.replace(target)
        return target.stat().st_size
    except (OSError, sqlite3.Error) as error:
        raise OutputFailed(
            f"Can't write the backup {target}: {error}.",
            hint="Nothing was left half-written. Free some room or choose another place.",
        ) from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)


def read_backup(source: Path, folder: Path, file_name: str) -> None:
    """Puts the base of ``source`` into ``folder``, which is made.

    Raises InputMissing, DamagedInput for anything that is no whole base, and OutputFailed.
    """
    size = _checked_size(source)
    require_room(folder.parent, size)
    folder.mkdir(mode=0o700)
    copy = folder / file_name
    try:
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        _check(copy, source.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OutputFailed(f"The base can't be restored to {folder}: {error}.") from error
    except OpenAutoGLMError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _checked_size(source: Path) -> int:
    try:
        if not source.is_file():
            raise InputMissing(f"There is no file {source}.", hint="Name a file that kb backup wrote.")
        with source.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _no_base(source.name, "it is no SQLite file")
        return source.stat().st_size
    except OSError as error:
        raise InputMissing(f"{source} can't be read: {error.strerror or error}.") from error


def _check(path: Path, name: str) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.row_factory = sqlite3.Row
            database.execute("pragma trusted_schema = off")
            database.execute("pragma cell_size_check = on")
            _check_schema(database, name)
            found = database.execute("pragma integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise _no_base(name, str(found)[:200])
            if database.execute("pragma foreign_key_check").fetchone() is not None:
                raise _no_base(name, "parts of it are missing")
            database.execute("insert into postings (postings) values ('integrity-check')")
            _check_rows(database, name)
    except (
        sqlite3.Error,
        zlib.error,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
    ) as error:
        raise _no_base(name, str(error)[:200]) from error


def _check_schema(database: sqlite3.Connection, name: str) -> None:
    """Exactly the tables that a new base has: no trigger, no view, nothing that runs."""
    version = database.execute("pragma user_version").fetchone()[0]
    if not 1 <= version <= len(MIGRATIONS):
        raise _no_base(name, f"its version {version} is not known here")
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for migration in MIGRATIONS[:version]:
            migration(fresh)
        if set(_schema(fresh)) != set(_schema(database)):
            raise _no_base(name, "its tables are others")


def _schema(database: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    for kind, name, sql in database.execute("select type, name, sql from sqlite_master"):
        shadow = name.startswith("postings_")  # FTS5's own, written a little differently by each version
        yield kind, name, "" if shadow else " ".join((sql or "").split())


def _check_rows(database: sqlite3.Connection, name: str) -> None:
    for row in database.execute("select * from files"):
        file_of(row)
    rows = database.execute(
        "select chunks.*, embedding.windows as window_count from chunks "
        "left join embedding on embedding.chunk = chunks.id"
    )
    for row in rows:
        chunk = stored_chunk(row, _NOBODY).chunk
        inside = all(0 <= one.start <= one.end <= len(chunk.text) for one in chunk.windows)
        if not inside or not chunk.places or len(chunk.windows) != row["window_count"]:
            raise _no_base(name, f"chunk {row['id']} does not fit its windows")
        unpacking = zlib.decompressobj()
        unpacking.decompress(row["terms"], MAX_TERMS_BYTES).decode("utf-8")
        if not unpacking.eof:
            raise _no_base(name, f"chunk {row['id']} has too many words")
    for row in database.execute("select key, value from notes"):
        _check_note(name, row["key"], row["value"])
    sizes = database.execute(
        "select count(distinct length(data)), coalesce(max(length(data)), 0), "
        "coalesce(max(typeof(data)), 'blob'), coalesce(min(typeof(data)), 'blob') from vectors"
    ).fetchone()
    if sizes[0] > 1 or sizes[1] > 1 << 16 or (sizes[2], sizes[3]) != ("blob", "blob"):
        raise _no_base(name, "its vectors don't belong together")


def _check_note(name: str, key: str, value: str) -> None:
    said = json.loads(value) if key in (FOLDERS_NOTE, DEVICES_NOTE) else None
    folders = isinstance(said, list) and all(isinstance(folder, str) for folder in said)
    devices = isinstance(said, dict) and all(isinstance(device, int) for device in said.values())
    if (key == FOLDERS_NOTE and not folders) or (key == DEVICES_NOTE and not devices):
        raise _no_base(name, "its folders are no folders")


def _no_base(name: str, why: str) -> DamagedInput:
    return DamagedInput(
        f"{name} is no backup of a knowledge base: {why}.", hint="Name a whole file that kb backup wrote."
    )
