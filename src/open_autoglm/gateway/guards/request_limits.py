"""Bounds on what one request may send: headers, bytes, seconds, and depth of its JSON.

The body is watched while it arrives. Where it goes too far, this answers itself and tells the application
that the client has gone: an exception from ``receive`` would reach it as a defect of its own.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open_autoglm.config import MEGABYTE
from open_autoglm.errors import LimitExceeded, OpenAutoGLMError, UsageError
from open_autoglm.gateway.guards.json_depth import DepthMeter
from open_autoglm.gateway.guards.refusal import refuse

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
MAX_JSON_DEPTH = 100
UPLOADS = re.compile(r"/v1/tasks/|/v1/kb/[^/]+/files$|/_nicegui/client/")
"""Where files are sent: to the API, and to the page."""
FILE_TYPES = (b"multipart/", b"application/octet-stream")
GRACE_S = 30.0
"""A body may pause for so long."""
LEAST_BYTES_PER_S = 16 * 1024
"""Beyond the grace it has to come at this pace on average: 64 MB may take an hour, 64 kB may not."""

REQUEST_TIMEOUT, HEADERS_TOO_LARGE = 408, 431


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Sizes in bytes."""

    body: int
    upload: int
    """For UPLOADS."""
    grace_s: float = GRACE_S


class RequestLimits:
    """Answers requests that are too large with 413 or 431, too slow with 408, too deep with 400."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
            error = LimitExceeded(
                f"The request has {len(headers)} headers of {size} bytes; "
                f"{MAX_HEADERS} headers and {MAX_HEADER_BYTES} bytes are the limits."
            )
            await refuse(scope, send, error, status=HEADERS_TOO_LARGE)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        allowed = self._limits.upload if UPLOADS.match(scope["path"]) else self._limits.body
        declared = dict(headers).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > allowed:
            await refuse(scope, _closing(send), _too_large(allowed))
            return
        body = _WatchedBody(scope, receive, send, allowed=allowed, grace_s=self._limits.grace_s)
        await self._app(scope, body.receive, body.send)


class _WatchedBody:
    """Stands between the server and the application for one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, allowed: int, grace_s: float) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._allowed = allowed
        self._grace_s = grace_s
        self._waited_s = 0.0
        self._received = 0
        self._complete = False
        self._response_begun = False
        self._refused = False
        media_type = dict(scope["headers"]).get(b"content-type", b"")
        # Elsewhere a body may be read as JSON whatever it calls itself.
        is_file = UPLOADS.match(scope["path"]) is not None and media_type.startswith(FILE_TYPES)
        self._depth = None if is_file else DepthMeter()

    async def receive(self) -> Message:
        if self._refused:
            return {"type": "http.disconnect"}
        if self._complete:  # what is awaited now is the client's leaving, and that may take for ever
            return await self._receive()
        began = time.monotonic()
        with anyio.move_on_after(self._grace_s + self._received / LEAST_BYTES_PER_S - self._waited_s) as wait:
            message = await self._receive()
        # Only waiting counts: the application may take its time with what has come.
        self._waited_s += time.monotonic() - began
        if not wait.cancelled_caught:
            return await self._watched(message)
        pace = f"{LEAST_BYTES_PER_S // 1024} kB a second"
        error = LimitExceeded(
            f"The body of the request came too slowly: {self._received} bytes so far.",
            hint=f"Send it at {pace} at least.",
        )
        return await self._refuse(error, REQUEST_TIMEOUT)

    async def _watched(self, message: Message) -> Message:
        if message["type"] != "http.request":
            return message
        chunk: bytes = message.get("body", b"")
        self._received += len(chunk)
        self._complete = not message.get("more_body", False)
        if self._received > self._allowed:
            return await self._refuse(_too_large(self._allowed))
        if self._depth is not None:
            self._depth.feed(chunk)
            if self._depth.deepest > MAX_JSON_DEPTH:
                error = UsageError(f"The JSON of the request is nested deeper than {MAX_JSON_DEPTH} levels.")
                return await self._refuse(error)
            if b"\0" in chunk:  # UTF-16 and UTF-32, whose brackets could not be counted
                return await self._refuse(UsageError("The JSON of the request is not UTF-8 (RFC 8259)."))
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the application says, unless the answer was given here already."""
        if self._refused:
            return
        self._response_begun = True
        await self._send(message)

    async def _refuse(self, error: OpenAutoGLMError, status: int | None = None) -> Message:
        self._refused = True
        if not self._response_begun:
            await refuse(self._scope, _closing(self._send), error, status=status)
        return {"type": "http.disconnect"}


def _closing(send: Send) -> Send:
    """End the connection with the answer: the rest of the body would be read as the next request."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        await send(message)

    return send_and_close


def _too_large(allowed: int) -> LimitExceeded:
    return LimitExceeded(
        f"The body of the request is larger than {allowed // MEGABYTE} MB.",
        hint="Send less, or raise the setting max_body_mb (max_file_mb for files).",
    )
