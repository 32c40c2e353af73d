"""A long-lived command in the sandbox that is spoken to in lines."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import IO, cast

from open_autoglm.code.sandbox.confined import Confined
from open_autoglm.code.sandbox.line_queue import LineQueue
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.running import Running


class Conversation:
    """Made by ``Sandbox.open``."""

    def __init__(
        self, confined: Confined, running: Running, lines: LineQueue, is_stopped: Callable[[], bool]
    ) -> None:
        self._confined = confined
        self._running = running
        self._lines = lines
        self._is_stopped = is_stopped
        self._outcome: RunOutcome | None = None
        self._failure: BaseException | None = None
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def send(self, line: bytes) -> None:
        """One line without its end. To a command that has ended it goes nowhere: ``receive`` tells."""
        stream = cast(IO[bytes], self._confined.process.stdin)
        with contextlib.suppress(OSError, ValueError):
            stream.write(line + b"\n")
            stream.flush()

    def receive(self, timeout_s: float) -> bytes | None:
        """The next line of its standard output; None when none came in time or it has ended."""
        return self._lines.next_line(timeout_s)

    @property
    def has_ended(self) -> bool:
        return not self._watcher.is_alive()

    def outcome(self) -> RunOutcome:
        """Wait for the end; ``stdout`` is empty, since its lines were received. Raises as ``Sandbox.run``."""
        self._watcher.join()
        if self._failure is not None:
            raise self._failure
        return cast(RunOutcome, self._outcome)

    def close(self) -> None:
        """End it now, if it hasn't ended."""
        if not self.has_ended:
            self._running.end("cancelled")
        self._watcher.join()

    def _watch(self) -> None:
        try:
            self._outcome = self._running.outcome(self._is_stopped)
        except BaseException as error:  # noqa: BLE001 - raised again where the outcome is asked for
            self._failure = error
        finally:
            self._lines.end()
