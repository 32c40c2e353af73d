"""How what guards the gateway says no, before any route has been reached."""

from __future__ import annotations

from dataclasses import replace

from starlette.types import Scope, Send

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.failures import failure_from, send_failure

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


async def refuse(scope: Scope, send: Send, error: OpenAutoGLMError, *, status: int | None = None) -> None:
    """Answer with the error in the dialect of the path; a WebSocket is closed before it opens (HTTP 403).

    ``status`` is given where HTTP has a finer one than the error.
    """
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    failure = failure_from(error)
    await send_failure(scope, send, failure if status is None else replace(failure, status=status))
