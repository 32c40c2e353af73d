"""Knowledge bases: the list of them, or one with its files and the questions asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from anyio import to_thread
from nicegui import background_tasks, events, ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.knowledge.knowledge import BaseState
from open_autoglm.web.elements import (
    box,
    icon,
    icon_button,
    link,
    menu_item,
    set_words,
    side_button,
    text_button,
    words,
)
from open_autoglm.web.knowledge_asking import KnowledgeAsking
from open_autoglm.web.knowledge_files import KnowledgeFiles
from open_autoglm.web.paths import KNOWLEDGE, knowledge_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts

LOOK_S = 1.0
"""How often a base that reads is looked at again."""

Go = Callable[[str], Awaitable[None]]


class KnowledgeView:
    """The list, or one base."""

    def __init__(self, session: Session, *, go: Go) -> None:
        self._session = session
        self._go = go
        self._watching: asyncio.Task[None] | None = None
        self._asking: KnowledgeAsking | None = None

    async def show(self, path: str) -> None:
        """``path`` is the name of a base as it stands in an address, or empty."""
        with box("top", "header"):
            side_button(self._session.texts)
            self._bar = box("contents")
            self._bar.style("display: contents")
        with box("body", tabindex="-1") as self._body:
            pass
        if path:
            await self._show_one(unquote(path))
        else:
            await self._show_list()

    def leave(self) -> None:
        """Nothing is watched any more, and a question under way is let go."""
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if self._asking is not None:
            self._asking.stop()
            self._asking = None

    # all bases

    async def _show_list(self) -> None:
        texts = self._session.texts
        with self._bar:
            words(texts.knowledge, tag="h1")
        with self._body, box("inner"):
            with box("code-form", "form"):
                words(texts.knowledge_explained, "facts", "p")
                with box("row"):
                    with box("field-box", "label"):
                        words(texts.knowledge_name, "label")
                        name = box("field", "input", type="text", maxlength="100")
                    make = text_button(texts.knowledge_new, classes="first", icon_name="add")
            said = f"() => emit(getHtmlElement({name.id}).value)"
            make.on("click", self._make, js_handler=said)
            name.on("keydown.enter", self._make, js_handler=f"(e) => {{ e.preventDefault(); ({said})(); }}")
            self._cards = box("cards", "ul")
        await self._fill()
        self._watch(self._fill_if_reading)

    async def _make(self, event: events.GenericEventArguments) -> None:
        name = str(event.args).strip()
        if not name:
            self._session.tell(self._session.texts.knowledge_needs_name, bad=False)
            return
        try:
            await to_thread.run_sync(self._session.parts.knowledge.create, self._session.owner, name)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        await self._go(knowledge_path(name))

    async def _fill(self) -> None:
        self._states = await self._read_states()
        texts = self._session.texts
        self._cards.clear()
        with self._cards:
            if not self._states:
                words(texts.no_knowledge, "facts", "p")
            for state in self._states:
                path = knowledge_path(state.name)
                with box("", "li"):
                    icon("menu_book")
                    with box("main"):
                        with link(path, lambda path=path: self._go(path)):
                            words(state.name)
                        words(state_line(state, texts), "facts", role="status")

    async def _fill_if_reading(self) -> None:
        if await self._read_states() != self._states:
            await self._fill()

    async def _read_states(self) -> list[BaseState]:
        try:
            return await to_thread.run_sync(self._session.parts.knowledge.states, self._session.owner)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return []

    # one base

    async def _show_one(self, name: str) -> None:
        session, texts = self._session, self._session.texts
        with self._bar:
            icon_button("arrow_back", texts.knowledge_back, lambda: self._go(KNOWLEDGE))
        try:
            state = await to_thread.run_sync(session.parts.knowledge.state, session.owner, name)
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar:
            words(name, tag="h1", title=name)
            self._line = words(state_line(state, texts), "facts", role="status")
            box("space")
            with icon_button("delete", texts.remove.format(name)), ui.menu():
                menu_item(texts.knowledge_remove.format(name), lambda: self._remove(name), "delete")
        with self._body, box("inner broad"):
            self._asking = KnowledgeAsking(session, name)
            self._asking.show()
            files = KnowledgeFiles(session, name)
            await files.show()
        self._state = state

        async def look() -> None:
            now = await to_thread.run_sync(session.parts.knowledge.state, session.owner, name)
            if now != self._state:
                self._state = now
                set_words(self._line, state_line(now, texts))
                await files.fill()

        self._watch(look)

    async def _remove(self, name: str) -> None:
        self.leave()
        try:
            await to_thread.run_sync(self._session.parts.knowledge.delete, self._session.owner, name)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        await self._go(KNOWLEDGE)

    def _watch(self, look: Callable[[], Awaitable[None]]) -> None:
        async def watch() -> None:
            while True:
                await asyncio.sleep(LOOK_S)
                try:
                    await look()
                except OpenAutoGLMError as error:  # removed in another window
                    self._session.tell(str(error))
                    return

        self._watching = background_tasks.create(watch(), name="watch base", context=self._body)


def state_line(state: BaseState, texts: Texts) -> str:
    """How a base stands, in one line."""
    counts = state.counts
    said = [texts.knowledge_files.format(counts.files), texts.knowledge_passages.format(counts.chunks)]
    if counts.failed:
        said.append(texts.knowledge_failed.format(counts.failed))
    if state.waiting:
        said.append(texts.knowledge_waiting.format(state.waiting))
    elif state.reading:
        said.append(texts.knowledge_reading)
    if counts.without_vector:
        said.append(texts.knowledge_vectors.format(counts.without_vector))
    return " · ".join(said)
