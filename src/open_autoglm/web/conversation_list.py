"""The conversations at the side: by day, searched, renamed, exported, deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from nicegui import background_tasks, ui

from open_autoglm.context.conversation import Conversation, Found
from open_autoglm.context.export_conversation import conversation_as_json, conversation_as_markdown
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.web.elements import box, icon, icon_button, link, menu_item, text_button, words
from open_autoglm.web.paths import chat_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts

_Shown = tuple[Conversation, Found | None]

PAGE = 60
"""Conversations shown at first, and with each "more"."""
SEARCH_AFTER_S = 0.2
"""A pause in typing after which is searched."""
UNSAFE_IN_NAMES = '\\/:*?"<>|'


def day_group(day: date, today: date, texts: Texts) -> str:
    """The heading under which a day stands."""
    age = (today - day).days
    if age <= 0:
        return texts.today
    if age == 1:
        return texts.yesterday
    if age <= 7:
        return texts.this_week
    return texts.this_month if age <= 30 else day.strftime(texts.month)


class ConversationList:
    """Built where it is made. ``on_removed`` is told of a conversation that was deleted here."""

    def __init__(self, session: Session, *, go: Callable[[str], Awaitable[None]]) -> None:
        self._session = session
        self._go = go
        self._limit = PAGE
        self._sought = ""
        self._open = ""
        self._items: dict[str, ui.element] = {}
        self.on_removed: Callable[[str], Awaitable[None]] | None = None
        texts = session.texts
        with box("search", id="search", role="search"):
            icon("search")
            field = box("", "input", type="search", placeholder=texts.search, aria_label=texts.search)
            field.on(
                "input",
                lambda event: self._search(str(event.args)),
                js_handler="(e) => emit(e.target.value)",
                throttle=SEARCH_AFTER_S,
                leading_events=False,
            )
        self._list = box("list", "nav", aria_label=texts.chats)
        background_tasks.create(self.refresh(), name="list conversations")

    async def refresh(self) -> None:
        """Show what the store holds now."""
        session, store, sought = self._session, self._session.parts.conversations, self._sought
        if sought:
            found = await session.stored(store.search, sought)
            shown: list[_Shown] = [(each.conversation, each) for each in found]
            more = False
        else:
            listed = await session.stored(store.list, self._limit + 1)
            shown = [(each, None) for each in listed[: self._limit]]
            more = len(listed) > self._limit
        if self._list.is_deleted or sought != self._sought:  # something else is looked for by now
            return
        self._list.clear()
        self._items.clear()
        with self._list:
            self._build(shown, more=more)
        self.mark(self._open)

    def mark(self, conversation: str) -> None:
        """Show which conversation is open."""
        self._open = conversation
        for identity, item in self._items.items():
            is_open = identity == conversation
            item.classes(add="open" if is_open else None, remove=None if is_open else "open")

    def _build(self, shown: Sequence[_Shown], *, more: bool) -> None:
        texts = self._session.texts
        if not shown:
            words(texts.search_empty.format(self._sought) if self._sought else texts.no_chats, "empty", "p")
        for heading, group in groupby(shown, key=self._heading):
            words(heading, tag="h2")
            with box("", "ul"):
                for conversation, found in group:
                    self._item(conversation, found)
        if more:
            text_button(texts.more_chats, self._show_more)

    def _heading(self, shown: _Shown) -> str:
        today = datetime.now().astimezone().date()
        day = datetime.fromtimestamp(shown[0].used).astimezone().date()
        return day_group(day, today, self._session.texts)

    def _item(self, conversation: Conversation, found: Found | None) -> None:
        texts = self._session.texts
        title = conversation.title or texts.untitled
        with box("", "li") as self._items[conversation.id]:
            with link(chat_path(conversation.id), lambda: self._go(conversation.id)):
                words(title, "title", title=title)
                if found is not None and found.message is not None:
                    words(found.excerpt, "excerpt")
            with icon_button("more_horiz", texts.chat_menu.format(title)), ui.menu():
                menu_item(texts.rename, lambda: self._rename(conversation), "edit")
                menu_item(texts.export_markdown, lambda: self._export(conversation.id, "md"), "download")
                menu_item(texts.export_json, lambda: self._export(conversation.id, "json"), "data_object")
                menu_item(texts.delete, lambda: self._delete(conversation), "delete")

    async def _search(self, text: str) -> None:
        self._sought = text.strip()
        await self.refresh()

    async def _show_more(self) -> None:
        self._limit += PAGE
        await self.refresh()

    def _rename(self, conversation: Conversation) -> None:
        texts = self._session.texts

        async def rename(title: str) -> None:
            dialog.close()
            if title.strip():
                await self._change(self._session.parts.conversations.rename, conversation.id, title)

        with self._list.client, ui.dialog(value=True) as dialog, box("card", role="group"):
            words(texts.rename, tag="h2")
            field = box(
                "field", "input", defaultValue=conversation.title, aria_label=texts.rename, maxlength="200"
            )
            field.props["autofocus"] = True
            field.on(
                "keydown",
                lambda event: rename(str(event.args)),
                js_handler="(e) => { if (page.sends(e)) emit(e.target.value); }",
            )
            with box("row-line"):
                text_button(texts.cancel, dialog.close)
                save = text_button(texts.save, classes="first")
                save.on(
                    "click",
                    lambda event: rename(str(event.args)),
                    js_handler=f"() => emit(getHtmlElement({field.id}).value)",
                )
        dialog.on_value_change(lambda event: None if event.value else dialog.delete())

    def _delete(self, conversation: Conversation) -> None:
        texts = self._session.texts

        async def delete() -> None:
            dialog.close()
            self._session.shared.answers.stop(conversation.id)
            await self._change(self._session.parts.conversations.delete, conversation.id)
            if self.on_removed is not None:
                await self.on_removed(conversation.id)

        with self._list.client, ui.dialog(value=True) as dialog, box("card", role="alertdialog"):
            words(texts.delete_title, tag="h2")
            words(texts.delete_explained.format(conversation.title or texts.untitled), tag="p")
            with box("row-line"):
                text_button(texts.cancel, dialog.close)
                text_button(texts.delete, delete, "danger")
        dialog.on_value_change(lambda event: None if event.value else dialog.delete())

    async def _change(self, method: Callable[..., None], *arguments: str) -> None:
        try:
            await self._session.stored(method, *arguments)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        await self.refresh()

    async def _export(self, conversation: str, form: str) -> None:
        session, store = self._session, self._session.parts.conversations
        try:
            kept = await session.stored(store.get, conversation)
            if form == "json":
                text = conversation_as_json(kept, await session.stored(store.tree, conversation))
            else:
                text = conversation_as_markdown(kept, await session.stored(store.branch, conversation))
        except OpenAutoGLMError as error:
            session.tell(str(error))
            return
        name = "".join(_safe_in_names(kept.title)).strip(". ")[:80] or session.texts.untitled
        ui.download.content(text, f"{name}.{form}")


def _safe_in_names(title: str) -> Iterator[str]:
    """Characters that a file name may hold on every system."""
    for character in title:
        yield " " if character in UNSAFE_IN_NAMES or not character.isprintable() else character
