"""A wish to stop, set by one thread and heeded by others."""

from __future__ import annotations

import threading
from collections.abc import Callable


class StopSignal:
    """Calling it tells whether to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._on_stop: list[Callable[[], None]] = []

    def __call__(self) -> bool:
        return self._event.is_set()

    def on_stop(self, function: Callable[[], None]) -> None:
        """Have ``function`` called when it is set, by whoever sets it; at once when it is set already.

        It may be called twice where both happen in the same moment.
        """
        self._on_stop.append(function)
        if self():
            function()

    def stop(self) -> None:
        """Safe to call twice, and from a signal handler."""
        if not self():
            self._event.set()
            for function in list(self._on_stop):
                function()
