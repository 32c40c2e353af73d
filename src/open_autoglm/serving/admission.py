"""Who may use a model's slots, and when: a bounded queue with two classes."""

from __future__ import annotations

import copy
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from open_autoglm.errors import OpenAutoGLMError, QueueFull
from open_autoglm.serving.request import Priority

BATCH_AFTER = 8
"""Interactive requests that may pass a waiting batch request before it has its turn."""
FIRST_GUESS_S = 5.0
"""How long an answer takes, before the first one was measured."""
NEWEST_WEIGHT = 0.2
"""Of the latest answer in the mean of the time that answers take."""
LONGEST_RETRY_S = 300


class AdmissionQueue:
    """The places of one model. Interactive requests go before batch, each class in order of arrival.

    Batch requests leave one place to the others where there are several, so that a person never waits
    for the end of a document. All methods belong to one event loop; nothing polls.
    """

    def __init__(
        self, model: str, slots: int, limit: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._slots = slots
        self._limit = limit
        self._clock = clock
        self._busy: dict[Priority, int] = {"interactive": 0, "batch": 0}
        self._waiting: dict[Priority, deque[_Waiter]] = {"interactive": deque(), "batch": deque()}
        self._passed_batch = 0
        self._mean_s: float | None = None

    @property
    def slots(self) -> int:
        return self._slots

    @property
    def busy(self) -> int:
        return sum(self._busy.values())

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def place(self, priority: Priority) -> AsyncIterator[None]:
        """Wait for a place and hold it until the block ends. Raises QueueFull without waiting."""
        await self._take(priority)
        began = self._clock()
        try:
            yield
        finally:
            self._measured(self._clock() - began)
            self._give_back(priority)

    def resize(self, slots: int) -> None:
        """The model has this many slots now, as a load has shown."""
        self._slots = slots
        self._admit()

    def dismiss(self, error: OpenAutoGLMError) -> None:
        """Fail all who wait: the model they wait for can't be had."""
        for waiting in self._waiting.values():
            while waiting:
                waiting.popleft().dismiss(error)

    async def _take(self, priority: Priority) -> None:
        if self._has_room(priority):  # then nobody of this class waits, or it would have the place
            self._busy[priority] += 1
            return
        if self.waiting >= self._limit:
            raise QueueFull(
                f"As many requests wait for model {self._model!r} as may wait: {self.waiting}.",
                hint="Send the request again later, or raise queue_limit.",
                retry_after_s=self._retry_after_s(),
            )
        waiter = _Waiter()
        self._waiting[priority].append(waiter)
        try:
            await waiter.called.wait()
        except BaseException:  # a cancelled one may have been called in this very moment
            if not waiter.called.is_set():
                self._waiting[priority].remove(waiter)
            elif waiter.error is None:
                self._give_back(priority)
            raise
        if waiter.error is not None:
            raise copy.copy(waiter.error) from waiter.error

    def _give_back(self, priority: Priority) -> None:
        self._busy[priority] -= 1
        self._admit()

    def _admit(self) -> None:
        """Give every free place to whose turn it is."""
        while (priority := self._next()) is not None:
            overtakes = priority == "interactive" and bool(self._waiting["batch"])
            self._passed_batch = self._passed_batch + 1 if overtakes else 0
            self._busy[priority] += 1
            self._waiting[priority].popleft().called.set()

    def _next(self) -> Priority | None:
        order: tuple[Priority, Priority] = ("interactive", "batch")
        if self._passed_batch >= BATCH_AFTER:
            order = ("batch", "interactive")
        return next((each for each in order if self._waiting[each] and self._has_room(each)), None)

    def _has_room(self, priority: Priority) -> bool:
        if self.busy >= self._slots:
            return False
        return priority == "interactive" or self._busy["batch"] < max(1, self._slots - 1)

    def _measured(self, seconds: float) -> None:
        mean = seconds if self._mean_s is None else self._mean_s
        self._mean_s = mean + NEWEST_WEIGHT * (seconds - mean)

    def _retry_after_s(self) -> int:
        """Until one of those who wait has gone to its place; at least a second."""
        mean = FIRST_GUESS_S if self._mean_s is None else self._mean_s
        return min(LONGEST_RETRY_S, max(1, math.ceil(mean / self._slots)))


class _Waiter:
    """Called to its place, or, with an error, away."""

    def __init__(self) -> None:
        self.called = anyio.Event()
        self.error: OpenAutoGLMError | None = None

    def dismiss(self, error: OpenAutoGLMError) -> None:
        self.error = error
        self.called.set()
