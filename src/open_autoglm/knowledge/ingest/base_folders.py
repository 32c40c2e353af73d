"""The folders that belong to a base, as notes of its store; and whether one of them has vanished."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from open_autoglm.knowledge.store.base_store import BaseStore

FOLDERS_NOTE = "folders"
DEVICES_NOTE = "folder_devices"


def folders_of(store: BaseStore) -> tuple[str, ...]:
    """Absolute, with ``/``, in the order in which they were added."""
    return tuple(json.loads(store.note(FOLDERS_NOTE) or "[]"))


def put_folders(store: BaseStore, folders: Sequence[str]) -> None:
    """A folder within another one of the base is left out: what lies in it belongs to the base already."""
    kept = [
        folder for folder in dict.fromkeys(folders) if not any(_lies_in(folder, other) for other in folders)
    ]
    if tuple(kept) != folders_of(store):
        store.put_note(FOLDERS_NOTE, json.dumps(kept))


def why_vanished(store: BaseStore, folder: str) -> str | None:
    """Why what was read of the folder must stay; None where the folder is there.

    Where a disk is mounted, an empty folder of another device is left when the disk is gone.
    """
    try:
        device = os.stat(folder).st_dev  # noqa: PTH116 - names with lone surrogates stay as they are
        with os.scandir(folder) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return error.strerror or str(error)
    known = _devices(store).get(folder)
    if empty and known is not None and known != device:
        return "it is empty and lies on another disk than before"
    if known != device and not empty:
        store.put_note(DEVICES_NOTE, json.dumps({**_devices(store), folder: device}))
    return None


def _devices(store: BaseStore) -> Mapping[str, int]:
    devices: dict[str, int] = json.loads(store.note(DEVICES_NOTE) or "{}")
    return devices


def _lies_in(folder: str, other: str) -> bool:
    return folder.startswith(other.rstrip("/") + "/")
