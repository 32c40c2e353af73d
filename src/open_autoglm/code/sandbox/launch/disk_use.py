"""Bytes that a run has written, bounded without walking through its folders at every look."""

from __future__ import annotations

import os
import time

_ENTRY_BYTES = 1024
"""What a file costs beside its content, so that a million empty ones aren't free."""
_BLOCK = 512
_UNREADABLE_BYTES = 1 << 50
"""A folder that was made unreadable during the run counts as full; one that was so before changes nothing."""
_REST = 20
"""Walks take one twentieth of the time at most."""


class DiskUse:
    """Walks when the file system has lost as much as may be written, and now and then."""

    def __init__(self, folders: list[str], limit: int) -> None:
        self._folders = folders
        self._limit = limit
        self._free_before = self._free()
        began = time.monotonic()
        self._used_before = bytes_below(folders)
        self._next_walk = self._after_rest(began)

    def is_over(self, pids: list[int]) -> bool:
        """``pids`` may hold files open that have no name any more."""
        now = time.monotonic()
        in_hurry = self._free_before - self._free() > self._limit
        if now < self._next_walk - (0 if not in_hurry else _HURRY_S):
            return False
        used = bytes_below(self._folders) + _nameless_bytes(pids)
        self._next_walk = self._after_rest(now)
        return used - self._used_before > self._limit

    def _after_rest(self, began: float) -> float:
        now = time.monotonic()
        return now + max(_HURRY_S, (now - began) * _REST)

    def _free(self) -> int:
        total = 0
        for folder in self._folders:
            found = os.statvfs(folder)
            total += found.f_bfree * found.f_frsize + found.f_ffree * _ENTRY_BYTES
        return total


_HURRY_S = 0.5


def bytes_below(folders: list[str]) -> int:
    total = 0
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    total += _ENTRY_BYTES + entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except PermissionError:
            total += _UNREADABLE_BYTES
        except OSError:
            continue  # it went away meanwhile
    return total


def _nameless_bytes(pids: list[int]) -> int:
    """Files that were removed while they are open: they take room until their process ends."""
    found: dict[tuple[int, int], int] = {}
    for pid in pids:
        try:
            for name in os.listdir(f"/proc/{pid}/fd"):
                status = os.stat(f"/proc/{pid}/fd/{name}")
                if status.st_nlink == 0:
                    found[status.st_dev, status.st_ino] = status.st_blocks * _BLOCK
        except OSError:
            continue
    return sum(found.values())
