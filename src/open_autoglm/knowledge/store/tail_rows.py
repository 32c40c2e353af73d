"""The vectors that no index file holds yet, in memory, kept up with the base."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
from numpy.typing import NDArray

from open_autoglm.knowledge.store.vector_rows import Best, VectorRows, dots, rows_after


class TailRows:
    """Rows with ids above that of the index file; at most some ten thousands. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._after = -1
        self._revision = -1
        self._rows: VectorRows | None = None
        self._matrix: NDArray[np.float32] | None = None

    def search(
        self,
        database: sqlite3.Connection,
        revision: int,
        after: int,
        vector: NDArray[np.float32],
        best: Best,
    ) -> None:
        """Adds what lies above row ``after`` to ``best``, as the base stands at ``revision``."""
        with self._lock:
            if (revision, after) != (self._revision, self._after):
                self._catch_up(database, after)
                self._revision, self._after = revision, after
            rows, matrix = self._rows, self._matrix
        if rows is not None and matrix is not None and matrix.shape[1] == len(vector):
            best.add(rows.chunks, dots(matrix, vector))

    def _catch_up(self, database: sqlite3.Connection, after: int) -> None:
        """Drops what is gone, reads what is new."""
        there = np.array(
            [row[0] for row in database.execute("select id from vectors where id > ? order by id", (after,))],
            np.int64,
        )
        old = self._rows
        if old is None or after < self._after or not len(there):
            self._rows = self._matrix = None
        else:
            kept = np.isin(old.ids, there)
            self._rows = _chosen(old, kept)
        last = int(self._rows.ids[-1]) if self._rows is not None and len(self._rows.ids) else after
        blocks = [] if self._rows is None else [self._rows]
        blocks.extend(rows_after(database, last))
        self._rows = joined(blocks)
        if self._rows is not None:
            self._matrix = self._rows.data * self._rows.scales[:, None]
            self._matrix = self._matrix.astype(np.float32, copy=False)


def joined(blocks: list[VectorRows]) -> VectorRows | None:
    """Those with the dimensions of the last block, which are the base's; None where there is none."""
    blocks = [block for block in blocks if len(block.ids)]
    if not blocks:
        return None
    blocks = [block for block in blocks if block.data.shape[1] == blocks[-1].data.shape[1]]
    return VectorRows(
        np.concatenate([block.ids for block in blocks]),
        np.concatenate([block.chunks for block in blocks]),
        np.concatenate([block.scales for block in blocks]),
        np.concatenate([block.data for block in blocks]),
    )


def _chosen(rows: VectorRows, kept: NDArray[np.bool_]) -> VectorRows:
    return VectorRows(rows.ids[kept], rows.chunks[kept], rows.scales[kept], rows.data[kept])
