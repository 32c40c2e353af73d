"""Plain HTML elements, as few as the views need. Words are text, never markup."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from open_autoglm.web.texts import Texts

Handler = Callable[..., Any]
OWN_CLICK = (
    "(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return; e.preventDefault(); emit(); }"
)
"""A click that is answered in this page, while a click for a new tab stays the browser's."""


def box(classes: str = "", tag: str = "div", **attributes: str) -> ui.element:
    """An element to put others in; ``aria_label`` becomes ``aria-label``."""
    element = ui.element(tag).classes(classes)
    _set(element, attributes)
    return element


def words(text: str, classes: str = "", tag: str = "span", **attributes: str) -> ui.html:
    return markup(escape(text), classes, tag, **attributes)


def markup(html: str, classes: str = "", tag: str = "div", **attributes: str) -> ui.html:
    """HTML that this program has written: see ``markdown`` for what a model wrote."""
    element = ui.html(html, tag=tag, sanitize=False).classes(classes)
    _set(element, attributes)
    return element


def set_words(element: ui.html, text: str) -> None:
    element.set_content(escape(text))


def icon(name: str) -> ui.icon:
    drawn = ui.icon(name)
    drawn.props["aria-hidden"] = "true"
    return drawn


def icon_button(name: str, label: str, on_click: Handler | None = None, classes: str = "") -> ui.element:
    """A button that shows an icon; ``label`` is read out and shown under the pointer."""
    with box(f"icon-button {classes}", "button", type="button", aria_label=label, title=label) as button:
        icon(name)
    if on_click is not None:
        button.on("click", on_click, args=[])
    return button


def side_button(texts: Texts) -> None:
    """Shows the side, where the window is too narrow to show it always."""
    button = icon_button("menu", texts.menu, classes="open-side")
    button.on("click", js_handler='() => document.body.classList.add("drawer-open")')


def text_button(
    label: str, on_click: Handler | None = None, classes: str = "", icon_name: str = ""
) -> ui.element:
    with box(f"button {classes}", "button", type="button") as button:
        if icon_name:
            icon(icon_name)
        words(label)
    if on_click is not None:
        button.on("click", on_click, args=[])
    return button


def link(address: str, on_click: Handler, classes: str = "", **attributes: str) -> ui.element:
    """A link within the page: it can be opened in a new tab, and is otherwise answered by ``on_click``."""
    element = box(classes, "a", href=address, **attributes)
    element.on("click", lambda _: on_click(), js_handler=OWN_CLICK)
    return element


def menu_item(label: str, on_click: Handler, icon_name: str) -> None:
    with ui.menu_item(on_click=on_click).classes("menu-item").props("role=menuitem"):
        icon(icon_name)
        words(label)


def _set(element: ui.element, attributes: dict[str, str]) -> None:
    for name, value in attributes.items():
        element.props[name.replace("_", "-")] = value
