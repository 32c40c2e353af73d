"""A run from its start to its outcome: bounded in time and output, stopped on request."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import IO, cast

from open_autoglm.code.sandbox.bounded_output import Collected, Receive, read_in_thread
from open_autoglm.code.sandbox.confined import Confined
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.outcome import Ended, RunOutcome
from open_autoglm.code.sandbox.tree_watch import TreeWatch

_LOOK_S = 0.02
_LAST_WORDS_S = 2.0


class Running:
    """``receive`` takes standard output in place of the outcome's own ``stdout``."""

    def __init__(self, confined: Confined, limits: RunLimits, receive: Receive | None = None) -> None:
        self._confined = confined
        self._limits = limits
        self._began = time.monotonic()
        self._stdout = Collected(limits.output_bytes)
        self._stderr = Collected(limits.output_bytes)
        self._events: queue.SimpleQueue[Ended | None] = queue.SimpleQueue()
        self._tree = TreeWatch(confined.process.pid, limits)
        process = confined.process
        self._threads = [
            self._read(process.stdout, receive or self._stdout.receive),
            self._read(process.stderr, self._stderr.receive),
            self._in_thread(confined.wait_until_ended),
        ]

    def feed(self, data: bytes) -> None:
        """All of standard input, in a thread: the command may read it when it likes, or never."""

        def write() -> None:
            stream = cast(IO[bytes], self._confined.process.stdin)
            with contextlib.suppress(OSError, ValueError):
                stream.write(data)
            with contextlib.suppress(OSError, ValueError):
                stream.close()

        threading.Thread(target=write, daemon=True).start()

    def end(self, reason: Ended) -> None:
        """From any thread."""
        self._events.put(reason)

    def outcome(self, is_stopped: Callable[[], bool]) -> RunOutcome:
        """Wait for the end, or bring it about."""
        try:
            reason = self._wait(is_stopped)
        finally:
            self._confined.end()
            wall_s = time.monotonic() - self._began
            self._let_go()
        ended, code = self._confined.ending() if reason is None else (reason, None)
        return RunOutcome(
            ended=ended,
            exit_code=code,
            stdout=self._stdout.text(),
            stderr=self._stderr.text(),
            truncated=self._stdout.is_cut or self._stderr.is_cut,
            wall_s=wall_s,
            isolation=self._confined.isolation(),
        )

    def _wait(self, is_stopped: Callable[[], bool]) -> Ended | None:
        """Why the run must be ended; None when it has ended by itself."""
        open_threads = len(self._threads)
        until = self._began + self._limits.wall_s
        while open_threads:
            now = time.monotonic()
            if is_stopped():
                return "cancelled"
            if now >= until:
                return "timed_out"
            if not self._confined.watches_itself and (excess := self._tree.excess()):
                return excess
            try:
                reason = self._events.get(timeout=min(_LOOK_S, until - now))
            except queue.Empty:
                continue
            if reason is not None:
                return reason
            open_threads -= 1
        return None

    def _let_go(self) -> None:
        for thread in self._threads:
            thread.join(_LAST_WORDS_S)
        process = self._confined.process
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _read(self, stream: IO[bytes] | None, receive: Receive) -> threading.Thread:
        return read_in_thread(
            cast(IO[bytes], stream),
            receive,
            on_flood=lambda: self._events.put("output"),
            on_end=lambda: self._events.put(None),
        )

    def _in_thread(self, function: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                function()
            finally:
                self._events.put(None)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread
