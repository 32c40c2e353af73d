"""From a request to its answer, streamed or whole, until it is done or the client has gone.

A client that leaves cancels its answer wherever it is: waiting for a model, for a place or for a token.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import anyio
from fastapi import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from open_autoglm.engine.base import AnswerGatherer
from open_autoglm.errors import Cancelled
from open_autoglm.gateway.failures import Failure, failure_from, send_failure, server_ends
from open_autoglm.gateway.public_message import public_text
from open_autoglm.serving.request import Answer, AnswerAbout, ServedRequest
from open_autoglm.values import Completion, StreamEvent

T = TypeVar("T")

KEEP_ALIVE_S = 10.0
"""After so long without a word the client is told that it is not forgotten."""

LAST_WORDS_S = 1.0
"""How long telling a client that its answer breaks off may take."""

_PLAIN_IN_HEADERS = " !#$&'()*+,/:;=?@[]"

OnEvent = Callable[[int, AnswerAbout, StreamEvent], Awaitable[None]]


class Answers(Protocol):
    """Whoever answers requests: the service, or what stands before it."""

    def answer(self, asked: ServedRequest) -> AbstractAsyncContextManager[Answer]:
        """As the service does."""


class StreamRenderer(Protocol):
    """Writes one dialect's stream. Each method gives bytes to send, which may be empty."""

    media_type: str

    def begin(self, about: AnswerAbout) -> bytes:
        """Once, when the first of the answers has begun."""

    def event(self, index: int, event: StreamEvent) -> bytes:
        """A piece of answer ``index``."""

    def end(self) -> bytes:
        """After the last piece of the last answer."""

    def failed(self, failure: Failure) -> bytes:
        """The answer broke off after the stream had begun."""

    def keep_alive(self) -> bytes:
        """What tells the client to go on waiting; empty where the dialect has nothing of the kind."""


async def answer_all(service: Answers, asked: Sequence[ServedRequest], on_event: OnEvent) -> None:
    """Answer every request, all at once, and hand over their events one at a time, in no fixed order."""
    turn = anyio.Lock()

    async def answer_one(index: int, one: ServedRequest) -> None:
        async with service.answer(one) as answer, aclosing(answer.events) as events:
            async for event in events:
                async with turn:
                    await on_event(index, answer.about, event)

    if len(asked) == 1:
        await answer_one(0, asked[0])
        return
    try:
        async with anyio.create_task_group() as tasks:
            for index, one in enumerate(asked):
                tasks.start_soon(answer_one, index, one)
    except BaseExceptionGroup as group:
        raise _first_of(group) from group


async def whole_answers(
    request: Request, service: Answers, asked: Sequence[ServedRequest]
) -> list[tuple[AnswerAbout, Completion]]:
    """The answers, whole, in the order asked. Raises Cancelled when the client has gone."""
    abouts: dict[int, AnswerAbout] = {}
    gatherers = [AnswerGatherer(one.model) for one in asked]

    async def gather(index: int, about: AnswerAbout, event: StreamEvent) -> None:
        abouts[index] = about
        gatherers[index].add(event)

    async def work() -> None:
        await answer_all(service, asked, gather)

    await until_disconnect(request.receive, work)
    return [(abouts[index], gatherer.completion()) for index, gatherer in enumerate(gatherers)]


async def until_disconnect(receive: Receive, work: Callable[[], Awaitable[T]]) -> T:
    """What ``work`` gives. It is cancelled when the client leaves, and Cancelled is raised."""
    done: list[T] = []
    try:
        async with anyio.create_task_group() as tasks:

            async def listen() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                tasks.cancel_scope.cancel()

            tasks.start_soon(listen)
            done.append(await work())
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise _first_of(group) from group
    if not done:
        raise Cancelled("The client has gone.")
    return done[0]


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first real cause: what failed first cancelled the others."""
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first


class StreamedAnswer(Response):
    """An answer that is sent while it is made.

    Nothing is sent before the first event, so that whatever goes wrong until then has its own status; only
    a wait longer than KEEP_ALIVE_S begins the stream early.
    """

    def __init__(self, service: Answers, asked: Sequence[ServedRequest], renderer: StreamRenderer) -> None:
        super().__init__()
        self._service = service
        self._asked = asked
        self._renderer = renderer
        self._begun = False
        self._spoke = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await until_disconnect(receive, partial(self._run, send))
        except Cancelled:
            return
        except anyio.get_cancelled_exc_class():
            if self._begun:  # the server ends; a client must not take what it has for the whole answer
                with anyio.move_on_after(LAST_WORDS_S, shield=True):
                    await send(body_message(self._renderer.failed(server_ends()), more=False))
            raise
        except Exception as error:  # noqa: BLE001 - the edge: everything becomes a failure of the dialect
            failure = failure_from(error)
            if not self._begun:
                await send_failure(scope, send, failure)
                return
            await send(body_message(self._renderer.failed(failure), more=False))

    async def _run(self, send: Send) -> None:
        about_told = False

        async def on_event(index: int, about: AnswerAbout, event: StreamEvent) -> None:
            nonlocal about_told
            data = b""
            if not about_told:
                about_told = True
                data = self._renderer.begin(about)
                await self._start(send, about)
            data += self._renderer.event(index, event)
            if data:
                self._spoke = True
                await send(body_message(data))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_alive, send)
            await answer_all(self._service, self._asked, on_event)
            tasks.cancel_scope.cancel()
        await send(body_message(self._renderer.end(), more=False))

    async def _start(self, send: Send, about: AnswerAbout | None) -> None:
        if self._begun:
            return
        self._begun = True
        headers = {
            "content-type": self._renderer.media_type,
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        }
        headers |= about_headers(about) if about is not None else {}
        raw = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})

    async def _keep_alive(self, send: Send) -> None:
        while word := self._renderer.keep_alive():
            self._spoke = False
            await anyio.sleep(KEEP_ALIVE_S)
            if not self._spoke:
                await self._start(send, None)
                await send(body_message(word))


def body_message(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def about_headers(about: AnswerAbout) -> dict[str, str]:
    """What was done, for programs that look at headers. A name that is not ASCII is percent-encoded."""
    return {
        "x-open-autoglm-model": quote(about.model, safe=_PLAIN_IN_HEADERS),
        "x-open-autoglm-cache": about.cache,
        "x-open-autoglm-context": about.context.done if about.context is not None else "nothing",
    }


def about_json(about: AnswerAbout) -> dict[str, Any]:
    """The same with its numbers, for the body: the field ``open_autoglm`` of every answer."""
    context = about.context
    return {
        "model": about.model,
        "reason": public_text(about.reason),
        "cache": about.cache,
        "queue_ms": round(about.queue_s * 1000, 1),
        "context": None
        if context is None
        else {
            "policy": context.policy,
            "done": context.done,
            "window": context.window,
            "prompt_tokens": context.prompt_tokens,
            "original_tokens": context.original_tokens,
            "kept_messages": context.kept_messages,
            "dropped_messages": context.dropped_messages,
            "summarized_messages": context.summarized_messages,
        },
    }


def server_sent(data: Any, *, event: str | None = None) -> bytes:
    """One server-sent event (WHATWG HTML, section 9.2) with JSON data."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {text}\n\n".encode()


KEEP_ALIVE_COMMENT = b": waiting\n\n"
DONE = b"data: [DONE]\n\n"
"""The end of a stream, as OpenAI has it."""
