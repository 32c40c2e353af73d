"""How the HTTP server ends: whoever is still waiting is told, and nothing is logged as a defect."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest
from asgi_calls import http_scope
from starlette.types import Message, Receive, Scope, Send

from open_autoglm.gateway.server import EndsInWords

pytestmark = pytest.mark.anyio


async def cancelled(app: Any) -> list[Message]:
    """What was sent for a request that is cancelled once it has begun to wait."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    request = asyncio.create_task(EndsInWords(app)(http_scope(path="/v1/messages"), receive, send))
    await anyio.sleep(0.01)
    request.cancel()
    await request
    return sent


async def test_a_request_without_an_answer_is_told_that_the_server_ends() -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep_forever()

    start, body = await cancelled(waits)
    assert start["status"] == 503
    assert b"The server is ending." in body["body"]
    assert b"overloaded_error" in body["body"]


async def test_an_answer_that_has_begun_is_left_as_it_is() -> None:
    async def begins(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await anyio.sleep_forever()

    assert [message["type"] for message in await cancelled(begins)] == ["http.response.start"]
