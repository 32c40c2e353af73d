"""The frame around the views: the side with the conversations, and the way from one view to another."""

from __future__ import annotations

import json
from functools import cached_property

from nicegui import ui

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.web.chat import ChatView
from open_autoglm.web.code import CodeView
from open_autoglm.web.conversation_list import ConversationList
from open_autoglm.web.documents import DocumentsView
from open_autoglm.web.elements import box, icon, icon_button, link, markup, words
from open_autoglm.web.knowledge import KnowledgeView
from open_autoglm.web.paths import CHAT, CODE, DOCUMENTS, KNOWLEDGE, STATUS, VIDEO, chat_path
from open_autoglm.web.preferences import show_preferences
from open_autoglm.web.session import Session
from open_autoglm.web.status import StatusView
from open_autoglm.web.video import VideoView

MARK = (
    '<svg viewBox="0 0 32 32" aria-hidden="true">'
    '<rect x="2" y="4" width="28" height="19" rx="6" fill="currentColor"/>'
    '<path d="M9 23h9l-6 6z" fill="currentColor"/>'
    '<path d="M9 11h14M9 16h9" stroke="var(--side)" stroke-width="2.4" stroke-linecap="round"/></svg>'
)


class Frame:
    """One window: the side, and the view that is open."""

    def __init__(self, session: Session) -> None:
        self.session = session
        texts = session.texts
        words(texts.skip, "skip", "a", href="#main")
        with box("shell"):
            with box("side", "aside", id="side", aria_label=texts.navigation):
                self._build_side()
            box("scrim")
            self._view = box("view", "main", id="main", tabindex="-1")
        ui.on("new_chat", lambda: self.go("/"))
        ui.on("went_to", lambda event: self.open(str(event.args)))
        ui.on("stop_answer", lambda: self._chat.stop())
        ui.on("seen", lambda event: self._status.look(seen=bool(event.args)))

    @cached_property
    def _chat(self) -> ChatView:
        return ChatView(self.session, on_change=self._changed, go=self.go)

    @cached_property
    def _documents(self) -> DocumentsView:
        return DocumentsView(self.session, go=self.go, ask=self._ask_about)

    @cached_property
    def _video(self) -> VideoView:
        return VideoView(self.session, go=self.go)

    @cached_property
    def _code(self) -> CodeView:
        return CodeView(self.session, go=self.go)

    @cached_property
    def _knowledge(self) -> KnowledgeView:
        return KnowledgeView(self.session, go=self.go)

    @cached_property
    def _status(self) -> StatusView:
        return StatusView(self.session)

    async def go(self, path: str) -> None:
        """Open a view and note it in the browser's history."""
        self.session.script(f"history.pushState({{}}, '', {json.dumps(path)})")
        await self.open(path)

    async def open(self, path: str) -> None:
        """Show what belongs to a path of the page."""
        self._chat.leave()
        self._documents.leave()
        self._video.leave()
        self._code.leave()
        self._knowledge.leave()
        self._status.leave()
        self._view.clear()
        for place, element in self._places.items():
            current = path.startswith(place)
            element.props.set_optional("aria-current", "page" if current else None)
        conversation = path.removeprefix(CHAT) if path.startswith(CHAT) else ""
        self._list.mark(conversation)
        with self._view:
            if path.startswith(STATUS):
                self._status.show()
            elif path.startswith(DOCUMENTS):
                await self._documents.show(path.removeprefix(DOCUMENTS).strip("/"))
            elif path.startswith(VIDEO):
                await self._video.show(path.removeprefix(VIDEO).strip("/"))
            elif path.startswith(KNOWLEDGE):
                await self._knowledge.show(path.removeprefix(KNOWLEDGE).strip("/"))
            elif path.startswith(CODE):
                await self._code.show(path.removeprefix(CODE).strip("/"))
            else:
                await self._chat.show(conversation)

    def _build_side(self) -> None:
        session, texts = self.session, self.session.texts
        with box("brand"):
            markup(MARK, tag="span")
            words(texts.product)
            close = icon_button("close", texts.close, classes="close-side")
            close.on("click", js_handler='() => document.body.classList.remove("drawer-open")')
        with link("/", lambda: self.go("/"), "new"):
            icon("add")
            words(texts.new_chat)
            words("Ctrl Shift O", tag="kbd", aria_hidden="true")
        self._list = ConversationList(session, go=lambda conversation: self.go(chat_path(conversation)))
        self._list.on_removed = self._removed
        self._places = {}
        with box("places", "nav", aria_label=texts.navigation):
            for path, label, name in (
                (DOCUMENTS, texts.documents, "description"),
                (KNOWLEDGE, texts.knowledge, "menu_book"),
                (VIDEO, texts.videos, "videocam"),
                (CODE, texts.codes, "build"),
                (STATUS, texts.status, "monitor_heart"),
            ):
                with link(path, lambda path=path: self.go(path)) as self._places[path]:
                    icon(name)
                    words(label)
        with box("foot"):
            words(texts.offline)
            with icon_button("tune", texts.settings):
                show_preferences(session)

    async def _ask_about(self, document: AttachedDocument) -> None:
        self._chat.ask_about = document
        await self.go("/")

    async def _changed(self) -> None:
        """Something was said: the conversation moves to the top of the list, and may be a new one."""
        self._list.mark(self._chat.conversation)
        await self._list.refresh()

    async def _removed(self, conversation: str) -> None:
        if self._chat.conversation == conversation:
            await self.go("/")
