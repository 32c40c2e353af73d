"""What a stream said, up to a bound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import IO

_READ_AT_ONCE = 65_536

Receive = Callable[[bytes], bool]
"""Takes a part of a stream; False when it is too much."""


class Collected:
    """The beginning of a stream; what is over the bound is dropped."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def is_cut(self) -> bool:
        return self._size > self._max_bytes

    def receive(self, part: bytes) -> bool:
        kept = max(0, self._max_bytes - self._size)
        if kept:
            self._parts.append(part[:kept])
        self._size += len(part)
        return not self.is_cut

    def text(self) -> str:
        return b"".join(self._parts).decode("utf-8", "replace").replace("\r\n", "\n")


def read_in_thread(
    stream: IO[bytes], receive: Receive, *, on_flood: Callable[[], None], on_end: Callable[[], None]
) -> threading.Thread:
    """Read to the end whatever comes, so that nobody waits for a full pipe; tell once when it is too much."""

    def read() -> None:
        told = False
        try:
            while part := stream.read1(_READ_AT_ONCE):  # type: ignore[attr-defined]
                if not receive(part) and not told:
                    told = True
                    on_flood()
        except (OSError, ValueError):
            pass  # closed under us: the same as its end
        finally:
            on_end()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
