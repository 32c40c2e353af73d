"""Colours and language of the page, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from open_autoglm.web.elements import box, text_button, words
from open_autoglm.web.languages import TEXTS
from open_autoglm.web.session import Session


def show_preferences(session: Session) -> None:
    """A menu of the button it is built in."""
    visitor, texts = session.visitor, session.texts
    dark = ui.dark_mode({"auto": None, "light": False, "dark": True}[visitor.theme])

    def use_theme(theme: Any) -> None:
        visitor.theme = theme
        dark.value = {"auto": None, "light": False, "dark": True}[theme]
        session.script(f"page.theme('{theme}')")

    def use_language(language: Any) -> None:
        visitor.language = language
        ui.navigate.reload()

    with ui.menu().props('anchor="top right" self="bottom right"'), box("panel"):
        themes = {"auto": texts.theme_auto, "light": texts.theme_light, "dark": texts.theme_dark}
        _choice(texts.theme, themes, visitor.theme, use_theme)
        languages = {language: named.name for language, named in TEXTS.items()}
        _choice(texts.language, languages, visitor.language, use_language)
        if visitor.has_key:

            def leave() -> None:
                visitor.leave()
                ui.navigate.to("/")

            text_button(texts.log_out, leave)
        with box("keys", aria_label=texts.shortcuts):
            for keys, label in (
                ("Enter", texts.shortcut_send),
                ("Shift Enter", texts.shortcut_line),
                ("Esc", texts.shortcut_stop),
                ("Ctrl K", texts.shortcut_search),
                ("Ctrl Shift O", texts.shortcut_new),
            ):
                words(keys, tag="kbd")
                words(label)


def _choice(label: str, options: dict[Any, str], chosen: str, on_choose: Callable[[Any], None]) -> None:
    """One of a few, as buttons side by side."""
    words(label, tag="h2")
    buttons: dict[str, ui.element] = {}

    def choose(key: str) -> None:
        for other, button in buttons.items():
            button.props["aria-pressed"] = "true" if other == key else "false"
        on_choose(key)

    with box("choice", role="group", aria_label=label):
        for key, words_of in options.items():
            pressed = "true" if key == chosen else "false"
            with box("", "button", type="button", aria_pressed=pressed) as buttons[key]:
                words(words_of)
            buttons[key].on("click", lambda key=key: choose(key), args=[])
