"""The zone editor as a page of its own, for ``zones edit``: behind an address that nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from importlib.resources import files

from fastapi import FastAPI
from nicegui import ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.web.elements import box, text_button, words
from open_autoglm.web.languages import TEXTS
from open_autoglm.web.mount import POLICY
from open_autoglm.web.zone_editor import ZoneEditor


def zone_page(
    name: str,
    jpeg: bytes,
    size: tuple[int, int],
    zones_text: str,
    *,
    save: Callable[[str], None],
    done: Callable[[], None],
    chinese: bool,
) -> tuple[FastAPI, str]:
    """The application, and the path of its only page.

    ``save`` gets the zones as YAML, and what it raises is shown; ``done`` is called when the visitor ends it.
    """
    texts = TEXTS["zh" if chinese else "en"]
    app = FastAPI(openapi_url=None)
    path = f"/{secrets.token_urlsafe(16)}"

    @ui.page(path)
    def show() -> None:
        ui.add_head_html(
            f"<style>{files('open_autoglm.web').joinpath('page.css').read_text('utf-8')}</style>"
        )
        ui.add_head_html(f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">')
        with box("top", "header"):
            words(name, tag="h1")
            box("space")
            text_button(texts.save, lambda: keep(), "first", "save")
            text_button(texts.close, lambda: stop(), "", "check")
        with box("body"), box("inner broad"):
            words(texts.zone_explained, "facts", "p")
            editor = ZoneEditor(texts, jpeg, size, zones_text)

        def keep() -> bool:
            try:
                editor.zone_file()
                save(editor.text)
            except OpenAutoGLMError as error:
                ui.notify(str(error), type="negative", position="top", multi_line=True)
                return False
            ui.notify(texts.zone_saved, type="positive", position="top")
            return True

        def stop() -> None:
            if not editor.text or keep():
                done()

    ui.run_with(app, title=name, show_welcome_message=False, tailwind=False)
    return app, path


def _policy() -> str:
    # ``frame-ancestors`` has a meaning in headers only.
    return "; ".join(part for part in POLICY.split("; ") if not part.startswith("frame-ancestors"))
