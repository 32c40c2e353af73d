"""A synchronous face of an engine, for tasks and the command line.

The engine runs in an event loop on a thread of its own; calls wait for it in short steps, so that
Ctrl-C is noticed on every system, and cancel what they started when they are interrupted.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, aclosing, nullcontext
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

from open_autoglm.engine.base import Capabilities, Engine
from open_autoglm.errors import Cancelled, EngineUnavailable
from open_autoglm.values import ChatRequest, Completion, EngineRequest, StreamEvent

T = TypeVar("T")

WAIT_STEP_S = 0.2
LOOK_AHEAD = 2  # requests per slot that map_chat takes from its input before the first is answered


class AnsweringModel(Protocol):
    """What a task that asks questions needs of a model; a BlockingEngine is one."""

    @property
    def capabilities(self) -> Capabilities: ...

    def chat(self, request: ChatRequest) -> Completion: ...

    def stream(self, request: ChatRequest) -> Generator[StreamEvent, None, None]: ...


class BlockingEngine:
    """``with BlockingEngine(engine) as model:`` opens the engine and closes it at the end.

    ``portal`` leads into a loop that runs already, in another thread than the caller's; without it one
    is started. Methods may be called from several threads. ``cancel`` ends all that is under way.
    """

    def __init__(self, engine: Engine, portal: BlockingPortal | None = None) -> None:
        self._engine = engine
        self._portal: BlockingPortal | None = None
        self._portal_manager: AbstractContextManager[BlockingPortal] = (
            start_blocking_portal() if portal is None else nullcontext(portal)
        )
        self._under_way: set[Future[Any]] = set()
        self._lock = threading.RLock()  # a signal handler may call cancel in the thread that holds it
        self._cancelled = threading.Event()

    def __enter__(self) -> Self:
        self._portal = self._portal_manager.__enter__()
        try:
            self._call(self._engine.open)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        portal, self._portal = self._portal, None
        if portal is None:
            return
        try:
            portal.call(self._engine.close)
        finally:
            self._portal_manager.__exit__(None, None, None)

    @property
    def model(self) -> str:
        return self._engine.model

    @property
    def capabilities(self) -> Capabilities:
        return self._engine.capabilities

    def chat(self, request: EngineRequest) -> Completion:
        """The whole answer. Raises what the engine raises, and Cancelled after ``cancel``."""
        return self._call(self._engine.chat, request)

    def count_tokens(self, request: EngineRequest) -> int:
        return self._call(self._engine.count_tokens, request)

    def stream(self, request: EngineRequest) -> Generator[StreamEvent, None, None]:
        """The answer piece by piece; closing the generator cancels the rest of it."""
        events: queue.SimpleQueue[StreamEvent | None] = queue.SimpleQueue()

        async def pump() -> None:
            generator: AsyncGenerator[StreamEvent, None] = self._engine.stream(request)
            async with aclosing(generator) as pieces:
                async for event in pieces:
                    events.put(event)

        future = self._begin(pump)
        future.add_done_callback(lambda _: events.put(None))
        try:
            while (event := self._next(events)) is not None:
                yield event
            self._result(future)
        finally:
            future.cancel()

    def map_chat(self, requests: Iterable[EngineRequest]) -> Iterator[Completion]:
        """Answers in the order of the requests, as many at once as the engine has slots.

        Requests are taken from the iterable as slots become free. The first failure is raised in
        its place in the order; what was still under way is then cancelled.
        """
        slots = self.capabilities.slots
        limiter = self._call(_capacity_limiter, slots)

        async def answer(request: EngineRequest) -> Completion:
            async with limiter:
                return await self._engine.chat(request)

        waiting = iter(requests)
        ahead: deque[Future[Completion]] = deque()
        try:
            while True:
                while len(ahead) < slots * LOOK_AHEAD and (request := next(waiting, None)) is not None:
                    ahead.append(self._begin(answer, request))
                if not ahead:
                    return
                yield self._result(ahead[0])
                ahead.popleft()
        finally:
            for future in ahead:
                future.cancel()

    def cancel(self) -> None:
        """End everything under way, from any thread or a signal handler; later calls raise Cancelled."""
        self._cancelled.set()
        with self._lock:
            under_way = list(self._under_way)
        for future in under_way:
            future.cancel()

    def _call(self, function: Callable[..., Awaitable[T]], *arguments: object) -> T:
        return self._result(self._begin(function, *arguments))

    def _begin(self, function: Callable[..., Awaitable[T]], *arguments: object) -> Future[T]:
        if self._cancelled.is_set():
            raise Cancelled("The work was cancelled.")
        if self._portal is None:
            raise EngineUnavailable(f"The engine of model {self._engine.model!r} is not open.")
        future: Future[T] = self._portal.start_task_soon(function, *arguments)
        with self._lock:
            self._under_way.add(future)
        future.add_done_callback(self._forget)
        if self._cancelled.is_set():  # it came between the look above and the line before
            future.cancel()
        return future

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._under_way.discard(future)

    def _result(self, future: Future[T]) -> T:
        """Wait in steps: a wait without a limit can't be interrupted by Ctrl-C on Windows."""
        try:
            while True:
                try:
                    return future.result(timeout=WAIT_STEP_S)
                except TimeoutError:
                    if future.done():
                        return future.result()
        except CancelledError as error:
            raise Cancelled("The work was cancelled.") from error
        finally:
            future.cancel()

    def _next(self, events: queue.SimpleQueue[StreamEvent | None]) -> StreamEvent | None:
        while True:
            try:
                return events.get(timeout=WAIT_STEP_S)
            except queue.Empty:
                if self._cancelled.is_set():
                    raise Cancelled("The work was cancelled.") from None


async def _capacity_limiter(slots: int) -> anyio.CapacityLimiter:
    """Made in the loop that will use it."""
    return anyio.CapacityLimiter(slots)
