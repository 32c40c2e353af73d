"""Windows get their vectors: those of the newest chunks too, batch by batch, each kept at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from open_autoglm.errors import Cancelled, UsageError
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.ingest.progress import IngestProgress, OnProgress, Pace
from open_autoglm.knowledge.store.base_store import BaseStore

BATCH_WINDOWS = 64
EMBEDDER_NOTE = "embedder"


def require_same_embedder(store: BaseStore, embedder: Embedder, name: str) -> None:
    """Raises UsageError where the base has vectors of another model; one without any takes this one."""
    known = store.note(EMBEDDER_NOTE)
    if known is None:
        store.put_note(EMBEDDER_NOTE, embedder.identity)
    elif known != embedder.identity:
        raise UsageError(
            f"Base {name!r} has vectors of {known}, and the settings now name {embedder.identity}: "
            "vectors of different models can't be compared.",
            hint="Go back to that model, or make all vectors anew with: kb add NAME --embed-anew",
        )


def embed_anew(store: BaseStore, embedder: Embedder) -> None:
    """Forgets all vectors; they are made again by ``embedder``."""
    if store.note(EMBEDDER_NOTE) != embedder.identity:
        store.forget_vectors()
        store.put_note(EMBEDDER_NOTE, embedder.identity)


def embed_windows(
    store: BaseStore,
    embedder: Embedder,
    *,
    on_progress: OnProgress,
    stop: Callable[[], bool],
    seconds: float | None = None,
) -> int:
    """How many were made, in ``seconds`` and the rest of a batch where that is given.

    Raises Cancelled when ``stop()`` turns true; what was made by then is kept.
    """
    total = store.counts().without_vector
    pace, done, began = Pace(total), 0, time.monotonic()
    while total:
        if seconds is not None and time.monotonic() - began >= seconds:
            break
        if stop():
            raise Cancelled("Making vectors was stopped.", hint="Run it again to continue.")
        batch = store.to_embed(BATCH_WINDOWS)
        if not batch:
            break
        vectors = embedder.embed_passages([window.text for window in batch])
        store.put_vectors(
            {(window.chunk_id, window.window): vector for window, vector in zip(batch, vectors, strict=True)}
        )
        done += len(batch)
        on_progress(IngestProgress("embed", done, max(done, total), seconds_left=pace.seconds_left(done)))
    return done
