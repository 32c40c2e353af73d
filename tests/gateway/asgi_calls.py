"""Calling an ASGI application directly, with headers and bodies that no client library would send."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = ((b"host", b"127.0.0.1:8080"),)


@dataclass(frozen=True)
class Reply:
    """What came back. ``closed`` is the code a WebSocket was closed with before it opened."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: int | None = None

    @property
    def message(self) -> str:
        """The sentence of an error in OpenAI's shape."""
        return str(json.loads(self.body)["error"]["message"])


def http_scope(
    method: str = "GET",
    path: str = "/",
    *,
    headers: Iterable[tuple[bytes, bytes]] = HEADERS,
    server: tuple[str, int] = ("127.0.0.1", 8080),
    kind: str = "http",
) -> dict[str, Any]:
    scope = {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "query_string": b"",
        "headers": list(headers),
        "server": server,
    }
    return scope | ({"method": method} if kind == "http" else {})


async def call(app: ASGIApp, scope: Scope, body: Sequence[bytes] = (b"",), *, stall: bool = False) -> Reply:
    """Send one request with a body in pieces; with ``stall`` the last piece never comes."""
    pieces = [
        {"type": "http.request", "body": piece, "more_body": stall or place < len(body) - 1}
        for place, piece in enumerate(body)
    ]
    said: list[Message] = []

    async def receive() -> Message:
        if pieces:
            return pieces.pop(0)
        await anyio.sleep_forever()
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    return _reply(said)


def _reply(said: list[Message]) -> Reply:
    start = next((message for message in said if message["type"] == "http.response.start"), None)
    closed = next((message["code"] for message in said if message["type"] == "websocket.close"), None)
    headers = {} if start is None else {name.decode(): value.decode() for name, value in start["headers"]}
    body = b"".join(message["body"] for message in said if message["type"] == "http.response.body")
    return Reply(0 if start is None else start["status"], headers, body, closed)


async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the whole body and answers 200 with its length; accepts any WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})
