"""One worker process seen from the program: started, spoken to, watched, stopped."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections import deque
from queue import SimpleQueue

import psutil

from open_autoglm.documents.workers.messages import (
    Answer,
    Command,
    DrawPage,
    OpenFile,
    ReadPage,
    Setup,
    receive_answer,
    send,
)

START_LIMIT_S = 60.0
"""Loading the worker's code takes half a second; a cold disk or a busy machine much longer."""

_LAST_WORDS = 20

_NEW_GROUP = 0x00000200
"""CREATE_NEW_PROCESS_GROUP, a name that ``subprocess`` has on Windows alone."""


class WorkerProcess:
    """A child that reads one page at a time. What it says arrives in ``events`` as (worker, answer).

    The answer is None once, when the process has ended, whatever the reason. Threads only carry bytes
    from pipes to queues, because waiting on several pipes at once is not portable.
    """

    def __init__(self, setup: Setup, events: SimpleQueue[tuple[WorkerProcess, Answer | None]]) -> None:
        self.setup = setup
        self.task: Command = setup
        self.ready = False
        self._events = events
        self._deadline = time.monotonic() + START_LIMIT_S
        self._last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process = subprocess.Popen(
            # -P: the working folder, full of other people's files, is no place to import from.
            [sys.executable, "-P", "-m", "open_autoglm.documents.workers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own: Ctrl-C in the terminal reaches the program only.
            start_new_session=sys.platform != "win32",
            creationflags=_NEW_GROUP if sys.platform == "win32" else 0,
        )
        self._watched = psutil.Process(self._process.pid)
        self._listeners = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._collect_last_words, daemon=True),
        ]
        for listener in self._listeners:
            listener.start()
        self._send(setup)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def page(self) -> int | None:
        """The page being read or drawn, if one is."""
        if self.ready or not isinstance(self.task, ReadPage | DrawPage):
            return None
        return self.task.number

    @property
    def overdue(self) -> bool:
        return not self.ready and time.monotonic() > self._deadline

    @property
    def last_words(self) -> str:
        """What the process last wrote to standard error, for the log."""
        return "\n".join(self._last_words)

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.poll()
        if code is None:
            return "it was stopped"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def give(self, command: OpenFile | ReadPage | DrawPage) -> None:
        """Hand over the next piece of work; its time starts now."""
        self.task = command
        self.ready = False
        self._deadline = time.monotonic() + self.setup.time_limit_s
        self._send(command)

    def resident_bytes(self) -> int:
        """Memory the process holds now; 0 when it has ended."""
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0

    def stop(self) -> None:
        """End the process now and forget what it still says. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        for listener in self._listeners:
            listener.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _send(self, command: Command) -> None:
        assert self._process.stdin is not None  # noqa: S101 - set by Popen, said for the type checker
        # A worker that has died meanwhile is reported by its listener.
        with contextlib.suppress(OSError, ValueError):
            send(self._process.stdin, command)  # type: ignore[arg-type]

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - as above
        with contextlib.suppress(ValueError, OSError):  # nonsense from the worker counts as its death
            while (answer := receive_answer(self._process.stdout)) is not None:  # type: ignore[arg-type]
                self._events.put((self, answer))
        self._process.kill()
        self._process.wait()
        self._events.put((self, None))

    def _collect_last_words(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - as above
        with contextlib.suppress(ValueError, OSError):
            while line := self._process.stderr.readline(1000):
                self._last_words.append(line.decode("utf-8", "replace").rstrip())
