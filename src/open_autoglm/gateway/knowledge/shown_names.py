"""Files of a base as a person is shown them, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from open_autoglm.errors import NotFound
from open_autoglm.knowledge.ingest.folder_walk import path_of_readable, readable_name
from open_autoglm.knowledge.store.base_store import BaseStore, Filters

UPLOADS = "uploads"
"""The folder of what came over HTTP; its name is not shown."""


class ShownNames:
    """The path of a file within the folder that brought it into the base, with that folder's name.

    Always text that can be written: bytes of no encoding are shown as ``\\xff``.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = sorted((folder.rstrip("/") for folder in folders), key=len, reverse=True)

    def of(self, path: str) -> str:
        for folder in self._folders:
            if path.startswith(f"{folder}/"):
                inside = path[len(folder) + 1 :]
                name = PurePosixPath(folder).name
                return readable_name(inside if name == UPLOADS else f"{name}/{inside}")
        return readable_name(PurePosixPath(path).name)

    def filters(self, shown: str, store: BaseStore) -> Filters | None:
        """What lies in a folder or a file with that name; None for an empty one. Raises NotFound."""
        if not shown:
            return None
        path = self._path_of(shown) or next(
            (one.path for one in store.files() if self.of(one.path) == shown), None
        )
        if path is None:
            raise NotFound(
                f"The base has no folder or file {shown[:200]!r}.", hint="Its list of files has the names."
            )
        return Filters(folder=path)

    def _path_of(self, shown: str) -> str | None:
        first, _, rest = path_of_readable(shown).strip("/").partition("/")
        for folder in self._folders:
            if PurePosixPath(folder).name == first:
                return f"{folder}/{rest}".rstrip("/")
        return None
