"""The tables of a base in SQLite, and chunks and files as rows of them.

Postings stand in FTS5 as we make them: terms joined by spaces, under a tokenizer that parts at spaces alone.
The terms of each chunk are kept beside it, packed, because FTS5 without content has to be told what it
forgets, and terms made anew may differ after an update of the program or of Python's Unicode tables.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, cast

from open_autoglm.documents.model import Box
from open_autoglm.knowledge.chunk import Chunk, ChunkKind, Place, Window
from open_autoglm.knowledge.store.base_store import FileRecord, FileState, StoredChunk

_TOKEN_SIGNS = "".join(sign for sign in map(chr, range(33, 127)) if not sign.isalnum() and sign not in "'\"")

FILE_COLUMNS = "path, sha256, size, modified_ns, media_type, state, reason, pages, chunks"


def _create(database: sqlite3.Connection) -> None:
    database.execute(
        """
        create table files (
          id          integer primary key,
          path        blob not null unique,     -- UTF-8, lone surrogates of odd names included
          sha256      text not null,
          size        integer not null,
          modified_ns integer not null,
          media_type  text not null,
          state       text not null,
          reason      text not null,
          pages       integer not null,
          chunks      integer not null
        )"""
    )
    database.execute(
        """
        create table chunks (
          id       integer primary key autoincrement,  -- never used twice: other indexes name it
          file     integer not null references files,
          ordinal  integer not null,
          text     text not null,
          kind     text not null,
          headings text not null,                      -- JSON
          places   text not null,                      -- JSON: [page, x0, y0, x1, y1] or [page]
          windows  text not null,                      -- JSON: [start, end]
          terms    blob not null                       -- what stands of it in the postings, zlib
        )"""
    )
    database.execute("create unique index chunks_of_files on chunks (file, ordinal)")
    database.execute(
        """
        create table embedding (
          chunk   integer primary key references chunks on delete cascade,
          windows integer not null,
          missing integer not null                     -- windows without a vector
        )"""
    )
    database.execute("create index embedding_missing on embedding (missing, windows)")
    database.execute(
        """
        create table vectors (
          id    integer primary key autoincrement,     -- never used twice
          chunk integer not null references chunks on delete cascade,
          place integer not null,
          scale real not null,
          data  blob not null,                         -- int8; times scale is the vector
          unique (chunk, place)
        )"""
    )
    database.execute(
        "create virtual table postings using fts5 "
        f"""(terms, content='', tokenize="ascii tokenchars '{_TOKEN_SIGNS}'")"""
    )
    database.execute("create virtual table posted using fts5vocab (postings, row)")
    database.execute("create table notes (key text primary key, value text not null)")
    database.execute("create table revision (value integer not null)")
    database.execute("insert into revision values (0)")


MIGRATIONS = (_create,)


def path_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")


def path_text(value: bytes) -> str:
    return value.decode("utf-8", "surrogatepass")


def forget_chunks(database: sqlite3.Connection, file: int) -> None:
    """The chunks of a file, with their postings and vectors."""
    rows = database.execute("select id, terms from chunks where file = ?", (file,)).fetchall()
    database.executemany(
        "insert into postings (postings, rowid, terms) values ('delete', ?, ?)",
        ((row["id"], _unpacked(row["terms"])) for row in rows),
    )
    database.execute("delete from chunks where file = ?", (file,))


def insert_chunk(
    database: sqlite3.Connection, file: int, ordinal: int, chunk: Chunk, terms: Iterable[str]
) -> int:
    """Its id; it has no vectors yet."""
    posted = " ".join(terms)
    cursor = database.execute(
        "insert into chunks (file, ordinal, text, kind, headings, places, windows, terms) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file,
            ordinal,
            storable(chunk.text),
            chunk.kind,
            json.dumps(chunk.headings),
            json.dumps([_place_row(place) for place in chunk.places]),
            json.dumps([(window.start, window.end) for window in chunk.windows]),
            zlib.compress(posted.encode("utf-8", "replace"), 1),
        ),
    )
    made = int(cursor.lastrowid or 0)
    database.execute("insert into postings (rowid, terms) values (?, ?)", (made, storable(posted)))
    count = len(chunk.windows)
    database.execute("insert into embedding values (?, ?, ?)", (made, count, count))
    return made


def file_of(row: sqlite3.Row) -> FileRecord:
    return FileRecord(
        path=path_text(row["path"]),
        sha256=row["sha256"],
        size=row["size"],
        modified_ns=row["modified_ns"],
        media_type=row["media_type"],
        state=cast(FileState, row["state"]),
        reason=row["reason"],
        pages=row["pages"],
        chunks=row["chunks"],
    )


def file_row(file: FileRecord, chunks: int) -> tuple[Any, ...]:
    """As FILE_COLUMNS."""
    return (
        path_bytes(file.path),
        file.sha256,
        file.size,
        file.modified_ns,
        file.media_type,
        file.state,
        storable(file.reason),
        file.pages,
        chunks,
    )


def stored_chunk(row: sqlite3.Row, file: FileRecord) -> StoredChunk:
    places = tuple(_place(values) for values in json.loads(row["places"]))
    chunk = Chunk(
        text=row["text"],
        kind=cast(ChunkKind, row["kind"]),
        headings=tuple(json.loads(row["headings"])),
        places=places,
        windows=windows_of(row["windows"]),
    )
    return StoredChunk(row["id"], file, row["ordinal"], chunk)


def windows_of(text: str) -> tuple[Window, ...]:
    return tuple(Window(start, end) for start, end in json.loads(text))


def storable(text: str) -> str:
    """Without lone surrogates, which SQLite's text can't hold; as long as before."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _unpacked(value: bytes) -> str:
    return zlib.decompress(value).decode("utf-8")


def _place_row(place: Place) -> Sequence[float]:
    box = place.box
    return (place.page,) if box is None else (place.page, box.x0, box.y0, box.x1, box.y1)


def _place(values: Sequence[float]) -> Place:
    if len(values) == 1:
        return Place(int(values[0]), None)
    page, x0, y0, x1, y1 = values
    return Place(int(page), Box(x0=x0, y0=y0, x1=x1, y1=y1))
