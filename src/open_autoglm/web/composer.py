"""Where a message is written: its text, what is attached to it, sending and stopping."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from nicegui import background_tasks, events, ui
from nicegui.elements.upload_files import FileUpload

from open_autoglm.config import MEGABYTE
from open_autoglm.context.conversation import AttachedDocument, AttachedPicture, Attachments
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.dialect.images import image_part
from open_autoglm.web.document_chip import show_document
from open_autoglm.web.elements import box, icon_button, menu_item, words
from open_autoglm.web.hand_in import hand_in
from open_autoglm.web.session import Session
from open_autoglm.web.uploads import FileField

KEEP_DRAFT_EVERY_S = 1.0
MAX_PICTURE_MB = 16


@dataclass(frozen=True, slots=True)
class ComposerActions:
    """What happens with what is written."""

    send: Callable[[str, Attachments], Awaitable[bool]]
    """Answers whether it was taken; what was not taken stays in the field."""
    stop: Callable[[], None]
    model: Callable[[], str]
    """The model that would answer now."""
    sees_pictures: Callable[[], Awaitable[str | None]]
    """None where the chosen model can see pictures; else the sentence that says what to do."""


class Composer:
    """Built where it is made. ``place`` is the conversation whose draft it keeps; empty: a new one."""

    def __init__(self, session: Session, place: str, actions: ComposerActions) -> None:
        self._session = session
        self._place = place
        self._actions = actions
        self._attachments = Attachments()
        self._text = session.visitor.draft(place)
        self._reading: set[str] = set()
        texts = session.texts
        with box("composer"), box("card-box") as card:
            self._waiting = box("waiting-files")
            self._files = FileField(self._taken, card)
            with box("line"):
                with icon_button("add", texts.attach), ui.menu():
                    menu_item(texts.attach_picture, self._pick_picture, "image")
                    menu_item(texts.attach_document, lambda: self._files.pick(), "description")
                self._field = self._build_field()
                self._send = icon_button("arrow_upward", texts.send, classes="send")
                self._stop = icon_button("stop", texts.stop, actions.stop, classes="stop")
        self._send.on(
            "click",
            lambda event: self._submit(str(event.args)),
            js_handler=f"() => emit(getHtmlElement({self._field.id}).value)",
        )
        self.answering = False
        ui.timer(KEEP_DRAFT_EVERY_S, self.keep_draft)

    @property
    def answering(self) -> bool:
        return self._answering

    @answering.setter
    def answering(self, answering: bool) -> None:
        """While an answer is under way there is a button to stop it in the place of the one to send."""
        self._answering = answering
        self._send.visible, self._stop.visible = not answering, answering

    def attach_document(self, document: AttachedDocument) -> None:
        self._attachments = replace(self._attachments, documents=(*self._attachments.documents, document))
        self._show_attachments()

    def keep_draft(self) -> None:
        """Write down what has not been sent; it is there again after a reload."""
        if self._session.visitor.draft(self._place) != self._text:
            self._session.visitor.keep_draft(self._place, self._text)

    def focus(self) -> None:
        self._session.script(f"getHtmlElement({self._field.id})?.focus({{preventScroll: true}})")

    def write(self, text: str) -> None:
        """Put a text into the field."""
        self._text = text
        self._session.script(f"page.write({self._field.id}, {json.dumps(text)})")

    def _build_field(self) -> ui.element:
        texts = self._session.texts
        field = box(
            "message-field", "textarea", rows="1", placeholder=texts.placeholder, aria_label=texts.message
        )
        # Not "value": that would be written back, over what is being typed, whenever anything changes.
        field.props["defaultValue"] = self._text
        field.props["autofocus"] = True
        field.on(
            "input", lambda event: self._written(str(event.args)), js_handler="(e) => emit(e.target.value)"
        )
        field.on(
            "keydown",
            lambda event: self._submit(str(event.args)),
            js_handler="(e) => { if (page.sends(e)) { e.preventDefault(); emit(e.target.value); } }",
        )
        field.on("paste", js_handler=self._files.taking("e.clipboardData"))
        return field

    def _written(self, text: str) -> None:
        self._text = text

    async def _submit(self, text: str) -> None:
        self._text = text
        attachments = self._attachments
        if self._reading:
            self._session.tell(self._session.texts.reading_document.format(min(self._reading)), bad=False)
            return
        is_empty = not (text.strip() or attachments.documents or attachments.pictures)
        if self._answering or is_empty:
            return
        if await self._actions.send(text.strip(), attachments):
            self._attachments = Attachments()
            self._session.visitor.keep_draft(self._place, "")
            if not self._field.is_deleted:
                self.write("")
                self._show_attachments()

    async def _pick_picture(self) -> None:
        if (problem := await self._actions.sees_pictures()) is not None:
            self._session.tell(problem, bad=False)
            return
        self._files.pick("image/png,image/jpeg,image/webp,image/gif")

    async def _taken(self, file: events.UploadEventArguments) -> None:
        """A file was chosen, dropped or pasted."""
        upload = file.file
        if upload.content_type.startswith("image/"):
            problem = await self._actions.sees_pictures()
            if problem is None:
                await self._take_picture(upload.name, await upload.read())
                return
            self._session.tell(problem, bad=False)
        background_tasks.create(self._take_document(upload), name=f"attach {upload.name}")

    async def _take_picture(self, name: str, data: bytes) -> None:
        try:
            part = image_part(data, declared=None, max_bytes=MAX_PICTURE_MB * MEGABYTE)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        picture = AttachedPicture(part.media_type, part.data, name)
        self._attachments = replace(self._attachments, pictures=(*self._attachments.pictures, picture))
        self._show_attachments()

    async def _take_document(self, upload: FileUpload) -> None:
        """Read it first: what the model is given are words."""
        self._reading.add(upload.name)
        self._show_attachments()
        try:
            job = await hand_in(self._session, upload, summary=False)
            async for newer in self._session.parts.jobs.watch(job.id, self._session.owner):
                job = newer
            if job.failure is not None:
                self._session.tell(job.failure.message)
            elif job.state == "done":
                self._reading.discard(upload.name)
                self.attach_document(AttachedDocument(job.file_name, job.id))
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        finally:
            self._reading.discard(upload.name)
            self._show_attachments()

    def _show_attachments(self) -> None:
        if self._waiting.is_deleted:
            return
        self._waiting.clear()
        texts, held = self._session.texts, self._attachments
        with self._waiting:
            for name in sorted(self._reading):
                with box("attachment plain", role="status"):
                    ui.spinner(size="18px", color=None)
                    words(texts.reading_document.format(name), "name")
            for picture in held.pictures:
                with box("attachment"):
                    data = base64.b64encode(picture.data).decode("ascii")
                    box("", "img", src=f"data:{picture.media_type};base64,{data}", alt="")
                    words(picture.name, "name")
                    self._remove_button(picture.name, partial(self._remove_picture, picture))
            for document in held.documents:
                with box("attachment"):
                    show_document(self._session, document, self._actions.model())
                    self._remove_button(document.name, partial(self._remove_document, document))

    def _remove_button(self, name: str, remove: Callable[[], None]) -> None:
        icon_button("close", self._session.texts.remove.format(name), remove)

    def _remove_picture(self, picture: AttachedPicture) -> None:
        kept = tuple(each for each in self._attachments.pictures if each is not picture)
        self._attachments = replace(self._attachments, pictures=kept)
        self._show_attachments()

    def _remove_document(self, document: AttachedDocument) -> None:
        kept = tuple(each for each in self._attachments.documents if each is not document)
        self._attachments = replace(self._attachments, documents=kept)
        self._show_attachments()
