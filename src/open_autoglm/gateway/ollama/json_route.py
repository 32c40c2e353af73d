"""Bodies are JSON whatever their Content-Type says, as they are to Ollama: ``curl -d`` calls them a form.

That would let a web page send requests without asking; the check of origins refuses those before.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

CONTENT_TYPE = b"content-type"


class JsonRoute(APIRoute):
    """Reads every body as JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            others = [(name, value) for name, value in request.scope["headers"] if name != CONTENT_TYPE]
            scope = {**request.scope, "headers": [*others, (CONTENT_TYPE, b"application/json")]}
            return await handle(Request(scope, request.receive))

        return handle_json
