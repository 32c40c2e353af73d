"""Follows folders: what is written, renamed or deleted in them is in the base a moment later."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from open_autoglm.errors import EngineError
from open_autoglm.knowledge.ingest.base_folders import folders_of
from open_autoglm.knowledge.ingest.folder_walk import is_inside, readable_name
from open_autoglm.knowledge.ingest.ingest import Ingest
from open_autoglm.knowledge.ingest.progress import IngestResult
from open_autoglm.knowledge.store.base_store import BaseStore

GATHER_MS = 400
"""Changes that follow each other are taken together, for so long at most …"""
QUIET_MS = 60
"""… and until nothing has changed for so long."""
POLL_MS = 100
"""How often it is looked whether to stop, or to go on with vectors."""
VECTORS_S = 0.5
"""Spent on vectors before changes are looked at again: words are found at once, vectors follow."""
LOOK_AGAIN_S = 1.0
"""How often folders that are gone are looked for, and whether the base got others."""
MODEL_AGAIN_S = 60.0
"""How long an embedding model that failed is left alone."""
MAX_CHANGES = 1_000
"""With more changes at once the folders are looked through as a whole."""


class Watch:
    """Runs until it is stopped, in the thread that calls ``run``."""

    def __init__(
        self,
        store: BaseStore,
        ingest: Ingest,
        *,
        stop: Callable[[], bool],
        on_change: Callable[[IngestResult], None],
        on_note: Callable[[str], None],
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._stop = stop
        self._on_change = on_change
        self._on_note = on_note
        self._gone: set[str] = set()
        self._no_vectors_until = 0.0

    def run(self) -> None:
        """Raises what ``Ingest.run`` raises; returns when ``stop()`` turns true."""
        while not self._stop():
            folders = folders_of(self._store)
            there = [folder for folder in folders if os.path.isdir(folder)]  # noqa: PTH112 - odd names
            self._tell_of_gone(folders, there)
            looked = time.monotonic()
            begun = False
            for changed in _changes(there):
                if self._stop():
                    return
                if not begun:  # what happened before the system began to tell
                    self._bring(None)
                    begun = True
                elif changed:
                    self._bring(changed)
                self._make_vectors()
                if time.monotonic() - looked >= LOOK_AGAIN_S:
                    looked = time.monotonic()
                    if self._others(folders, there):
                        break

    def _make_vectors(self) -> None:
        """Some of those that are missing; a model that fails is told, and tried again later."""
        if time.monotonic() < self._no_vectors_until:
            return
        try:
            self._ingest.embed_some(VECTORS_S)
        except EngineError as error:
            self._no_vectors_until = time.monotonic() + MODEL_AGAIN_S
            self._on_note(f"Vectors are not made at the moment: {error}")

    def _tell_of_gone(self, folders: Sequence[str], there: Sequence[str]) -> None:
        for folder in sorted(set(folders) - set(there) - self._gone):
            self._on_note(
                f"The folder {readable_name(folder)} is not there; what was read of it is kept. "
                "It is followed again when it comes back."
            )
        for folder in sorted(self._gone & set(there)):
            self._on_note(f"The folder {readable_name(folder)} is back.")
        self._gone = set(folders) - set(there)

    def _bring(self, changed: list[str] | None) -> None:
        if changed is not None:
            changed = _outermost(changed) if len(changed) <= MAX_CHANGES else None
        result = self._ingest.run(changed, vectors=False)
        if result.read or result.renamed or result.removed:
            self._on_change(result)

    def _others(self, folders: Sequence[str], there: Sequence[str]) -> bool:
        now = folders_of(self._store)
        still = [folder for folder in now if os.path.isdir(folder)]  # noqa: PTH112 - odd names
        return now != tuple(folders) or still != list(there)


def _changes(folders: Sequence[str]) -> Iterator[list[str]]:
    """Paths that were changed; nothing of them where nothing happened for a moment."""
    if not folders:
        while True:
            time.sleep(POLL_MS / 1000)
            yield []
    from watchfiles import watch

    for changes in watch(
        *folders,
        watch_filter=None,
        debounce=GATHER_MS,
        step=QUIET_MS,
        rust_timeout=POLL_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        yield [Path(path).as_posix() for _, path in changes]


def _outermost(paths: Sequence[str]) -> list[str]:
    """Without what lies in another one of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(is_inside(path, other) for other in kept):
            kept.append(path)
    return kept
