"""The HTTP server under the gateway: a socket of our own, and an end that waits for nobody too long."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from types import FrameType
from typing import NoReturn

import psutil
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open_autoglm.errors import Cancelled, ConfigurationError, EngineStartFailed
from open_autoglm.gateway.failures import send_failure, server_ends

BACKLOG = 2048
LAST_WORDS_S = 5
"""Seconds that answers under way have to end when the server is asked to stop."""
IDLE_CONNECTION_S = 75
MAX_HEADER_BYTES = 64 * 1024


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises ConfigurationError with what is in the way."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigurationError(
            f"Setting local_api_host is {host!r}, which is no address of this machine: {error.strerror}.",
            hint="Use 127.0.0.1 for this machine alone.",
        ) from error
    try:
        if sys.platform == "win32":  # there, the other option would let a second server take the port over
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise ConfigurationError(
            f"{host}, port {port} can't be listened on: {error.strerror or error}.",
            hint="Choose another with --local-api-port, or end the program that has it.",
        ) from error
    return found


def address_of(listening: socket.socket) -> str:
    """Where to reach it, for people: ``http://127.0.0.1:8080``."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - told, not bound
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Tells when it answers. The second Ctrl-C ends the program at once."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            end_at_once()
        super().handle_exit(sig, frame)


def end_at_once() -> NoReturn:
    """End this process and its children, without a word and whatever they do.

    Nothing is lost by it: what is acknowledged is on disk already, and the rest would survive a power cut.
    """
    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    os._exit(Cancelled.exit_code)


class EndsInWords:
    """Answers a request that is cancelled because the server ends, unless its answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except asyncio.CancelledError:  # it has been heeded: nothing of the request is left to cancel
            if not begun:
                await send_failure(scope, send, server_ends())


def run_server(app: ASGIApp, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises EngineStartFailed where the application could not start."""
    config = uvicorn.Config(
        EndsInWords(app),
        log_config=None,  # our own records go to our own log
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=IDLE_CONNECTION_S,
        timeout_graceful_shutdown=LAST_WORDS_S,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        backlog=BACKLOG,
        lifespan="on",
    )
    server = _Server(config, on_ready)
    # The server ends its answers when Ctrl-C is pressed, and hands the signal on: it has been heeded.
    with closing(listening), suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    if not server.started:
        raise EngineStartFailed("The gateway could not start; its log says why.", hint="See above.")
