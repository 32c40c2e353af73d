"""Spreads the pages of one file over worker processes and replaces workers that fail."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType

from open_autoglm.documents.model import Page
from open_autoglm.documents.workers.messages import (
    Answer,
    DrawPage,
    Failed,
    Opened,
    OpenFile,
    PageDrawn,
    PageRead,
    ReadPage,
    Setup,
    Started,
)
from open_autoglm.documents.workers.process import WorkerProcess
from open_autoglm.errors import DamagedInput, LimitExceeded, OpenAutoGLMError

POLL_S = 0.1
"""How often cancellation, deadlines and memory are looked at."""

MAX_LOST_IN_A_ROW = 5
"""Workers lost one after the other, with no page read between, before the rest is given up."""

START_COST_S = 1.0
"""Another worker is started only where it saves more than it takes to start."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """``cores`` is what all workers together may use; none of them gets more than its share."""

    opener: str
    workers: int
    cores: int
    time_limit_s: float
    memory_bytes: int


class PagePool:
    """Workers that all read one file, and then maybe another. As a context manager it ends every worker."""

    def __init__(self, file: OpenFile, name: str, options: PoolOptions, check: Callable[[], None]) -> None:
        """``check`` is called at least every 0.1 s while waiting and raises to stop."""
        self._file = file
        self._name = name
        self._options = options
        self._check = check
        self._events: SimpleQueue[tuple[WorkerProcess, Answer | None]] = SimpleQueue()
        self._workers: list[WorkerProcess] = []
        self._waiting: deque[int] = deque()
        self._lost_in_a_row = 0
        self._next_look = 0.0

    def __enter__(self) -> PagePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every worker. Safe to call twice."""
        while self._workers:
            self._workers.pop().stop()

    @contextmanager
    def checked_by(self, check: Callable[[], None]) -> Iterator[None]:
        """``check`` is the one that is called while the block waits."""
        before, self._check = self._check, check
        try:
            yield
        finally:
            self._check = before

    def turn_to(self, file: OpenFile, name: str) -> None:
        """From now on ``file`` is read: one worker that has nothing to do stays, all others end."""
        self._file = file
        self._name = name
        self._waiting.clear()
        self._lost_in_a_row = 0
        idle = next((worker for worker in self._workers if worker.ready), None)
        for worker in [one for one in self._workers if one is not idle]:
            self._remove(worker)

    def open(self) -> Opened:
        """Open the file in the first worker, which is started where there is none.

        Raises the one error that says why not.
        """
        if self._workers:
            self._workers[0].give(self._file)
        else:
            self._start_worker()
        while True:
            worker, answer = self._next_event()
            if isinstance(answer, Started):
                worker.give(self._file)
            elif isinstance(answer, Opened):
                worker.ready = True
                return answer
            elif isinstance(answer, OpenAutoGLMError):
                raise answer
            elif isinstance(answer, Failed):
                worker.ready = not answer.out_of_memory
                raise answer.as_error()

    def read(self, numbers: Sequence[int]) -> Iterator[Page]:
        """The pages in the order they are finished. A page that fails comes with its ``error``."""
        self._waiting = deque(numbers)
        # A single page gets all cores; many pages are read side by side, which wastes less.
        threads = max(1, self._options.cores // max(1, min(self._options.workers, len(numbers))))
        started = time.monotonic()
        finished = 0
        while self._waiting or any(worker.page for worker in self._workers):
            for worker in self._workers:
                if worker.ready and self._waiting:
                    worker.give(ReadPage(number=self._waiting.popleft(), threads=threads))
            worker, answer = self._next_event()
            for page in self._pages_from(worker, answer):
                finished += 1
                yield page
            if finished:
                self._grow((time.monotonic() - started) / finished)

    def draw(self, number: int, rotation: int, dpi: float) -> bytes | None:
        """JPEG of an upright page; None where the format has no drawn pages. Raises what prevents it."""
        if not self._workers:
            self.open()
        worker = self._workers[0]
        worker.give(DrawPage(number=number, rotation=rotation, dpi=dpi))
        while True:
            worker, answer = self._next_event()
            if isinstance(answer, PageDrawn):
                worker.ready = True
                return answer.jpeg
            if isinstance(answer, Failed | OpenAutoGLMError):
                self._remove(worker)
                raise answer.as_error() if isinstance(answer, Failed) else answer

    def _pages_from(self, worker: WorkerProcess, answer: Answer | OpenAutoGLMError) -> Iterator[Page]:
        number = worker.page
        if isinstance(answer, Started):
            worker.give(self._file)
            return
        worker.ready = True
        if isinstance(answer, PageRead):
            self._lost_in_a_row = 0
            yield answer.page
            return
        if isinstance(answer, Opened | PageDrawn):
            return
        lost = isinstance(answer, OpenAutoGLMError) or answer.out_of_memory
        error = answer.as_error() if isinstance(answer, Failed) else answer
        if number is not None:
            yield failed_page(number, error)
        if lost or number is None:
            yield from self._replace(worker, error)

    def _replace(self, worker: WorkerProcess, error: OpenAutoGLMError) -> Iterator[Page]:
        """End ``worker``; start another unless too many were lost: then the rest fails with the reason."""
        self._remove(worker)
        self._lost_in_a_row += 1
        if self._lost_in_a_row < MAX_LOST_IN_A_ROW:
            if self._waiting and not self._workers:
                self._start_worker()
            return
        reason = LimitExceeded(
            f"Not tried: {MAX_LOST_IN_A_ROW} attempts in a row failed before it, the last one because: "
            f"{error.message}"
        )
        while self._waiting:
            yield failed_page(self._waiting.popleft(), reason)

    def _next_event(self) -> tuple[WorkerProcess, Answer | OpenAutoGLMError]:
        """The next thing a worker says, or the error of a worker that was lost."""
        while True:
            self._check()
            lost = self._lost_to_limits()
            if lost is not None:
                return lost
            try:
                worker, answer = self._events.get(timeout=POLL_S)
            except Empty:
                continue
            if worker not in self._workers:
                continue  # the last words of one that was stopped
            if answer is None:
                _log.debug("document worker ended (%s): %s", worker.ending, worker.last_words)
                return worker, self._crash(worker)
            return worker, answer

    def _lost_to_limits(self) -> tuple[WorkerProcess, LimitExceeded] | None:
        """A worker over its time or memory; looked at ten times a second, not after every page."""
        now = time.monotonic()
        if now < self._next_look:
            return None
        self._next_look = now + POLL_S
        for worker in self._workers:
            error = self._over_limit(worker)
            if error is not None:
                return worker, error
        return None

    def _over_limit(self, worker: WorkerProcess) -> LimitExceeded | None:
        if worker.overdue:
            return LimitExceeded(
                f"{self._subject(worker)} took longer than {self._options.time_limit_s:g} s and was stopped.",
                hint="Raise the limit with --page-timeout-s.",
            )
        if worker.resident_bytes() > self._options.memory_bytes:
            return LimitExceeded(
                f"{self._subject(worker)} needs more than {self._options.memory_bytes >> 20:,} MB of memory.",
                hint="Raise the limit with --worker-memory-mb.",
            )
        return None

    def _crash(self, worker: WorkerProcess) -> DamagedInput:
        return DamagedInput(
            f"{self._subject(worker)} can't be read: its reader crashed ({worker.ending}).",
            hint="The file may be damaged; open it in the program that made it and save it again.",
        )

    def _subject(self, worker: WorkerProcess) -> str:
        return f"Page {worker.page} of {self._name}" if worker.page else self._name

    def _grow(self, seconds_a_page: float) -> None:
        """Start another worker where it would save more time than its own start takes."""
        if len(self._workers) >= self._options.workers or not all(w.page for w in self._workers):
            return
        saved = len(self._waiting) * seconds_a_page * (1 - len(self._workers) / (len(self._workers) + 1))
        if saved > START_COST_S:
            self._start_worker()

    def _start_worker(self) -> None:
        setup = Setup(
            opener=self._options.opener,
            memory_bytes=self._options.memory_bytes,
            time_limit_s=self._options.time_limit_s,
        )
        self._workers.append(WorkerProcess(setup, self._events))

    def _remove(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        worker.stop()


def failed_page(number: int, error: OpenAutoGLMError) -> Page:
    """A page that could not be read, with its reason; its size is unknown."""
    return Page(number=number, width=0.0, height=0.0, error=str(error))
