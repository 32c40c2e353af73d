"""The form that asks for a key, where this server has any."""

from __future__ import annotations

from nicegui import ui

from open_autoglm.errors import KeyRefused
from open_autoglm.web.elements import box, set_words, text_button, words
from open_autoglm.web.texts import Texts
from open_autoglm.web.visitor import Doorkeeper


def show_key_form(door: Doorkeeper, texts: Texts) -> None:
    with box("key-page", "main"), box("card"):
        words(texts.key_title, tag="h1")
        words(texts.key_explained, tag="p")
        field = box(
            "field", "input", type="password", autocomplete="current-password", aria_label=texts.key_field
        )
        field.props["autofocus"] = True
        problem = words("", "bad", "p", role="alert")

        def enter(key: str) -> None:
            try:
                door.enter(key)
            except KeyRefused:
                set_words(problem, texts.key_refused)
                return
            ui.navigate.reload()

        read = f"getHtmlElement({field.id}).value"
        field.on(
            "keydown",
            lambda event: enter(str(event.args)),
            js_handler="(e) => { if (page.sends(e)) emit(e.target.value); }",
        )
        button = text_button(texts.key_enter, classes="first")
        button.on("click", lambda event: enter(str(event.args)), js_handler=f"() => emit({read})")
