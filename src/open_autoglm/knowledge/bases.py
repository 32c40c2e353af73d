"""The knowledge bases of all owners under one data folder: made, opened, kept up with their folders.

Each lies in a folder of its own under a random id. Who asks for a base of another owner is told the same as
for one that never was.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import (
    Cancelled,
    EngineError,
    InputMissing,
    MissingPiece,
    NotFound,
    OpenAutoGLMError,
    UsageError,
)
from open_autoglm.knowledge.base_places import BasePlace, FolderPlace
from open_autoglm.knowledge.base_registry import checked_name, name_in_use
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Retriever
from open_autoglm.knowledge.ingest.base_folders import folders_of, put_folders
from open_autoglm.knowledge.ingest.embed_windows import EMBEDDER_NOTE, embed_anew, require_same_embedder
from open_autoglm.knowledge.ingest.folder_walk import absolute, readable_name
from open_autoglm.knowledge.ingest.ingest import Ingest, IngestTools
from open_autoglm.knowledge.ingest.progress import IngestProgress, IngestResult, OnProgress
from open_autoglm.knowledge.ingest.read_files import MakeChunks, ReaderFor
from open_autoglm.knowledge.ingest.watch import Watch
from open_autoglm.knowledge.store.base_store import BaseStore
from open_autoglm.local.file_lock import exclusive_lock

FOLDER_NAME = "knowledge"
MAX_OPEN = 8
"""Bases kept open between two questions; opening one again takes a moment, keeping it some memory."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BaseTools:
    """What the bases are filled and searched with; each is made when it is first needed."""

    reader_for: ReaderFor
    make_chunks: MakeChunks
    open_embedder: Callable[[], Embedder]
    """Raises MissingPiece where the model is not here."""
    make_retriever: Callable[[BaseStore, Embedder | None], Retriever]
    cores: Callable[[], int] = lambda: 1


def _ignore(progress: IngestProgress) -> None:
    del progress


def _never() -> bool:
    return False


def _log_note(text: str) -> None:
    _log.warning("%s", text)


class OpenBase:
    """One base, open. What a question does not need is not loaded."""

    def __init__(self, name: str, store: BaseStore, bases: Bases) -> None:
        self.name = name
        self.store = store
        self._bases = bases
        self._lock = threading.Lock()
        self._retriever: tuple[str, Retriever] | None = None

    @property
    def folders(self) -> Sequence[str]:
        """Absolute, with ``/``: whatever lies in them belongs to the base."""
        return folders_of(self.store)

    @property
    def embedder(self) -> Embedder | None:
        """None where the base has no vectors, has those of another model, or the model is not here."""
        known = self.store.note(EMBEDDER_NOTE)
        if known is None:
            return None
        try:
            embedder = self._bases.embedder()
        except OpenAutoGLMError as error:
            _log.warning("base %r is searched by its words alone: %s", self.name, error)
            return None
        if embedder.identity != known:
            _log.warning(
                "base %r is searched by its words alone: its vectors are of %s, the settings name %s; "
                "kb add %s --embed-anew makes them anew",
                *(self.name, known, embedder.identity, self.name),
            )
            return None
        return embedder

    @property
    def retriever(self) -> Retriever:
        """Kept as long as the base is open and its vectors are of the same model."""
        embedder = self.embedder
        identity = "" if embedder is None else embedder.identity
        with self._lock:
            if self._retriever is None or self._retriever[0] != identity:
                self._retriever = (identity, self._bases.tools.make_retriever(self.store, embedder))
            return self._retriever[1]


@dataclass(slots=True)
class _Held:
    base: OpenBase
    users: int = 0


