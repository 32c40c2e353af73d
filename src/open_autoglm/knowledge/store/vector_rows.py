"""Vectors as rows of SQLite: read in blocks, compared exactly."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from open_autoglm.knowledge.store.quantize import restored

BLOCK_ROWS = 4096
_AT_ONCE = 500
"""Values in one statement; SQLite takes 999 on every build."""


@dataclass(frozen=True, slots=True)
class VectorRows:
    """``n`` vectors: ids and chunks ``(n,)``, scales ``(n,)``, whole numbers ``(n, dimensions)``."""

    ids: NDArray[np.int64]
    chunks: NDArray[np.int64]
    scales: NDArray[np.float32]
    data: NDArray[np.int8]

    def pieces(self, size: int) -> Iterator[VectorRows]:
        """The same rows, at most ``size`` at a time."""
        for start in range(0, len(self.ids), size):
            part = slice(start, start + size)
            yield VectorRows(self.ids[part], self.chunks[part], self.scales[part], self.data[part])

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """``(n,)`` to a vector of length one; zeros where it has other dimensions."""
        if self.data.shape[1] != len(vector):
            return np.zeros(len(self.ids), np.float32)
        return dots(restored(self.scales, self.data), vector)


def dots(rows: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """``(n,)`` of ``(n, dimensions)`` rows. Not by ``@``: the threads that it starts for thousands of rows
    wait busily for each other and took twice the processor time of a whole search."""
    found: NDArray[np.float32] = np.einsum("ij,j->i", rows, vector)
    return found


def rows_after(
    database: sqlite3.Connection, last: int, until: int | None = None, block: int = BLOCK_ROWS
) -> Iterator[VectorRows]:
    """The vectors with ids above ``last`` up to ``until``, by id, in blocks."""
    end = until if until is not None else (1 << 62)
    while True:
        rows = database.execute(
            "select id, chunk, scale, data from vectors where id > ? and id <= ? order by id limit ?",
            (last, end, block),
        ).fetchall()
        if not rows:
            return
        yield as_rows(rows)
        last = rows[-1][0]


def rows_of(database: sqlite3.Connection, column: str, values: Sequence[int]) -> Iterator[VectorRows]:
    """The vectors whose ``column`` (``id`` or ``chunk``) is one of ``values``."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        rows = database.execute(
            f"select id, chunk, scale, data from vectors where {column} in ({','.join('?' * len(some))})",  # noqa: S608
            list(some),
        ).fetchall()
        if rows:
            yield as_rows(rows)


def as_rows(rows: Sequence[sqlite3.Row]) -> VectorRows:
    """Of id, chunk, scale and data. Of one length: vectors of one base have the same dimensions."""
    ids, chunks, scales, data = zip(*rows, strict=True)
    dimensions = len(data[0])
    if len(set(map(len, data))) > 1:
        return as_rows([row for row in rows if len(row[3]) == dimensions])
    return VectorRows(
        np.array(ids, np.int64),
        np.array(chunks, np.int64),
        np.array(scales, np.float32),
        np.frombuffer(b"".join(data), np.int8).reshape(len(ids), dimensions),
    )


_WINDOWS_AT_FIRST = 8
"""Nearest windows looked at for each chunk asked for, and how that grows where too few chunks are found."""


class Best:
    """The best cosine of each chunk seen so far."""

    def __init__(self, allowed: NDArray[np.int64] | None) -> None:
        self._allowed = allowed
        self._chunks: list[NDArray[np.int64]] = []
        self._cosines: list[NDArray[np.float32]] = []

    def add(self, chunks: NDArray[np.int64], cosines: NDArray[np.float32]) -> None:
        """``allowed`` is sorted, as SQLite gives it."""
        if self._allowed is not None:
            kept = np.isin(chunks, self._allowed)
            chunks, cosines = chunks[kept], cosines[kept]
        self._chunks.append(chunks)
        self._cosines.append(cosines)

    def first(self, limit: int) -> list[tuple[int, float]]:
        """Chunks by their nearest window, best first; equals by their id."""
        if not self._chunks or limit < 1:
            return []
        chunks, cosines = np.concatenate(self._chunks), np.concatenate(self._cosines)
        looked_at = limit * _WINDOWS_AT_FIRST
        while True:
            best = _first_of_chunks(chunks, cosines, looked_at)
            if len(best) >= limit or looked_at >= len(chunks):
                return [(int(chunks[place]), float(cosines[place])) for place in best[:limit]]
            looked_at *= _WINDOWS_AT_FIRST


def _first_of_chunks(chunks: NDArray[np.int64], cosines: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Places of the best window of each chunk among the ``count`` best windows, best first."""
    if count < len(chunks):
        top = np.argpartition(-cosines, count - 1)[:count]
        top = np.flatnonzero(cosines >= cosines[top].min())  # all of those that are equal to the last
    else:
        top = np.arange(len(chunks))
    order = top[np.lexsort((chunks[top], -cosines[top]))]
    _, firsts = np.unique(chunks[order], return_index=True)
    found: NDArray[np.intp] = order[np.sort(firsts)]
    return found


def whole_chunks(database: sqlite3.Connection, chunk_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
    """``(windows, dimensions)`` of each chunk that has all its vectors."""
    found: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(chunk_ids), _AT_ONCE):
        some = list(chunk_ids[start : start + _AT_ONCE])
        rows = database.execute(
            "select vectors.id, vectors.chunk, scale, data from vectors "  # noqa: S608
            "join embedding on embedding.chunk = vectors.chunk and +missing = 0 "
            f"where vectors.chunk in ({','.join('?' * len(some))}) order by vectors.chunk, place",
            some,
        ).fetchall()
        if not rows:
            continue
        block = as_rows(rows)
        vectors = restored(block.scales, block.data)
        chunks, firsts = np.unique(block.chunks, return_index=True)
        for chunk, own in zip(chunks, np.split(vectors, firsts[1:]), strict=True):
            found[int(chunk)] = own
    return found
