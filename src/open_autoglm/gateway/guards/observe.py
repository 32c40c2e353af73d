"""What is seen of every request: its id, one line in the log, its count, and headers that browsers obey."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open_autoglm.telemetry.facts import RequestFacts, begin_request
from open_autoglm.telemetry.logs import Access, log_access
from open_autoglm.telemetry.metrics import Metrics

REQUEST_ID = b"x-request-id"
ANTHROPIC_ID = b"request-id"
"""What Anthropic's clients read."""
CLIENT_CLOSED = 499
NO_ROUTE = "other"
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TRACE_HEADERS = (b"traceparent", b"tracestate")

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    # The page has a policy of its own; what the API answers is data, and is shown nowhere.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Observe:
    """The outermost layer: also what the others refuse has an id, a line and a count."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        facts = _facts_of(scope)
        scope.setdefault("state", {})["request_id"] = facts.request_id
        begin_request(facts)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._observed(facts, scope, receive, send)

    async def _observed(self, facts: RequestFacts, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = CLIENT_CLOSED  # unless something is said

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _with_headers(message.get("headers", ()), facts.request_id)}
            await send(message)

        try:
            with self._metrics.in_flight():
                await self._app(scope, receive, send_with_headers)
        finally:
            route = str(getattr(scope.get("route"), "path", NO_ROUTE))
            self._metrics.request(route, facts.model, status)
            if facts.error is None and status >= 400 and status != CLIENT_CLOSED:
                facts.error = f"http_{status}"  # refused by the framework, before it was an error of ours
            if facts.error is not None:
                self._metrics.error(facts.error)
            log_access(_access(scope["method"], route, status, time.perf_counter() - started, facts))


def _facts_of(scope: Scope) -> RequestFacts:
    headers = dict(scope["headers"])
    given = headers.get(REQUEST_ID, b"")
    request_id = given.decode("ascii") if _SANE_ID.fullmatch(given) else secrets.token_hex(16)
    trace = {
        name.decode("ascii"): headers[name].decode("latin-1") for name in _TRACE_HEADERS if name in headers
    }
    return RequestFacts(request_id=request_id, trace_headers=trace)


def _with_headers(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """The application's own, and ours where it has not said otherwise."""
    own = [(name, value) for name, value in headers if name != REQUEST_ID]
    named = {name.lower() for name, _ in own}
    added = [(name, value) for name, value in SECURITY_HEADERS if name not in named]
    return [*own, *added, *((name, request_id.encode("ascii")) for name in (REQUEST_ID, ANTHROPIC_ID))]


def _access(method: str, route: str, status: int, seconds: float, facts: RequestFacts) -> Access:
    return Access(
        method=method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        owner=facts.owner,
        model=facts.model,
        prompt_tokens=facts.prompt_tokens,
        cached_tokens=facts.cached_tokens,
        completion_tokens=facts.completion_tokens,
        error=facts.error,
    )
