"""One writer at a time: a lock that the operating system itself frees when its owner dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from open_autoglm.errors import OutputFailed

POLL_S = 0.2
_LOCKED_BYTE = 1 << 20
"""Windows locks are mandatory, so the locked byte lies beyond the owner's number, which stays readable."""


@contextmanager
def exclusive_lock(path: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock file at ``path``. While another process holds it, ``on_wait`` is told which.

    The file stays behind, empty of meaning: removing it would let two owners hold different files.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise OutputFailed(
            f"The lock file {path} can't be made: {error.strerror or error}.",
            hint="Choose a folder that can be written with --data-dir.",
        ) from error
    try:
        while not _try_lock(descriptor):
            on_wait(_owner(descriptor))
            time.sleep(POLL_S)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid():<20}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _owner(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 20).decode("ascii", errors="replace").strip()
    return text if text.isdigit() else "unknown"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
