"""Server-sent events from a generator, until it ends or the client has gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from open_autoglm.errors import Cancelled
from open_autoglm.gateway.answering import KEEP_ALIVE_COMMENT, KEEP_ALIVE_S, body_message, until_disconnect


class EventStream(Response):
    """Sends a comment every KEEP_ALIVE_S, so that proxies stay open."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope

        async def keep_alive() -> None:
            while True:
                await anyio.sleep(KEEP_ALIVE_S)
                await send(body_message(KEEP_ALIVE_COMMENT))

        async def work() -> None:
            async with anyio.create_task_group() as tasks, aclosing(self._events) as events:
                tasks.start_soon(keep_alive)
                async for event in events:
                    await send(body_message(event))
                tasks.cancel_scope.cancel()
            await send(body_message(b"", more=False))

        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            await until_disconnect(receive, work)
        except Cancelled:
            return
