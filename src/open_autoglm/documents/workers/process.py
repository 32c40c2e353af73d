"""One worker process seen from the program: given files and pages, and timed."""

from __future__ import annotations

import time
from queue import SimpleQueue

from open_autoglm.child_process import ChildProcess
from open_autoglm.documents.limits import MAX_PAGE_MESSAGE_BYTES
from open_autoglm.documents.workers.messages import (
    Answer,
    Command,
    DrawPage,
    OpenFile,
    ReadPage,
    Setup,
    answer_from,
    encoded,
)

START_LIMIT_S = 60.0
"""Loading the worker's code takes half a second; a cold disk or a busy machine much longer."""


class WorkerProcess:
    """A child that reads one page at a time. What it says arrives in ``events`` as (worker, answer).

    The answer is None once, when the process has ended, whatever the reason.
    """

    def __init__(self, setup: Setup, events: SimpleQueue[tuple[WorkerProcess, Answer | None]]) -> None:
        self.setup = setup
        self.task: Command = setup
        self.ready = False
        self._deadline = time.monotonic() + START_LIMIT_S
        self._child = ChildProcess(
            "open_autoglm.documents.workers.worker",
            on_message=lambda body: events.put((self, answer_from(body))),
            on_end=lambda: events.put((self, None)),
            max_message_bytes=MAX_PAGE_MESSAGE_BYTES,
        )
        self._child.send(encoded(setup))

    @property
    def pid(self) -> int:
        return self._child.pid

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
        return self._child.last_words

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        return self._child.ending

    def give(self, command: OpenFile | ReadPage | DrawPage) -> None:
        """Hand over the next piece of work; its time starts now."""
        self.task = command
        self.ready = False
        self._deadline = time.monotonic() + self.setup.time_limit_s
        self._child.send(encoded(command))

    def resident_bytes(self) -> int:
        """Memory the process holds now; 0 when it has ended."""
        return self._child.resident_bytes()

    def stop(self) -> None:
        """End the process now and forget what it still says. Safe to call twice."""
        self._child.stop()
