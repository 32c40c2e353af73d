"""What the routes and the page need of the bases on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Retriever
from open_autoglm.knowledge.store.base_store import BaseStore


class KeptBase(Protocol):
    """One base, open for as long as its block runs."""

    @property
    def store(self) -> BaseStore: ...

    @property
    def retriever(self) -> Retriever: ...

    @property
    def embedder(self) -> Embedder | None:
        """None where the base has no vectors, or their model is not here."""
        ...

    @property
    def folders(self) -> Sequence[str]:
        """Absolute, with ``/``: whatever lies in them belongs to the base."""
        ...


class KeptBases(Protocol):
    """The bases of all owners. Safe to use from any thread."""

    def names(self, owner: str) -> Sequence[str]: ...

    def owned(self) -> Sequence[tuple[str, str]]:
        """Owner and name of every base."""
        ...

    def create(self, owner: str, name: str) -> None:
        """Raises UsageError for a name that is no name or is in use."""
        ...

    def remove(self, owner: str, name: str) -> None:
        """With all that is kept of it; the folders stay. Raises NotFound."""
        ...

    def opened(self, owner: str, name: str) -> AbstractContextManager[KeptBase]:
        """Raises NotFound for one that ``owner`` does not have, whoever else has it."""
        ...

    def add_folder(self, owner: str, name: str, folder: Path) -> None:
        """From now on what lies in it belongs to the base. Raises InputMissing."""
        ...

    def look(self, owner: str, name: str, *, stop: Callable[[], bool]) -> object:
        """Reads what is new or has changed in the folders of the base, and forgets what is gone.

        Raises Cancelled when ``stop()`` turns true.
        """
        ...

    def watch(
        self, owner: str, name: str, *, on_change: Callable[[object], None], stop: Callable[[], bool]
    ) -> None:
        """Follows the folders of the base until ``stop()`` turns true."""
        ...

    def close(self) -> None:
        """Safe to call twice; no base may be in use."""
        ...
