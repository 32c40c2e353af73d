"""The index of nearest vectors on disk: USearch's file, and beside it what it was made from.

Vectors of embedding models point about the same way, which leads a search of a graph astray and wastes most
of the 8 bits. So their mean is taken off before they are indexed: of 60,000 such vectors, among 200 proposed
were 0.99 of the 50 nearest, against 0.88 without.

Derived from SQLite alone: whatever is wrong with it, it is made again. Row ids are never used twice, so a
file that holds rows which are gone, or lacks the newest, still finds what it holds; whoever asks looks the
rows up in SQLite and compares the rest itself.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from open_autoglm.errors import Cancelled, OutputFailed
from open_autoglm.files import write_whole
from open_autoglm.knowledge.store.quantize import quantized, restored
from open_autoglm.knowledge.store.vector_rows import VectorRows

if TYPE_CHECKING:
    from usearch.index import Index

CONNECTIVITY = 16
EXPANSION_ADD = 64
EXPANSION_SEARCH = 128
ADDED_AT_ONCE = 512
"""Rows between two looks at whether to stop: about 0.2 seconds of one processor."""
_SMALLEST = 1e-6
"""Of the largest number of a vector: one that is the mean itself has no direction."""
_MAX_FACTS_BYTES = 200_000

_log = logging.getLogger(__name__)

Blocks = Callable[[int], VectorRows | None]
"""The next rows above an id; None at the end. The base is not held while they are added."""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What a file was made from."""

    last: int
    """The highest row id it holds."""
    rows: int
    dimensions: int
    digest: str
    """SHA-256 of USearch's file: a damaged one must not be mapped into memory."""
    mean: tuple[float, ...]
    """Taken off every vector; of the first rows that were indexed."""


class IndexFile:
    """Opened for reading: mapped into memory, so that only what is looked at takes room there."""

    def __init__(self, index: Index, facts: IndexFacts) -> None:
        self.facts = facts
        self._index = index
        self._mean = np.array(facts.mean, np.float32)

    def nearest(self, vector: NDArray[np.float32], count: int) -> list[int]:
        """Row ids, about in order; some may be gone. Empty for a vector of other dimensions."""
        if len(vector) != self.facts.dimensions:
            return []
        _, whole = quantized(vector - self._mean)
        found = self._index.search(whole, min(count, self.facts.rows), threads=1)
        return [int(key) for key in found.keys]


def facts_stamp(folder: Path) -> tuple[int, int] | None:
    """Changes whenever an index is written; None where there is none."""
    try:
        status = (folder / "vectors.json").stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def read_facts(folder: Path) -> IndexFacts | None:
    """None where there is no index, or its description is not ours."""
    try:
        path = folder / "vectors.json"
        if path.stat().st_size > _MAX_FACTS_BYTES:
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        mean = tuple(float(number) for number in said["mean"])
        facts = IndexFacts(
            int(said["last"]), int(said["rows"]), int(said["dimensions"]), str(said["digest"]), mean
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    usable = facts.rows > 0 and len(mean) == facts.dimensions
    return facts if usable and set(facts.digest) <= set("0123456789abcdef") else None


def open_index(folder: Path, facts: IndexFacts) -> IndexFile | None:
    """None where the file is missing or is not what its facts say."""
    path = folder / _name(facts)
    try:
        with path.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == facts.digest
    except OSError:
        return None
    if not right:
        _log.warning("%s is damaged and is made again", path)
        return None
    index = _empty_index(facts.dimensions)
    try:
        index.view(str(path))
    except (OSError, RuntimeError) as error:  # another process has replaced it since
        _log.debug("%s can't be opened: %s", path, error)
        return None
    return IndexFile(index, facts)


def write_index(
    folder: Path,
    blocks: Blocks,
    before: IndexFacts | None,
    *,
    threads: int,
    stop: Callable[[], bool],
) -> IndexFacts | None:
    """Makes the file, or extends the one of ``before``, to all rows there are now.

    None where there is nothing to hold. Raises OutputFailed, and Cancelled when ``stop()`` turns true.
    """
    made: _Growing | None = None
    last = 0
    if before is not None and open_index(folder, before) is not None:
        made = _Growing(before.dimensions, np.array(before.mean, np.float32))
        made.index.load(str(folder / _name(before)))
        last = before.last
    while (block := blocks(last)) is not None:
        if made is None:
            mean = restored(block.scales, block.data).mean(axis=0)
            made = _Growing(block.data.shape[1], mean)
        for rows in block.pieces(ADDED_AT_ONCE):
            if stop():
                raise Cancelled("The index of vectors was not finished.", hint="It is made the next time.")
            made.add(rows, threads)
        last = int(block.ids[-1])
    return None if made is None else _saved(folder, made, last)


def remove_index(folder: Path, *, keep: IndexFacts | None = None) -> None:
    """All files of it, save those of ``keep``. One that another process still reads stays on Windows."""
    kept = None if keep is None else _name(keep)
    for path in folder.glob("vectors-*.usearch"):
        if path.name != kept:
            with suppress(OSError):
                path.unlink()
    if keep is None:
        with suppress(OSError):
            (folder / "vectors.json").unlink()


class _Growing:
    """An index in memory that rows are added to."""

    def __init__(self, dimensions: int, mean: NDArray[np.float32]) -> None:
        self.index = _empty_index(dimensions)
        self.mean = mean

    def add(self, rows: VectorRows, threads: int) -> None:
        if rows.data.shape[1] != len(self.mean):
            return  # of another model, from a moment before it was changed
        vectors = restored(rows.scales, rows.data) - self.mean
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), _SMALLEST)
        whole = np.rint(vectors * (127 / largest)).astype(np.int8)
        self.index.add(rows.ids.astype(np.uint64), whole, threads=threads)


def _saved(folder: Path, made: _Growing, last: int) -> IndexFacts:
    """Under a name made of its digest: a reader that maps the old file keeps it."""
    part = folder / f".vectors.{os.getpid()}.part"
    try:
        made.index.save(str(part))
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        mean = tuple(round(float(number), 7) for number in made.mean)
        facts = IndexFacts(last, len(made.index), len(mean), digest, mean)
        part.replace(folder / _name(facts))
    except (OSError, RuntimeError) as error:
        raise OutputFailed(
            f"The index of vectors can't be written to {folder}: {error}.",
            hint="Free some room on its disk; searches go on without it, slower.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    with write_whole(folder / "vectors.json") as stream:
        json.dump(asdict(facts), stream)
    remove_index(folder, keep=facts)
    return facts


def _name(facts: IndexFacts) -> str:
    """No more than hexadecimal digits of what the file says comes into a path."""
    digits = "".join(sign for sign in str(facts.digest)[:16] if sign in "0123456789abcdef")
    return f"vectors-{digits}.usearch"


def _empty_index(dimensions: int) -> Index:
    from usearch.index import Index

    return Index(
        ndim=dimensions,
        metric="cos",
        dtype="i8",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
        enable_key_lookups=False,
    )
