"""Puts the page under the API, as an application of its own.

Its session cookie, compression and sockets stay inside it: a request to the API never meets them. NiceGUI
keeps its state in the process, so one process serves one page; mounting again, as tests do, begins anew.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from nicegui import core, ui
from nicegui.client import Client
from nicegui.storage import Storage
from starlette._utils import get_route_path
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open_autoglm.config import Settings
from open_autoglm.errors import OutputFailed
from open_autoglm.web.page import open_page
from open_autoglm.web.parts import PageParts
from open_autoglm.web.paths import is_page_path

FOLDER = "page"
SESSION_FILE = "session.key"
SECRET_BYTES = 32
COOKIE = "open_autoglm_page"
# The framework compiles its templates in the browser, hence eval; nothing is loaded from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


OpenParts = Callable[[], AbstractAsyncContextManager[PageParts]]


def mount_page(app: FastAPI, settings: Settings, open_parts: OpenParts) -> None:
    """Serve the page at ``/`` of ``app``, whose own routes keep every other path.

    ``open_parts`` is entered once the lifespan of ``app`` has begun, and left before that ends. Raises
    OutputFailed where the folder of its sessions can't be made.
    """
    folder = settings.data_dir / FOLDER
    secret = _session_secret(folder)
    Storage.path = folder
    _forget_earlier_page()
    page_app = FastAPI(openapi_url=None)
    ui.run_with(
        page_app,
        title="Open-AutoGLM PC",
        storage_secret=secret,
        session_middleware_kwargs={"session_cookie": COOKIE, "same_site": "lax"},
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )
    # Only pages of this server may open its sockets; the default lets any.
    core.sio.eio.cors_allowed_origins = None
    app.router.routes.append(_PageMount("/", app=_WithHeaders(page_app)))
    own = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(entered: FastAPI) -> AsyncIterator[Any]:
        # Starlette runs no lifespan of what is mounted.
        async with (
            own(entered) as state,
            open_parts() as parts,
            page_app.router.lifespan_context(page_app),
            open_page(parts),
        ):
            yield state

    app.router.lifespan_context = lifespan


def _session_secret(folder: Path) -> str:
    """What cookies are signed with: random, the same after a restart, readable by its owner alone."""
    file = folder / SESSION_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists() or not file.stat().st_size:  # empty: the program ended while it was made
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(SECRET_BYTES), encoding="ascii")
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise OutputFailed(
            f"The folder {folder} of the page can't be used: {error.strerror or error}.",
            hint="Check its rights, or choose another with --data-dir.",
        ) from error


def _forget_earlier_page() -> None:
    """What an earlier mount in this process left in NiceGUI's globals."""
    core.app.middleware_stack = None
    core.app.user_middleware.clear()
    core.app.storage = Storage()
    core.app._shutdown_handlers.clear()
    Client.instances.clear()


class _PageMount(Mount):
    """Takes the page's own paths only, so that an unknown path of the API gets the API's own 404."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] in ("http", "websocket") and is_page_path(get_route_path(scope)):
            return super().matches(scope)
        return Match.NONE, {}


class _WithHeaders:
    """Forbids the browser to load or send anything elsewhere, whatever stands in an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
