"""Sends requests to any server that speaks the OpenAI chat format: our own worker or an upstream."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx

from open_autoglm.engine.openai_format import (
    DIALECTS,
    Dialect,
    chat_body,
    error_from_body,
    estimate_tokens,
    event_from_chunk,
)
from open_autoglm.errors import EngineError, EngineTimeout, EngineUnavailable, LimitExceeded
from open_autoglm.values import ChatRequest, FinishReason, StreamEvent, Usage

CONNECT_TIMEOUT_S = 10.0
MAX_LINE_BYTES = 4_000_000
MAX_BODY_BYTES = 16_000_000


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
            # A kept connection may be closed by the server in the moment we use it again, and the
            # request would fail for nothing; a new one costs little beside an answer.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=not local,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:
        """The JSON under ``path``, which is relative to ``base_url``."""
        async with self._answer("GET", path) as response:
            return await _json(response)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        async with self._answer("POST", path, body) as response:
            return await _json(response)

    async def count_tokens(self, request: ChatRequest) -> int:
        """The server's own count of the prompt where it offers one, else an estimate."""
        if self._dialect.count_path is None:
            return estimate_tokens(request)
        counted = await self.post(self._dialect.count_path, chat_body(request, self._model, self._dialect))
        try:
            return int(counted["input_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"The engine at {self.base_url} does not count tokens.") from error

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """The answer piece by piece; the last event carries finish reason and usage.

        Leaving the generator closes the connection, which tells the server to stop.
        """
        body = chat_body(request, self._model, self._dialect)
        finish: FinishReason | None = None
        usage: Usage | None = None
        async with (
            self._answer("POST", "/chat/completions", body) as response,
            aclosing(_data_lines(response)) as lines,
        ):
            async for data in lines:
                event = event_from_chunk(data)
                if event is None:
                    continue
                finish = event.finish_reason or finish
                usage = event.usage or usage
                if event.text:
                    yield StreamEvent(text=event.text)
        if finish is None:
            raise EngineUnavailable("The engine broke off in the middle of its answer.")
        if usage is None:
            raise EngineError(f"The engine at {self.base_url} does not tell how many tokens it used.")
        yield StreamEvent(finish_reason=finish, usage=usage)

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A response whose status is good; every failure of the network as an error of our tree."""
        try:
            async with self._http.stream(method, self.base_url + path, json=body) as response:
                if response.status_code >= 400:
                    text = (await _body(response)).decode("utf-8", errors="replace")
                    raise error_from_body(response.status_code, _parsed(text))
                yield response
        except httpx.TimeoutException as error:
            raise EngineTimeout(f"The engine at {self.base_url} gave no sign of life in time.") from error
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
            raise EngineUnavailable(f"The engine at {self.base_url} can't be reached: {said}.") from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise EngineError(f"The engine at {self.base_url} can't be used: {error}.") from error


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


async def _json(response: httpx.Response) -> Any:
    text = await _body(response)
    try:
        return json.loads(text)
    except ValueError as error:
        raise EngineError(f"{response.url} did not answer in JSON.") from error


async def _body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise LimitExceeded(f"{response.url} answered with more than {MAX_BODY_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