class Bases:
    """Safe to use from any thread; close it. Several programs may use one data folder."""

    def __init__(self, data_dir: Path, tools: BaseTools, place: BasePlace | None = None) -> None:
        """They lie in folders of ``data_dir`` where no ``place`` is given; it is closed with them."""
        self.tools = tools
        self._folder = data_dir / FOLDER_NAME
        self._place = FolderPlace(self._folder, tools.cores) if place is None else place
        self._registry = self._place.registry
        self._lock = threading.RLock()
        self._open: dict[str, _Held] = {}
        self._embedder: Embedder | None = None

    def close(self) -> None:
        """Safe to call twice; no base may be in use."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].base.store.close()
            if self._embedder is not None:
                self._embedder.close()
                self._embedder = None
            self._place.close()

    # --- bases

    def names(self, owner: str) -> Sequence[str]:
        return self._registry.names(owner)

    def owned(self) -> Sequence[tuple[str, str]]:
        """Owner and name of every base."""
        return self._registry.owned()

    def create(self, owner: str, name: str) -> None:
        """Raises UsageError for a name that is no name or is in use."""
        self._place.sweep()
        self._registry.add(owner, name)

    def remove(self, owner: str, name: str) -> None:
        """With all that is kept of it; folders and files stay. Raises NotFound."""
        removed = self._registry.remove(owner, name)
        with self._lock:
            held = self._open.pop(removed, None)
            if held is not None and held.users == 0:
                held.base.store.close()
        self._place.drop(removed)

    @contextmanager
    def opened(self, owner: str, name: str) -> Iterator[OpenBase]:
        """Raises NotFound for one that ``owner`` does not have, whoever else has it."""
        base_id = self._registry.find(owner, name)
        with self._lock:
            held = self._open.pop(base_id, None)
            if held is None:
                held = _Held(OpenBase(name, self._place.open(base_id), self))
            self._open[base_id] = held  # the last one is the one used last
            held.users += 1
            self._close_some()
        try:
            yield held.base
        finally:
            with self._lock:
                held.users -= 1
                if held.users == 0 and self._open.get(base_id) is not held:
                    held.base.store.close()

    # --- folders

    def add_folder(self, owner: str, name: str, folder: Path) -> None:
        """From now on what lies in it belongs to the base. Raises InputMissing, UsageError."""
        place = absolute(folder)
        try:
            if not os.path.isdir(place):  # noqa: PTH112 - names with lone surrogates stay as they are
                what = "is a file" if os.path.exists(place) else "does not exist"  # noqa: PTH110
                raise InputMissing(f"The folder {readable_name(place)} {what}.", hint="Name a folder.")
            os.scandir(place).close()
        except OSError as error:
            raise InputMissing(
                f"The folder {readable_name(place)} can't be looked into: {error.strerror or error}.",
                hint="Check its rights.",
            ) from error
        own = absolute(self._folder)
        if place == own or own.startswith(place.rstrip("/") + "/") or place.startswith(own + "/"):
            raise UsageError(
                f"The folder {readable_name(place)} holds the bases themselves.", hint="Name another folder."
            )
        with self.opened(owner, name) as base:
            put_folders(base.store, [*base.folders, place])

    def remove_folders(self, owner: str, name: str, folders: Sequence[Path]) -> int:
        """Forgets what was read of them; answers how many files. Raises NotFound for one it doesn't have."""
        with self.opened(owner, name) as base:
            places = [absolute(folder) for folder in folders]
            for place in places:
                if place not in base.folders:
                    raise NotFound(
                        f"{readable_name(place)} is no folder of base {name!r}.",
                        hint=f"It has: {', '.join(map(readable_name, base.folders)) or 'none'}.",
                    )
            put_folders(base.store, [folder for folder in base.folders if folder not in places])
            gone = [record.path for place in places for record in base.store.files(place)]
            base.store.remove_files(gone)
            return len(gone)

    # --- kept up

    def look(
        self,
        owner: str,
        name: str,
        *,
        on_progress: OnProgress = _ignore,
        on_note: Callable[[str], None] = _log_note,
        stop: Callable[[], bool] = _never,
        embed_anew: bool = False,
    ) -> IngestResult:
        """Reads what is new or has changed in the folders of the base, and forgets what is gone.

        While another program does so, ``on_note`` is told and it is waited for. Raises as Ingest.run does,
        and UsageError where the vectors are of another model and ``embed_anew`` is not asked for.
        """
        with self.opened(owner, name) as base:
            return self._ingest(base, owner, on_progress, on_note, stop, anew=embed_anew).run()

    def watch(
        self,
        owner: str,
        name: str,
        *,
        on_change: Callable[[IngestResult], None],
        on_note: Callable[[str], None] = _log_note,
        stop: Callable[[], bool],
    ) -> None:
        """Follows the folders of the base until ``stop()`` turns true. Raises as ``look`` does."""
        with self.opened(owner, name) as base:
            ingest = self._ingest(base, owner, _ignore, on_note, stop)
            Watch(base.store, ingest, stop=stop, on_change=on_change, on_note=on_note).run()

    def _ingest(
        self,
        base: OpenBase,
        owner: str,
        on_progress: OnProgress,
        on_note: Callable[[str], None],
        stop: Callable[[], bool],
        *,
        anew: bool = False,
    ) -> Ingest:
        embedder: Embedder | None = None
        try:
            embedder = self.embedder()
        except (MissingPiece, EngineError) as error:
            if anew:
                raise
            on_note(f"Words are found, meaning is not: {error}")
        if embedder is not None:
            if anew:
                embed_anew(base.store, embedder)
            require_same_embedder(base.store, embedder, base.name)
        tools = IngestTools(self.tools.reader_for, self.tools.make_chunks, embedder, self.tools.cores())
        place = self._folder / self._registry.find(owner, base.name) / "ingest.lock"
        waiting = _SayOnce(on_note, base.name, stop)
        return Ingest(
            base.store, tools, on_progress=on_progress, stop=stop, lock=lambda: exclusive_lock(place, waiting)
        )

    def embedder(self) -> Embedder:
        """The model of the settings, loaded once. Raises MissingPiece and what else loading it raises."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self.tools.open_embedder()
            return self._embedder

    # --- backups

    def backup(self, owner: str, name: str, target: Path) -> int:
        """The base as one file; answers its size in bytes. Raises OutputFailed, UsageError."""
        with self.opened(owner, name) as base:
            return self._place.backup(base.store, target)

    def restore(self, owner: str, name: str, source: Path) -> None:
        """A new base from a backup, with the folders it had.

        Raises DamagedInput, InputMissing, OutputFailed, and UsageError for a name in use.
        """
        if checked_name(name) in self._registry.names(owner):
            raise name_in_use(name)
        self._place.sweep()
        self._place.restore(source, lambda put: self._registry.add(owner, name, put))

    def _close_some(self) -> None:
        idle = [base_id for base_id, held in self._open.items() if held.users == 0]
        for base_id in idle[: max(0, len(self._open) - MAX_OPEN)]:
            self._open.pop(base_id).base.store.close()


class _SayOnce:
    """Tells a person that another program is at work on the base."""

    def __init__(self, on_note: Callable[[str], None], name: str, stop: Callable[[], bool]) -> None:
        self._on_note = on_note
        self._stop = stop
        self._name = name
        self._said: set[str] = set()

    def __call__(self, owner: str) -> None:
        if owner not in self._said:
            self._said.add(owner)
            self._on_note(f"Process {owner} is reading into base {self._name!r}; waiting for it.")
        if self._stop():
            raise Cancelled("Waiting for the other program was stopped.", hint="Nothing was changed.")
