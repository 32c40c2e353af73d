"""Stands where no store of bases is opened: there are none, and none can be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from open_autoglm.errors import MissingPiece, NotFound
from open_autoglm.gateway.knowledge.kept import KeptBase


class NoBases:
    """Fulfils KeptBases."""

    def names(self, owner: str) -> Sequence[str]:
        del owner
        return ()

    def create(self, owner: str, name: str) -> None:
        del owner
        raise MissingPiece(f"Base {name!r} can't be made: this server keeps no knowledge bases.")

    def remove(self, owner: str, name: str) -> None:
        raise self._none(owner, name)

    def opened(self, owner: str, name: str) -> AbstractContextManager[KeptBase]:
        raise self._none(owner, name)

    def add_folder(self, owner: str, name: str, folder: Path) -> None:
        del folder
        raise self._none(owner, name)

    def look(self, owner: str, name: str, *, stop: Callable[[], bool]) -> None:
        """There is nothing to look at."""

    def watch(
        self, owner: str, name: str, *, on_change: Callable[[object], None], stop: Callable[[], bool]
    ) -> None:
        """Nor to follow."""

    def _none(self, owner: str, name: str) -> NotFound:
        del owner
        return NotFound(f"There is no knowledge base {name!r}.")
