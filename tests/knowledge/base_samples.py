"""Small files, chunks and vectors that tests of knowledge bases share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.model import Box, Document
from open_autoglm.knowledge.chunk import Chunk, Place, Window
from open_autoglm.knowledge.store.base_store import BaseStore, FileRecord

DIMENSIONS = 32
WINDOW = 100


def record(path: str, media_type: str = "text/plain", modified_ns: int = 1, sha256: str = "") -> FileRecord:
    digest = sha256 or hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    return FileRecord(path, digest, 10, modified_ns, media_type, pages=1)


def chunk(text: str, headings: tuple[str, ...] = (), page: int = 1) -> Chunk:
    windows = tuple(
        Window(start, min(start + WINDOW, len(text))) for start in range(0, max(1, len(text)), WINDOW)
    )
    return Chunk(text, "text", headings, (Place(page, Box(x0=1, y0=2, x1=3, y1=4.5)),), windows)


def chunks_of(document: Document) -> Sequence[Chunk]:
    """A chunk for each region with text."""
    return [
        chunk(region.text, page=region.page)
        for page in document.pages
        for region in page.regions
        if region.text
    ]


class LetterEmbedder:
    """Texts that share pairs of letters have vectors that lie near each other; the same on every system."""

    dimensions = DIMENSIONS

    def __init__(self, identity: str = "letters@1") -> None:
        self.identity = identity
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, DIMENSIONS)

    embed_queries = embed_passages

    def close(self) -> None:
        pass

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(DIMENSIONS, 1e-3, np.float32)
        for first, second in pairwise(text):
            place = hashlib.sha256((first + second).encode("utf-8", "replace")).digest()[0] % DIMENSIONS
            vector[place] += 1
        return vector / np.linalg.norm(vector)


def embed_all(store: BaseStore, embedder: LetterEmbedder) -> None:
    while batch := store.to_embed(100):
        vectors = embedder.embed_passages([window.text for window in batch])
        store.put_vectors(
            {(one.chunk_id, one.window): vector for one, vector in zip(batch, vectors, strict=True)}
        )
