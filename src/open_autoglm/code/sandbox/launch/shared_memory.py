"""Memory of several processes without counting twice what they share, as forked ones do."""

from __future__ import annotations

import os
import time

_READ_AT_ONCE = 4096
_PROPORTIONAL = b"Pss:"
_KILOBYTE = 1024
_REST = 10
"""The kernel walks through all pages to answer, so asking takes a tenth of the time at most."""


class SharedMemory:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._next_look = 0.0

    def is_over(self, pids: list[int]) -> bool:
        """Asked when the plain sum is. One that can't be looked into is not believed to share anything."""
        began = time.monotonic()
        if began < self._next_look:
            return False
        try:
            used = sum(_proportional_bytes(pid) for pid in pids)
        except (PermissionError, FileNotFoundError):
            return True
        now = time.monotonic()
        self._next_look = now + (now - began) * _REST
        return used > self._limit


def _proportional_bytes(pid: int) -> int:
    """Each page divided by the number of processes that share it; 0 for a process that has ended."""
    try:
        descriptor = os.open(f"/proc/{pid}/smaps_rollup", os.O_RDONLY)
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/stat"):
            raise  # a kernel before 4.14
        return 0
    try:
        for line in os.read(descriptor, _READ_AT_ONCE).splitlines():
            if line.startswith(_PROPORTIONAL):
                return int(line.split()[1]) * _KILOBYTE
    except ProcessLookupError:
        pass  # it ended while it was asked
    finally:
        os.close(descriptor)
    return 0
