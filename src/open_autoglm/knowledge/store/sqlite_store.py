"""One base in one SQLite file: its files, chunks, postings and vectors. SQLite holds the truth.

What a transaction wrote survives a power cut. The index of nearest vectors beside it can be made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.store.base_store import (
    BaseCounts,
    FileRecord,
    Filters,
    StoredChunk,
    WindowToEmbed,
)
from open_autoglm.knowledge.store.carried_vectors import carry_over, vectors_by_text
from open_autoglm.knowledge.store.connections import Connections
from open_autoglm.knowledge.store.filter_rows import under
from open_autoglm.knowledge.store.posting_search import PostingSearch
from open_autoglm.knowledge.store.sqlite_schema import (
    FILE_COLUMNS,
    MIGRATIONS,
    file_of,
    file_row,
    forget_chunks,
    insert_chunk,
    path_bytes,
    stored_chunk,
    windows_of,
)
from open_autoglm.knowledge.terms import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from open_autoglm.knowledge.store.vector_index import VectorIndex

FILE_NAME = "base.sqlite"
_AT_ONCE = 500
"""Values in one statement; SQLite takes 999 on every build."""


class SqliteStore:
    """Fulfils BaseStore. ``threads`` is what making the index of vectors may use."""

    def __init__(self, folder: Path, *, threads: int = 1, exact_rows: int | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._exact_rows = exact_rows
        self._connections = Connections(folder / FILE_NAME, MIGRATIONS)
        self._postings = PostingSearch()
        self._index: VectorIndex | None = None

    def close(self) -> None:
        """Safe to call twice."""
        if self._index is not None:
            self._index.close()
        self._connections.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file itself, as it stands now, for a backup."""
        with self._connections.reading() as database:
            yield database

    # --- written

    def put_file(self, file: FileRecord, chunks: Sequence[Chunk]) -> None:
        prepared = [(chunk, _posted(chunk)) for chunk in chunks]
        with self._connections.writing() as database:
            known = vectors_by_text(database, file.path)
            _forget_files(database, [file.path])
            cursor = database.execute(
                f"insert into files ({FILE_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                file_row(file, len(chunks)),
            )
            for ordinal, (chunk, posted) in enumerate(prepared):
                made = insert_chunk(database, int(cursor.lastrowid or 0), ordinal, chunk, posted)
                carry_over(database, made, chunk, known)
            _written(database)

    def rename_file(self, old: str, new: str, modified_ns: int) -> None:
        with self._connections.writing() as database:
            _forget_files(database, [new] if new != old else [])
            database.execute(
                "update files set path = ?, modified_ns = ? where path = ?",
                (path_bytes(new), modified_ns, path_bytes(old)),
            )
            _written(database)

    def remove_files(self, paths: Sequence[str]) -> None:
        with self._connections.writing() as database:
            _forget_files(database, paths)
            _written(database)

    def put_vectors(self, vectors: Mapping[tuple[int, int], NDArray[np.float32]]) -> None:
        from open_autoglm.knowledge.store.quantize import quantized

        rows = [(chunk, place, *quantized(vector)) for (chunk, place), vector in vectors.items()]
        touched = sorted({chunk for chunk, _ in vectors})
        with self._connections.writing() as database:
            database.executemany(
                "insert or replace into vectors (chunk, place, scale, data) "
                "select chunk, ?2, ?3, ?4 from embedding where chunk = ?1 and ?2 between 0 and windows - 1",
                [(chunk, place, scale, data.tobytes()) for chunk, place, scale, data in rows],
            )
            database.executemany(
                "update embedding set missing = windows - (select count(*) from vectors where chunk = ?1) "
                "where chunk = ?1",
                [(chunk,) for chunk in touched],
            )
            _written(database)
        self._vector_index.keep_up()

    def forget_vectors(self) -> None:
        with self._connections.writing() as database:
            database.execute("delete from vectors")
            database.execute("update embedding set missing = windows")
            _written(database)

    def put_note(self, key: str, value: str) -> None:
        with self._connections.writing() as database:
            database.execute("insert or replace into notes values (?, ?)", (key, value))
            _written(database)

    # --- read

    def note(self, key: str) -> str | None:
        with self._connections.reading() as database:
            row = database.execute("select value from notes where key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def counts(self) -> BaseCounts:
        with self._connections.reading() as database:
            files, failed = database.execute(
                "select count(*), coalesce(sum(state = 'failed'), 0) from files"
            ).fetchone()
            chunks, windows, missing = database.execute(
                "select count(*), coalesce(sum(windows), 0), coalesce(sum(missing), 0) from embedding"
            ).fetchone()
        return BaseCounts(files, failed, chunks, windows, missing)

    def files(self, under_folder: str = "") -> Sequence[FileRecord]:
        where, values = under(under_folder) if under_folder else ("1", [])
        with self._connections.reading() as database:
            rows = database.execute(f"select * from files where {where} order by path", values).fetchall()  # noqa: S608
        return [file_of(row) for row in rows]

    def file(self, path: str) -> FileRecord | None:
        with self._connections.reading() as database:
            row = database.execute("select * from files where path = ?", (path_bytes(path),)).fetchone()
        return None if row is None else file_of(row)

    def to_embed(self, limit: int) -> Sequence[WindowToEmbed]:
        found: list[WindowToEmbed] = []
        with self._connections.reading() as database:
            rows = database.execute(
                "select id, text, chunks.windows from embedding join chunks on chunks.id = embedding.chunk "
                "where missing > 0 order by id limit ?",
                (limit,),
            )
            for row in rows:
                there = {
                    one[0]
                    for one in database.execute("select place from vectors where chunk = ?", (row["id"],))
                }
                for place, window in enumerate(windows_of(row["windows"])):
                    if place not in there:
                        text = row["text"][window.start : window.end]
                        found.append(WindowToEmbed(row["id"], place, text))
                if len(found) >= limit:
                    break
        return found[:limit]

    def revision(self) -> int:
        with self._connections.reading() as database:
            return _revision(database)

    # --- found

    def by_words(
        self, terms: Sequence[str], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        with self._connections.reading() as database:
            return self._postings.search(database, terms, limit, filters)

    def by_meaning(
        self, vector: NDArray[np.float32], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        with self._connections.reading() as database:
            return self._vector_index.search(database, _revision(database), vector, limit, filters)

    def vectors(self, chunk_ids: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        from open_autoglm.knowledge.store.vector_rows import whole_chunks

        with self._connections.reading() as database:
            return whole_chunks(database, chunk_ids)

    def chunks(self, chunk_ids: Sequence[int]) -> Sequence[StoredChunk]:
        found: dict[int, StoredChunk] = {}
        with self._connections.reading() as database:
            for start in range(0, len(chunk_ids), _AT_ONCE):
                some = list(chunk_ids[start : start + _AT_ONCE])
                rows = database.execute(
                    f"select * from chunks where id in ({','.join('?' * len(some))}) order by file",  # noqa: S608
                    some,
                ).fetchall()
                found.update((stored.id, stored) for stored in _with_files(database, rows))
        return [found[chunk] for chunk in chunk_ids if chunk in found]

    def neighbours(self, chunk_id: int, before: int, after: int) -> Sequence[StoredChunk]:
        with self._connections.reading() as database:
            rows = database.execute(
                "select c.* from chunks own join chunks c on c.file = own.file "
                "and c.ordinal between own.ordinal - ? and own.ordinal + ? and c.id <> own.id "
                "where own.id = ? order by c.ordinal",
                (before, after, chunk_id),
            ).fetchall()
            return list(_with_files(database, rows))

    @property
    def _vector_index(self) -> VectorIndex:
        if self._index is None:
            from open_autoglm.knowledge.store.vector_index import EXACT_ROWS, VectorIndex

            self._index = VectorIndex(
                self._folder,
                self._connections.reading,
                exact_rows=EXACT_ROWS if self._exact_rows is None else self._exact_rows,
                threads=self._threads,
            )
        return self._index


def _posted(chunk: Chunk) -> list[str]:
    """What a chunk is found by: its own words and those of the headings it stands under."""
    return [term for text in (*chunk.headings, chunk.text) for term in terms(text)]


def _forget_files(database: sqlite3.Connection, paths: Sequence[str]) -> None:
    for path in paths:
        row = database.execute("select id from files where path = ?", (path_bytes(path),)).fetchone()
        if row is not None:
            forget_chunks(database, row["id"])
            database.execute("delete from files where id = ?", (row["id"],))


def _written(database: sqlite3.Connection) -> None:
    database.execute("update revision set value = value + 1")


def _revision(database: sqlite3.Connection) -> int:
    return int(database.execute("select value from revision").fetchone()[0])


def _with_files(database: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> Iterator[StoredChunk]:
    """Rows in an order in which those of a file follow each other."""
    key: Callable[[sqlite3.Row], int] = lambda row: int(row["file"])  # noqa: E731 - typed for groupby
    for number, own in groupby(rows, key):
        file = file_of(database.execute("select * from files where id = ?", (number,)).fetchone())
        for row in own:
            yield stored_chunk(row, file)
