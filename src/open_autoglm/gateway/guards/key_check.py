"""Who is calling: the key that came with a request, its owner and its limits.

On loopback nothing is asked for until the first key is made; from then on every caller needs one. A server
that listens elsewhere needs one always, even when the last has been revoked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from open_autoglm.errors import ConfigurationError, OpenAutoGLMError
from open_autoglm.gateway.guards.host_check import is_loopback
from open_autoglm.gateway.guards.key_limits import KeyLimits
from open_autoglm.gateway.guards.refusal import refuse
from open_autoglm.gateway.keys import Key, KeyStore
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.telemetry.facts import current_request

OPEN_PATHS = frozenset({"/health"})
"""Asked by supervisors; says nothing but that the process lives."""
MAX_PRESENTED = 4


def require_safe_binding(host: str, key_count: int) -> None:
    """Raises ConfigurationError where the gateway would listen beyond this machine and has no key."""
    if key_count == 0 and not is_loopback(host):
        raise ConfigurationError(
            f"Setting local_api_host is {host!r}, which others can reach, and there is no key.",
            hint="Make one with `open-autoglm-cli keys add NAME`, or leave local_api_host at 127.0.0.1.",
        )


class KeyCheck:
    """Refuses callers without a valid key, notes the owner, and holds keys to their limits.

    Sets ``owner`` and ``key`` (None for ``local``) in the request's state. ``is_page`` tells which paths are
    the page's: it asks people for their key itself, with a form. Limits count POST requests: looking up
    models is free.
    """

    def __init__(
        self, app: ASGIApp, keys: KeyStore, *, required: bool, is_page: Callable[[str], bool]
    ) -> None:
        self._app = app
        self._keys = keys
        self._required = required
        self._is_page = is_page
        self._limits = KeyLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            key = self._keys.check(tuple(presented_keys(scope))[:MAX_PRESENTED], required=self._required)
        except OpenAutoGLMError as error:
            await refuse(scope, send, error)
            return
        owner = LOCAL_OWNER if key is None else key.id
        scope.setdefault("state", {}).update(key=key, owner=owner)
        current_request().owner = owner
        if key is None:
            await self._app(scope, receive, send)
            return
        if self._keys.use_is_due(key):
            await anyio.to_thread.run_sync(self._keys.note_use, key)
        await self._answer_within_limits(key, scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in OPEN_PATHS or self._is_page(path)

    async def _answer_within_limits(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":
            await self._app(scope, receive, send)
            return
        try:
            self._limits.begin(key)
        except OpenAutoGLMError as error:
            await refuse(scope, send, error)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._limits.end(key)


def presented_keys(scope: Scope) -> Iterator[str]:
    """What was sent as a key: a bearer token, ``x-api-key`` (Anthropic) or ``api-key`` (Azure)."""
    for name, value in scope["headers"]:
        text = value.decode("latin-1").strip()
        if name in (b"x-api-key", b"api-key"):
            yield text
        elif name == b"authorization":
            scheme, _, credentials = text.partition(" ")
            if scheme.lower() == "bearer":
                yield credentials.strip()
