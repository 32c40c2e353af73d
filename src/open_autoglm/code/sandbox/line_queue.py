"""Lines that a long-lived process has written and nobody has read yet, bounded in bytes."""

from __future__ import annotations

import threading
import time


class LineQueue:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._waiting = bytearray()
        self._changed = threading.Condition()
        self._ended = False

    def receive(self, part: bytes) -> bool:
        """False when more waits than may: nobody reads, or a line has no end."""
        with self._changed:
            self._waiting += part
            self._changed.notify_all()
            return len(self._waiting) <= self._max_bytes

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def next_line(self, timeout_s: float) -> bytes | None:
        """Without its end; None when none came in time or the stream has ended."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while (end := self._waiting.find(b"\n")) < 0:
                remaining = until - time.monotonic()
                if self._ended or remaining <= 0:
                    return None
                self._changed.wait(remaining)
            line = bytes(self._waiting[:end])
            del self._waiting[: end + 1]
            return line
