"""Vectors of windows that say the same before and after their file was read again are not made twice."""

from __future__ import annotations

import sqlite3

from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.store.sqlite_schema import path_bytes, storable, windows_of

VectorsByText = dict[str, tuple[float, bytes]]
"""Scale and whole numbers by what the window says; embedding knows nothing else of it."""


def vectors_by_text(database: sqlite3.Connection, path: str) -> VectorsByText:
    """Of all windows of a file that have a vector."""
    rows = database.execute(
        "select chunks.text, chunks.windows, place, scale, data from files "
        "join chunks on chunks.file = files.id join vectors on vectors.chunk = chunks.id "
        "where files.path = ?",
        (path_bytes(path),),
    )
    found: VectorsByText = {}
    for text, windows, place, scale, data in rows:
        window = windows_of(windows)[place]
        found[text[window.start : window.end]] = scale, data
    return found


def carry_over(database: sqlite3.Connection, chunk_id: int, chunk: Chunk, known: VectorsByText) -> None:
    """Gives the windows of a new chunk the vectors that are known already."""
    said = [storable(chunk.text[window.start : window.end]) for window in chunk.windows]
    rows = [(chunk_id, place, *known[one]) for place, one in enumerate(said) if one in known]
    if rows:
        database.executemany("insert into vectors (chunk, place, scale, data) values (?, ?, ?, ?)", rows)
        database.execute("update embedding set missing = missing - ? where chunk = ?", (len(rows), chunk_id))
