"""Ingests a folder into a base and says so: the child that ``kill_ingest`` kills.

    python ingest_process.py BASE_FOLDER DOCUMENTS

Writes a line with the path of each file once the store has acknowledged it, then ``done``.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.knowledge.chunking.chunk_document import chunk_document
from open_autoglm.knowledge.ingest.base_folders import put_folders
from open_autoglm.knowledge.ingest.ingest import Ingest, IngestTools
from open_autoglm.knowledge.ingest.progress import IngestProgress
from open_autoglm.knowledge.store.sqlite_store import SqliteStore

EXACT_ROWS = 200
"""Small, so that the index of vectors is made too while it is killed."""
DIMENSIONS = 32


class DigestEmbedder:
    """Vectors from digests of the texts: the same every time, and no model to load."""

    identity = "digests@1"
    dimensions = DIMENSIONS

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8) for text in texts]
        vectors = np.array(rows, np.float32).reshape(-1, DIMENSIONS) - 127.5
        normed: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normed

    embed_queries = embed_passages

    def close(self) -> None:
        """There is nothing to let go of."""


def main() -> None:
    base, documents = Path(sys.argv[1]), Path(sys.argv[2])
    store = SqliteStore(base, exact_rows=EXACT_ROWS)
    put_folders(store, [documents.as_posix()])

    def tell(progress: IngestProgress) -> None:
        if progress.stage == "read":
            print(progress.file, flush=True)

    tools = IngestTools(
        lambda cores: DocumentReader(ReaderOptions(cores=cores)), chunk_document, DigestEmbedder()
    )
    Ingest(store, tools, on_progress=tell).run()
    store.close()
    print("done", flush=True)


if __name__ == "__main__":
    main()
