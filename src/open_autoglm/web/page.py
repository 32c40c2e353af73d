"""Every address of the page: who may see it, and what a window begins with."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import Request
from nicegui import ui
from nicegui.client import Client

from open_autoglm.gateway.guards.host_check import is_loopback
from open_autoglm.web.answers import RunningAnswers
from open_autoglm.web.attached_text import AttachedTexts
from open_autoglm.web.frame import Frame
from open_autoglm.web.knowledge_page import BasePictures
from open_autoglm.web.login import show_key_form
from open_autoglm.web.page_pictures import PagePictures
from open_autoglm.web.parts import PageParts
from open_autoglm.web.paths import CHAT, CODE, DOCUMENTS, KNOWLEDGE, STATUS, VIDEO
from open_autoglm.web.session import Session, Shared
from open_autoglm.web.speed import Speedometer
from open_autoglm.web.video_pictures import VideoPictures
from open_autoglm.web.visitor import Doorkeeper, Visitor
from open_autoglm.web.watch_in import remove_leftovers

ADDRESSES = (
    *("/", f"{CHAT}{{_id}}"),
    *(place for kind in (DOCUMENTS, VIDEO, CODE, KNOWLEDGE) for place in (kind, f"{kind}/{{_id}}")),
    STATUS,
)
PRIMARY = "#0a6a58"
"""For what the framework colours itself: the line at the top while a file is sent, a spinner."""


@asynccontextmanager
async def open_page(parts: PageParts) -> AsyncIterator[None]:
    """Windows are shown while the block runs; what has come of answers under way is kept at its end."""
    remove_leftovers(parts.settings.data_dir)
    answers = RunningAnswers(parts.service, parts.conversations)
    door = Doorkeeper(parts.keys, required=not is_loopback(parts.settings.local_api_host))
    shared = Shared(parts, door, answers, AttachedTexts(parts), Speedometer(parts.metrics))

    async def show(request: Request, client: Client) -> None:
        visitor = Visitor(request.headers.get("accept-language", ""))
        _dress(client, visitor)
        owner = door.owner()
        if owner is None:
            show_key_form(door, visitor.texts)
        else:
            await Frame(Session(shared, visitor, owner, client)).open(request.url.path)

    PagePictures(parts, door).register()
    VideoPictures(parts, door).register()
    BasePictures(parts, door).register()
    for address in ADDRESSES:
        ui.page(address)(show)
    try:
        yield
    finally:
        await answers.close()


def _dress(client: Client, visitor: Visitor) -> None:
    """Language, colours, style and script of one window, there from the first paint on."""
    dressed = copy.copy(client.page)
    dressed.language = visitor.texts.tag
    dressed.dark = {"auto": None, "light": False, "dark": True}[visitor.theme]
    client.page = dressed
    ui.colors(primary=PRIMARY)
    folder = files("open_autoglm.web")
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    start = f"page.copied = {json.dumps(visitor.texts.copied)}; page.theme({json.dumps(visitor.theme)});"
    ui.add_head_html(f"<style>{style}</style><script>{script}{start}</script>")
