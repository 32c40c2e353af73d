"""Where bases lie: each in a folder of this machine, or all on a Qdrant server."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from open_autoglm.errors import UsageError
from open_autoglm.knowledge.base_backup import read_backup, write_backup
from open_autoglm.knowledge.base_registry import BaseRegistry, SqliteRegistry, new_id
from open_autoglm.knowledge.store.base_store import BaseStore
from open_autoglm.knowledge.store.sqlite_store import FILE_NAME, SqliteStore

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

RESTORED = "restored-"
OLD_S = 86_400.0
ID_DIGITS = 32


class BasePlace(Protocol):
    """Stores by id, and the registry that gives the ids their names."""

    @property
    def registry(self) -> BaseRegistry: ...

    def open(self, base_id: str) -> BaseStore: ...

    def drop(self, base_id: str) -> None:
        """All that is kept of a base whose name is gone."""
        ...

    def sweep(self) -> None:
        """What a removal or a restore that was cut short left."""
        ...

    def backup(self, store: BaseStore, target: Path) -> int:
        """Size in bytes. Raises OutputFailed, UsageError."""
        ...

    def restore(self, source: Path, add: Callable[[Callable[[str], None]], object]) -> None:
        """``add`` registers the base and calls its argument with the new id. Raises as ``read_backup``."""
        ...

    def close(self) -> None: ...


class FolderPlace:
    """A folder for each base under ``folder``."""

    def __init__(self, folder: Path, threads: Callable[[], int]) -> None:
        self._folder = folder
        self._threads = threads
        self.registry: BaseRegistry = SqliteRegistry(folder)

    def open(self, base_id: str) -> BaseStore:
        return SqliteStore(self._folder / base_id, threads=self._threads())

    def drop(self, base_id: str) -> None:
        shutil.rmtree(self._folder / base_id, ignore_errors=True)  # what is left is swept later

    def sweep(self) -> None:
        known = self.registry.ids()
        for folder in self._folder.iterdir():
            forgotten = _is_id(folder.name) and folder.name not in known
            unfinished = folder.name.startswith(RESTORED) and _is_old(folder)
            if folder.is_dir() and (forgotten or unfinished):
                shutil.rmtree(folder, ignore_errors=True)

    def backup(self, store: BaseStore, target: Path) -> int:
        if not isinstance(store, SqliteStore):
            raise TypeError(f"{type(store).__name__} is no store of a folder")
        with store.reading() as database:
            return write_backup(database, target)

    def restore(self, source: Path, add: Callable[[Callable[[str], None]], object]) -> None:
        prepared = self._folder / f"{RESTORED}{new_id()}"
        read_backup(source, prepared, FILE_NAME)
        try:
            add(lambda made: os.replace(prepared, self._folder / made))  # noqa: PTH105 - answers nothing
        finally:
            shutil.rmtree(prepared, ignore_errors=True)

    def close(self) -> None:
        self.registry.close()


class QdrantPlace:
    """All bases on one server; every machine that names it sees them."""

    def __init__(self, client: QdrantClient) -> None:
        from open_autoglm.knowledge.qdrant_registry import QdrantRegistry

        self._client = client
        self.registry: BaseRegistry = QdrantRegistry(client)

    def open(self, base_id: str) -> BaseStore:
        from open_autoglm.knowledge.store.qdrant_store import QdrantStore

        return QdrantStore(self._client, base_id, owns_client=False)

    def drop(self, base_id: str) -> None:
        from open_autoglm.knowledge.store.qdrant_store import QdrantStore

        QdrantStore(self._client, base_id, owns_client=False).drop()

    def sweep(self) -> None:
        """Nothing: another machine may be about to name what has no name yet."""

    def backup(self, store: BaseStore, target: Path) -> int:
        del store
        raise UsageError(
            f"{target.name} was not written: this base lies on a Qdrant server.",
            hint="Back it up there, by snapshots: https://qdrant.tech/documentation/concepts/snapshots",
        )

    def restore(self, source: Path, add: Callable[[Callable[[str], None]], object]) -> None:
        del add
        raise UsageError(
            f"{source.name} was not restored: bases lie on a Qdrant server.",
            hint="Leave the setting store empty to restore it on this machine.",
        )

    def close(self) -> None:
        self._client.close()


def _is_id(name: str) -> bool:
    return len(name) == ID_DIGITS and set(name) <= set("0123456789abcdef")


def _is_old(folder: Path) -> bool:
    """Whether no restore can still be at work in it."""
    try:
        return time.time() - folder.stat().st_mtime > OLD_S
    except OSError:
        return False
