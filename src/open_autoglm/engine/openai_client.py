"""Sends requests to any server that speaks the OpenAI formats: our own worker or an upstream."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from open_autoglm.engine.base import SlotUse
from open_autoglm.engine.openai_events import chat_event, error_from_body, text_event
from open_autoglm.engine.openai_format import DIALECTS, Dialect, chat_body, estimate_tokens, text_body
from open_autoglm.errors import EngineError, EngineTimeout, EngineUnavailable, LimitExceeded
from open_autoglm.values import EngineRequest, FinishReason, StreamEvent, TextRequest, Usage

CONNECT_TIMEOUT_S = 10.0
MAX_LINE_BYTES = 4_000_000
MAX_BODY_BYTES = 16_000_000
KEPT_CONNECTIONS = 2  # llama.cpp holds a thread for every connection that is kept
KEPT_S = 2.0  # less than servers keep one: llama.cpp 5 s

ReadEvent = Callable[[str], StreamEvent | None]


class OpenAIClient:
    """One server, one key, one model.

    ``base_url`` ends where ``/chat/completions`` begins, for example ``http://127.0.0.1:8000/v1``.
    ``local`` keeps the system's proxy settings away from the loopback interface.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key: str = "",
        dialect: Dialect = DIALECTS["openai"],
        idle_timeout_s: float = 600.0,
        local: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._model = model
        self._dialect = dialect
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(idle_timeout_s, connect=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=KEPT_CONNECTIONS,
                keepalive_expiry=KEPT_S,
            ),
            trust_env=not local,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:
        """The JSON under ``path``, which is relative to ``base_url``."""
        return await self._json("GET", self.base_url + path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._json("POST", self.base_url + path, body)

    async def count_tokens(self, request: EngineRequest) -> int:
        """Tokens of the prompt; an estimate where the server does not count."""
        return estimate_tokens(request)

    async def stream(
        self,
        request: EngineRequest,
        *,
        slot: SlotUse | None = None,  # noqa: ARG002 - a server of others gives no choice of slot
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer piece by piece; the last event carries finish reason and usage.

        Leaving the generator closes the connection, which tells the server to stop.
        """
        if isinstance(request, TextRequest):
            path, body, read = "/completions", text_body(request, self._model, self._dialect), text_event
        else:
            path, body, read = "/chat/completions", chat_body(request, self._model, self._dialect), chat_event
        async with aclosing(self._events(self.base_url + path, body, read)) as events:
            async for event in events:
                yield event

    async def _events(
        self, url: str, body: Mapping[str, Any], read: ReadEvent
    ) -> AsyncGenerator[StreamEvent, None]:
        """The events of one answer, which comes in pieces or, where ``body`` says so, at once."""
        finish: FinishReason | None = None
        usage: Usage | None = None
        async with self._answer("POST", url, body) as response:
            pieces = _data_lines(response) if body["stream"] else _whole(response)
            async with aclosing(pieces) as lines:
                async for data in lines:
                    event = read(data)
                    if event is None:
                        continue
                    finish = event.finish_reason or finish
                    usage = event.usage or usage
                    if event.finish_reason or event.usage:
                        event = replace(event, finish_reason=None, usage=None)
                    if event != StreamEvent():
                        yield event
        if finish is None:
            raise EngineUnavailable("The engine broke off in the middle of its answer.")
        if usage is None:
            raise EngineError(f"The engine at {self.base_url} does not tell how many tokens it used.")
        yield StreamEvent(finish_reason=finish, usage=usage)

    async def _json(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
        async with self._answer(method, url, body) as response:
            return _parsed(await _text(response), response)

    @asynccontextmanager
    async def _answer(
        self, method: str, url: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A response whose status is good; every failure of the network as an error of our tree."""
        try:
            async with AsyncExitStack() as stack:
                response = await self._send(stack, method, url, body)
                if response.status_code >= 400:
                    raise error_from_body(response.status_code, _json_or_text(await _text(response)))
                yield response
        except httpx.TimeoutException as error:
            raise EngineTimeout(f"The engine at {self.base_url} gave no sign of life in time.") from error
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
            raise EngineUnavailable(f"The engine at {self.base_url} can't be reached: {said}.") from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise EngineError(f"The engine at {self.base_url} can't be used: {error}.") from error

    async def _send(
        self, stack: AsyncExitStack, method: str, url: str, body: Mapping[str, Any] | None
    ) -> httpx.Response:
        """The beginning of the answer, over a connection that was kept or a new one.

        A server may close a kept connection in the moment it is used again. Where that happens before
        any byte of an answer, the request has not been heard and is sent once more.
        """
        connected: list[str] = []

        async def note(name: str, _: Mapping[str, Any]) -> None:
            if name == "connection.connect_tcp.started":
                connected.append(name)

        # llama.cpp closes a connection after a streamed answer without saying so before.
        headers = {"Connection": "close"} if body is not None and body.get("stream") else None
        while True:
            sent = self._http.stream(method, url, json=body, headers=headers, extensions={"trace": note})
            try:
                return await stack.enter_async_context(sent)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if connected:
                    raise


async def _data_lines(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The ``data:`` lines of a server-sent event stream, up to ``[DONE]`` (WHATWG HTML, section 9.2)."""
    pending = b""
    async with aclosing(response.aiter_bytes()) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            *lines, pending = (pending + piece).split(b"\n")
            if len(pending) > MAX_LINE_BYTES:
                raise LimitExceeded(f"The engine sent a line of more than {MAX_LINE_BYTES} bytes.")
            for line in lines:
                if not line.startswith((b"data:", b"error:")):
                    continue
                field, _, value = line.partition(b":")
                data = value.strip().decode("utf-8", errors="replace")
                if data != "[DONE]":
                    yield data if field == b"data" else f'{{"error": {data}}}'


async def _whole(response: httpx.Response) -> AsyncGenerator[str, None]:
    yield await _text(response)


async def _text(response: httpx.Response) -> str:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise LimitExceeded(f"{response.url} answered with more than {MAX_BODY_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts).decode("utf-8", errors="replace")


def _parsed(text: str, response: httpx.Response) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise EngineError(f"{response.url} did not answer in JSON.") from error


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
