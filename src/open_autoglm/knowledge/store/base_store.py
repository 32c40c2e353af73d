"""What is kept of one base, and how it is asked: the protocol that every store fulfils."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from open_autoglm.knowledge.chunk import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FileState = Literal["read", "failed"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of the base, as it was when it was last read."""

    path: str
    """Absolute, with ``/``; what a person is shown is this, shortened by the folder it was added with."""
    sha256: str
    """Empty where it could not even be read."""
    size: int
    modified_ns: int
    media_type: str
    state: FileState = "read"
    reason: str = ""
    """One sentence: why it failed."""
    pages: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """``id`` is the store's own and stays as long as the chunk does; ``ordinal`` counts within its file."""

    id: int
    file: FileRecord
    ordinal: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked through; all of them must hold. Empty: everything."""

    folder: str = ""
    """Path of a folder or a file: what lies in it, at any depth."""
    media_types: tuple[str, ...] = ()
    modified_from_ns: int | None = None
    modified_to_ns: int | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class WindowToEmbed:
    chunk_id: int
    window: int
    """Its place in ``chunk.windows``."""
    text: str


@dataclass(frozen=True, slots=True)
class BaseCounts:
    files: int
    failed: int
    chunks: int
    windows: int
    without_vector: int
    """Windows that are found by their words alone so far."""


class BaseStore(Protocol):
    """One base. Every write is one transaction: it is there as a whole after a power cut, or not at all.

    Any number of readers at any time; a second writer waits for the first. Raises OutputFailed where it
    can't be written, DamagedInput where what lies there is no base.
    """

    # --- written

    def put_file(self, file: FileRecord, chunks: Sequence[Chunk]) -> None:
        """Replaces all that is kept of ``file.path``; what it says can be found at once by its words.

        Windows that say what one of the file said before keep its vector.
        """
        ...

    def rename_file(self, old: str, new: str, modified_ns: int) -> None: ...

    def remove_files(self, paths: Sequence[str]) -> None: ...

    def put_vectors(self, vectors: Mapping[tuple[int, int], NDArray[np.float32]]) -> None:
        """By chunk and window. Those of chunks that are gone by now are dropped."""
        ...

    def forget_vectors(self) -> None:
        """All of them: the base is to be embedded anew."""
        ...

    def put_note(self, key: str, value: str) -> None:
        """Facts about the base: ``embedder``, the folders that belong to it (``folders``, JSON) …"""
        ...

    # --- read

    def note(self, key: str) -> str | None: ...

    def counts(self) -> BaseCounts: ...

    def files(self, under_folder: str = "") -> Sequence[FileRecord]:
        """By path; with ``under_folder`` that file, or what lies in that folder at any depth."""
        ...

    def file(self, path: str) -> FileRecord | None: ...

    def to_embed(self, limit: int) -> Sequence[WindowToEmbed]: ...

    def revision(self) -> int:
        """Grows with every write: what was found before a write may be different after it."""
        ...

    # --- found

    def by_words(
        self, terms: Sequence[str], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        """Chunk ids with BM25 scores, best first; ``terms`` as ``knowledge.terms.terms`` makes them."""
        ...

    def by_meaning(
        self, vector: NDArray[np.float32], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        """Chunk ids with the cosine of their nearest window, best first."""
        ...

    def vectors(self, chunk_ids: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        """``(windows, dimensions)`` of each chunk that has all its vectors."""
        ...

    def chunks(self, chunk_ids: Sequence[int]) -> Sequence[StoredChunk]:
        """In the order asked for; those that are gone are left out."""
        ...

    def neighbours(self, chunk_id: int, before: int, after: int) -> Sequence[StoredChunk]:
        """Of the same file, in order, without the chunk itself."""
        ...

    def close(self) -> None:
        """Safe to call twice."""
        ...
