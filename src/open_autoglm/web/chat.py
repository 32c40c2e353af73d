"""One conversation: its messages, the answer under way, and where the next message is written."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from nicegui import background_tasks

from open_autoglm.context.conversation import AnswerDetails, AttachedDocument, Attachments, StoredMessage
from open_autoglm.errors import NotFound, OpenAutoGLMError
from open_autoglm.tasks.converse import Turn
from open_autoglm.values import Message
from open_autoglm.web.answers import RunningAnswer
from open_autoglm.web.composer import Composer, ComposerActions
from open_autoglm.web.context_meter import ContextMeter
from open_autoglm.web.elements import box, side_button, words
from open_autoglm.web.growing_answer import GrowingAnswer
from open_autoglm.web.message import MessageActions, show_answer, show_question
from open_autoglm.web.model_choice import ModelChoice
from open_autoglm.web.paths import chat_path
from open_autoglm.web.session import Session

REST = 9.0
"""Drawing a long block of code again takes 20 ms of the event loop, which programs wait for too: it rests for
so many times as long."""


class ChatView:
    """The conversation that is open in one window; ``conversation`` is empty for a new one."""

    def __init__(
        self,
        session: Session,
        *,
        on_change: Callable[[], Awaitable[None]],
        go: Callable[[str], Awaitable[None]],
    ) -> None:
        self._session = session
        self._on_change = on_change
        self._go = go
        self._actions = MessageActions(self._edit, self._answer_again, self._switch, go)
        self._composer: Composer | None = None
        self._watching: asyncio.Task[None] | None = None
        self.conversation = ""
        self.ask_about: AttachedDocument | None = None
        """A document that the next new conversation begins with."""

    async def show(self, conversation: str) -> None:
        """Build the view in its place."""
        session = self._session
        store = session.parts.conversations
        self.conversation = conversation
        model = session.model
        if conversation:
            try:
                kept = await session.stored(store.get, conversation)
                model = kept.model or model
            except NotFound:
                words(session.texts.not_found, "body", "p")
                self.conversation = ""
                return
        with box("top", "header"):
            side_button(session.texts)
            self._model = ModelChoice(session, model, self._use_model)
            box("space")
            self._meter = ContextMeter(session)
        with box("transcript", tabindex="0", role="region", aria_label=session.texts.chats):
            self._column = box("column")
        # Finished pieces of an answer are said here once; the text above changes with every token.
        self._said = box("hidden-words", role="log", aria_live="polite")
        self._composer = Composer(
            session,
            conversation,
            ComposerActions(self._send, self.stop, lambda: self._model.chosen, self._why_no_pictures),
        )
        if self.ask_about is not None:
            self._composer.attach_document(self.ask_about)
            self.ask_about = None
        await self._show_messages()
        self._composer.focus()

    def leave(self) -> None:
        """The view is about to go; an answer under way goes on without it."""
        self._stop_watching()
        if self._composer is not None:
            self._composer.keep_draft()
        self._composer = None

    def stop(self) -> None:
        """End the answer under way."""
        self._session.shared.answers.stop(self.conversation)

    async def _show_messages(self) -> None:
        session = self._session
        self._stop_watching()
        branch = (
            await session.stored(session.parts.conversations.branch, self.conversation)
            if self.conversation
            else ()
        )
        running = session.shared.answers.of(self.conversation)
        self._column.clear()
        with self._column:
            if not branch:
                self._greet()
            for message in branch:
                if running is not None and message.id == running.turn.answer:
                    self._watch(running)
                elif message.role == "user":
                    show_question(session, message, self._actions, self._model.chosen)
                elif message.role == "assistant":
                    show_answer(session, message, self._actions)
            if branch and branch[-1].role == "user":
                self._unanswered(branch[-1])
        if self._composer is not None:
            self._composer.answering = self._watching is not None
        self._meter.show(_last_details(branch))
        session.script("page.toEnd()")

    def _greet(self) -> None:
        texts = self._session.texts
        with box("greeting"):
            words(texts.greeting, tag="h1")
            words(texts.greeting_explained, tag="p")
            with box("suggestions"):
                for suggestion in texts.suggestions:
                    with box("", "button", type="button") as button:
                        words(suggestion)
                    button.on("click", lambda text=suggestion: self._suggest(text), args=[])

    async def _suggest(self, text: str) -> None:
        await self._send(text, Attachments())

    def _unanswered(self, question: StoredMessage) -> None:
        """A question whose answer never began, because the program ended before."""
        texts = self._session.texts

        async def retry() -> None:
            if self._is_allowed():
                await self._begin(question.id)

        with box("note"):
            words(texts.no_answer)
            button = box("button", "button", type="button")
            with button:
                words(texts.retry)
            button.on("click", retry, args=[])

    async def _send(self, text: str, attachments: Attachments) -> bool:
        """Keep the message, then have it answered. False where it could not be kept."""
        session, store = self._session, self._session.parts.conversations
        if not self._is_allowed():
            return False
        try:
            is_new = not self.conversation
            if is_new:
                created = await session.stored(store.create, model=self._model.chosen)
                self.conversation = created.id
            await session.stored(
                store.append, self.conversation, Message("user", text), attachments=attachments
            )
        except OpenAutoGLMError as error:
            session.tell(str(error))
            return False
        if is_new:
            session.visitor.keep_draft("", "")
            address = json.dumps(chat_path(self.conversation))
            session.script(f"history.replaceState({{}}, '', {address})")
        await self._begin(None)
        return True

    async def _edit(self, message: StoredMessage, text: str) -> None:
        if not self._is_allowed():
            return
        store = self._session.parts.conversations
        edited = await self._session.stored(
            store.append_version, message.id, Message("user", text), attachments=message.attachments
        )
        await self._begin(edited.id)

    async def _answer_again(self, message: StoredMessage) -> None:
        """Another answer beside this one."""
        if not self._is_allowed():
            return
        self.stop()
        store = self._session.parts.conversations
        answer = await self._session.stored(
            store.append_version, message.id, Message("assistant", ""), whole=False
        )
        await self._answer(answer)

    async def _switch(self, message: int) -> None:
        self.stop()
        await self._session.stored(self._session.parts.conversations.switch_to, message)
        await self._show_messages()

    async def _begin(self, after: int | None) -> None:
        store = self._session.parts.conversations
        answer = await self._session.stored(
            store.append, self.conversation, Message("assistant", ""), after=after, whole=False
        )
        await self._answer(answer)

    async def _answer(self, answer: StoredMessage) -> None:
        """Have the server write the answer, and watch it."""
        session = self._session
        session.shared.answers.begin(
            Turn(
                conversation=self.conversation,
                answer=answer.id,
                model=self._model.chosen,
                owner=session.owner,
                policy=session.parts.settings.chat_context_policy,
                document_text=await session.shared.attached.prepare(self._model.chosen),
            )
        )
        await self._show_messages()
        await self._on_change()

    def _watch(self, running: RunningAnswer) -> None:
        shown = GrowingAnswer(self._session, self._said, running.turn.model)

        async def follow() -> None:
            async for so_far in running.watch():
                began = time.monotonic()
                shown.show(so_far)
                await asyncio.sleep(REST * (time.monotonic() - began))
            self._watching = None
            await self._show_messages()
            await self._on_change()

        self._watching = background_tasks.create(follow(), name="watch answer", context=self._column)

    def _stop_watching(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def _use_model(self, name: str) -> None:
        self._session.visitor.model = name
        if self.conversation:
            change = self._session.parts.conversations.use_model
            background_tasks.create(self._session.stored(change, self.conversation, name), name="use model")

    def _is_allowed(self) -> bool:
        """Whether the visitor's key still allows the model; where it does not, the visitor is told."""
        try:
            self._session.shared.door.require_model(self._session.owner, self._model.chosen)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return False
        return True

    async def _why_no_pictures(self) -> str | None:
        parts = self._session.parts
        try:
            facts = await parts.service.describe(self._model.chosen)
        except OpenAutoGLMError as error:
            return str(error)
        if "vision" in facts.capabilities:
            return None
        seeing = next((model.name for model in parts.catalog.models if "vision" in model.capabilities), "")
        return self._session.texts.cannot_see.format(facts.means, seeing)


def _last_details(branch: tuple[StoredMessage, ...]) -> AnswerDetails | None:
    """Of the last answer that has a context report; a cached answer has none."""
    return next(
        (m.details for m in reversed(branch) if m.details is not None and m.details.context is not None), None
    )
