"""One index for each project folder, kept up to date by a thread in the background."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from open_autoglm.code.repository.files import IndexLimits
from open_autoglm.code.repository.index import RepositoryIndex

REFRESH_AFTER_S = 20.0
"""How long an index is believed; a refresh without changes looks at 2,000 files in about 30 ms."""
MAX_PROJECTS = 4


class RepositoryIndexes:
    """``index_of`` answers at once with what is indexed so far. ``with`` ends the thread."""

    def __init__(self, limits: IndexLimits | None = None) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._indexes: dict[Path, tuple[RepositoryIndex, float]] = {}
        self._wanted: dict[Path, str] = {}
        self._wake = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def index_of(self, folder: Path, near: str = "") -> RepositoryIndex:
        """The index of a folder; a refresh is begun where the last one is older than REFRESH_AFTER_S."""
        folder = folder.resolve()
        with self._wake:
            index, refreshed = self._indexes.pop(folder, (None, 0.0))
            index = index or RepositoryIndex(folder, self._limits)
            due = not self._closed and time.monotonic() - refreshed > REFRESH_AFTER_S
            self._indexes[folder] = index, time.monotonic() if due else refreshed
            while len(self._indexes) > MAX_PROJECTS:
                self._indexes.pop(next(iter(self._indexes)))
            if due:
                self._wanted[folder] = near
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="repository-index", daemon=True)
                    self._thread.start()
                self._wake.notify()
        return index

    def close(self) -> None:
        """End the background work; what is indexed stays usable."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._wanted and not self._closed:
                    self._wake.wait()
                if self._closed:
                    return
                folder, near = self._wanted.popitem()
                index, _ = self._indexes.get(folder, (None, 0.0))
            if index is not None:
                index.refresh(near, stop=lambda: self._closed)
