"""Ctrl-C as a request to stop: work ends at its next safe place, what is finished is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from open_autoglm.stop_signal import StopSignal


class Interrupt(StopSignal):
    """Set by the first Ctrl-C; ``on_stop`` functions are called then, from the signal handler."""

    def __init__(self) -> None:
        super().__init__()
        self.heeded = False
        """Set by whoever asks this object from time to time; until then Ctrl-C ends the program at once."""


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Ctrl-C sets the Interrupt; a second one, or one that nobody would heed, raises KeyboardInterrupt."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may handle signals; its owner stops us through ``stop``.
        yield interrupt
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if interrupt() or not interrupt.heeded:
            raise KeyboardInterrupt
        interrupt.stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
