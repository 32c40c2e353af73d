"""Which web pages may call the gateway from a browser: its own, and those of ``allowed_origins``.

A page anywhere can make the browser of whoever looks at it send requests to 127.0.0.1. Keeping the answer
from that page (CORS) is not enough, for the request has been carried out by then; so it is refused. Browsers
say where a request comes from in ``Origin`` (RFC 6454) and ``Sec-Fetch-Site`` (W3C Fetch Metadata). Programs
send neither and pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open_autoglm.errors import ConfigurationError, Forbidden
from open_autoglm.gateway.guards.host_check import parse_authority
from open_autoglm.gateway.guards.refusal import refuse

Origin = tuple[str, str, int]
"""Scheme, host and port."""

DEFAULT_PORTS = {"http": 80, "https": 443}
WEB_SCHEME_OF = {"ws": "http", "wss": "https"}
PREFLIGHT_SECONDS = b"600"
METHODS = b"GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"
OWN_SITES = frozenset({b"same-origin", b"none"})
"""``none``: the person typed the address. ``same-site`` is not among them: any port of localhost is that."""


def parse_origin(text: str) -> Origin | None:
    """An origin as browsers write it; None for ``null`` and whatever else names no place on the web."""
    scheme, separator, authority = text.lower().partition("://")
    parsed = parse_authority(authority)
    if not separator or parsed is None or not scheme.replace("-", "").isalnum():
        return None
    host, port = parsed
    return scheme, host, port if port is not None else DEFAULT_PORTS.get(scheme, 0)


class OriginCheck:
    """Refuses requests that a foreign page makes, and lets allowed ones read the answers (CORS).

    A navigation of the whole window passes: it shows our page, and the page it comes from sees nothing.
    """

    def __init__(self, app: ASGIApp, *, allowed_origins: Iterable[str] = ()) -> None:
        self._app = app
        self._allowed = frozenset(_configured(text) for text in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"origin"]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = parse_origin(given[0].decode("latin-1")) if len(given) == 1 else None
        if given and origin is not None and origin in self._allowed:
            if _is_preflight(scope, headers):
                await _permit(send, headers)
                return
            await self._app(scope, receive, _with_permission(send, headers[b"origin"]))
            return
        if not self._is_own(scope, headers, bool(given), origin):
            await refuse(
                scope,
                send,
                Forbidden(
                    "A web page of another origin made this request.",
                    hint="If it is yours, add its origin to the setting allowed_origins.",
                ),
            )
            return
        await self._app(scope, receive, send)

    def _is_own(
        self, scope: Scope, headers: dict[bytes, bytes], has_origin: bool, origin: Origin | None
    ) -> bool:
        if has_origin:
            return origin is not None and origin == _own_origin(scope, headers)
        site = headers.get(b"sec-fetch-site", b"none")
        return site in OWN_SITES or _is_navigation(scope, headers)


def _own_origin(scope: Scope, headers: dict[bytes, bytes]) -> Origin | None:
    """The origin of a page that was loaded under this request's own host."""
    scheme = WEB_SCHEME_OF.get(scope["scheme"], scope["scheme"])
    return parse_origin(f"{scheme}://{headers.get(b'host', b'').decode('latin-1')}")


def _is_navigation(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )


def _is_preflight(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and b"access-control-request-method" in headers
    )


async def _permit(send: Send, headers: dict[bytes, bytes]) -> None:
    """Answer a preflight of an allowed origin (Fetch standard, section 3.2)."""
    answer = [
        (b"access-control-allow-origin", headers[b"origin"]),
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", headers.get(b"access-control-request-headers", b"")),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if headers.get(b"access-control-request-private-network") == b"true":
        answer.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": answer})
    await send({"type": "http.response.body", "body": b""})


def _with_permission(send: Send, origin: bytes) -> Send:
    """Let the page read the answer. Credentials of the browser are never allowed: keys go in a header."""

    async def send_with_permission(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"access-control-allow-origin", origin),
                (b"access-control-expose-headers", b"*"),
                (b"vary", b"Origin"),
            ]
        await send(message)

    return send_with_permission


def _configured(text: str) -> Origin:
    """An origin of the settings. Raises ConfigurationError: a star would let every page on the web in."""
    parts = urlsplit(text)
    origin = parse_origin(text.removesuffix("/"))
    if origin is None or parts.path not in ("", "/"):
        raise ConfigurationError(
            f"Setting allowed_origins has {text!r}, which is no origin.",
            hint="Write scheme, host and port, for example http://localhost:3000.",
        )
    return origin
