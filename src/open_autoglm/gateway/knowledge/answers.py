"""A question to a base, answered as the service answers a request: a place in line, pieces, an end.

The task runs in a thread and asks its model through the service, so that a question stands in the same line
as a chat. Whoever reads the pieces needs not know that a base stood behind them.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.from_thread import BlockingPortal
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from open_autoglm.engine.base import SlotUse
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import QueueFull
from open_autoglm.gateway.model_used import model_used
from open_autoglm.knowledge.hit import Retriever
from open_autoglm.serving.request import Answer, AnswerAbout, ServedRequest
from open_autoglm.serving.served_engine import ServedEngine
from open_autoglm.serving.service import Service
from open_autoglm.tasks.answer_question import AnswerEvent, AnswerOptions, answer_question
from open_autoglm.tasks.answer_result import AnsweredQuestion, AnswerSentence
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.follow_up import Exchange
from open_autoglm.values import EngineRequest, StreamEvent, Usage

AT_ONCE = 16
"""Questions in threads at once; their model answers as many as it has slots."""
MAX_WAITING = 64
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class AskedBase:
    """A base as a question meets it."""

    retriever: Retriever
    options: AnswerOptions


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    text: str
    history: Sequence[Exchange]


class KnowledgeQuestions:
    """Lends the tasks their threads and the way back into the event loop."""

    def __init__(self, service: Service, portal: BlockingPortal) -> None:
        self.service = service
        self.portal = portal
        self._threads = anyio.CapacityLimiter(AT_ONCE)
        self._asked = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[anyio.CapacityLimiter]:
        """A place in line. Raises QueueFull."""
        if self._asked >= MAX_WAITING:
            raise QueueFull(
                f"{self._asked} questions to knowledge bases wait already.",
                hint="Ask again in a while.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._asked += 1
        try:
            yield self._threads
        finally:
            self._asked -= 1


@dataclass
class KnowledgeAnswers:
    """Answers one request from a base; ``result`` is there once its last piece has been read."""

    questions: KnowledgeQuestions
    open_base: Callable[[], AbstractContextManager[AskedBase]]
    """Called in the thread. Raises NotFound."""
    question: AskedQuestion
    on_event: Callable[[AnswerEvent], None] = lambda _event: None
    """Told in the event loop of each step, before its text is given."""
    result: AnsweredQuestion | None = field(default=None, init=False)

    @asynccontextmanager
    async def answer(self, asked: ServedRequest) -> AsyncIterator[Answer]:
        """As the service does; the request's own messages are not read, but its model and priority are."""
        service = self.questions.service
        served = await service.resolve(asked.model)
        engine = _MeteredEngine(service, asked.model, asked.owner, priority=asked.priority, waits=False)
        blocking = BlockingEngine(engine, self.questions.portal)
        device = next((one.device for one in service.status() if one.name == served.name), "")
        used = model_used(asked.model, served, device)
        send, receive = anyio.create_memory_object_stream[AnswerEvent | Exception](math.inf)

        async with self.questions.place() as threads, anyio.create_task_group() as tasks:
            tasks.start_soon(self._run, blocking, send, threads, used)
            try:
                about = AnswerAbout(served.name, served.reason, "off", None)
                yield Answer(about, self._events(receive, engine))
            finally:
                blocking.cancel()
                receive.close()
                tasks.cancel_scope.cancel()

    async def _run(
        self,
        blocking: BlockingEngine,
        send: MemoryObjectSendStream[AnswerEvent | Exception],
        threads: anyio.CapacityLimiter,
        used: ModelUsed,
    ) -> None:
        def work() -> None:
            with self.open_base() as base, blocking as engine:
                self.result = answer_question(
                    self.question.text,
                    self.question.history,
                    base.retriever,
                    engine,
                    replace(base.options, model=used),
                    lambda event: anyio.from_thread.run_sync(send.send_nowait, event),
                )

        with send:
            try:
                await anyio.to_thread.run_sync(work, limiter=threads)
            except Exception as error:  # noqa: BLE001 - raised again where the pieces are read
                send.send_nowait(error)

    async def _events(
        self, receive: MemoryObjectReceiveStream[AnswerEvent | Exception], engine: _MeteredEngine
    ) -> AsyncGenerator[StreamEvent, None]:
        begun = False
        async with receive:
            async for event in receive:
                if isinstance(event, Exception):
                    raise event
                self.on_event(event)
                if isinstance(event, AnswerSentence):
                    between = " " if begun else ""
                    begun = True
                    yield StreamEvent(text=between + event.cited)
        result = self.result
        text = "" if begun or result is None else result.answer
        yield StreamEvent(text=text, finish_reason="stop", usage=engine.used)


class _MeteredEngine(ServedEngine):
    """Counts the tokens of all it is asked."""

    used = Usage(0, 0)

    async def stream(
        self,
        request: EngineRequest,
        *,
        slot: SlotUse | None = None,
        prompt_tokens: int | None = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        async for event in super().stream(request, slot=slot, prompt_tokens=prompt_tokens):
            if event.usage is not None:
                self.used = replace(
                    self.used,
                    prompt_tokens=self.used.prompt_tokens + event.usage.prompt_tokens,
                    completion_tokens=self.used.completion_tokens + event.usage.completion_tokens,
                    cached_tokens=self.used.cached_tokens + event.usage.cached_tokens,
                )
            yield event
