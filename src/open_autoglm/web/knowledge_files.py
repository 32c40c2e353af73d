"""The files of a base: dropped in, listed with what became of them, and folders of this PC."""

from __future__ import annotations

from tempfile import TemporaryFile

from anyio import to_thread
from nicegui import events

from open_autoglm.errors import LimitExceeded, OpenAutoGLMError
from open_autoglm.gateway.guards.host_check import is_loopback
from open_autoglm.gateway.knowledge.knowledge import KnownFile
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.web.elements import box, icon, icon_button, text_button, words
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts
from open_autoglm.web.uploads import FileField

SHOWN = 200
"""More names than that are a list for programs."""
ICONS = {"read": "description", "failed": "error_outline", "waiting": "hourglass_empty"}


class KnowledgeFiles:
    """Built where ``show`` is called."""

    def __init__(self, session: Session, base: str) -> None:
        self._session = session
        self._base = base

    async def show(self) -> None:
        texts = self._session.texts
        with box("section", "section", aria_label=texts.knowledge_files_title):
            words(texts.knowledge_files_title, tag="h2")
            with box("drop") as area:
                icon("upload_file")
                words(texts.knowledge_drop, tag="strong")
                words(texts.knowledge_drop_explained, tag="p")
                self._field = FileField(self._taken, area)
                text_button(texts.choose_file, lambda: self._field.pick(), "first")
            if self._is_own_machine:
                self._show_folder_field()
            self._folders = box("contents")
            self._list = box("cards", "ul")
        await self.fill()

    async def fill(self) -> None:
        session, texts = self._session, self._session.texts
        knowledge = session.parts.knowledge
        files = await to_thread.run_sync(knowledge.files, session.owner, self._base)
        state = await to_thread.run_sync(knowledge.state, session.owner, self._base)
        self._folders.clear()
        with self._folders:
            if self._is_own_machine:
                for folder in state.folders:
                    words(texts.knowledge_folder_kept.format(folder), "facts", "p")
        self._list.clear()
        with self._list:
            for file in files[:SHOWN]:
                self._row(file)
            if len(files) > SHOWN:
                words(texts.knowledge_more_files.format(len(files) - SHOWN), "facts", "li")

    @property
    def _is_own_machine(self) -> bool:
        """Whether whoever looks sits at this machine: a folder of it is theirs to name."""
        session = self._session
        return session.owner == LOCAL_OWNER and is_loopback(session.parts.settings.local_api_host)

    def _show_folder_field(self) -> None:
        texts = self._session.texts
        with box("kb-row", "form"):
            folder = box(
                "field",
                "input",
                type="text",
                maxlength="1000",
                placeholder=texts.knowledge_folder_hint,
                aria_label=texts.knowledge_folder,
            )
            add = text_button(texts.knowledge_folder, icon_name="create_new_folder")
        said = f"() => emit(getHtmlElement({folder.id}).value)"
        add.on("click", self._add_folder, js_handler=said)
        folder.on(
            "keydown.enter", self._add_folder, js_handler=f"(e) => {{ e.preventDefault(); ({said})(); }}"
        )

    async def _add_folder(self, event: events.GenericEventArguments) -> None:
        if not (folder := str(event.args).strip()):
            return
        session = self._session
        try:
            await to_thread.run_sync(session.parts.knowledge.add_folder, session.owner, self._base, folder)
        except OpenAutoGLMError as error:
            session.tell(str(error))
        await self.fill()

    async def _taken(self, event: events.UploadEventArguments) -> None:
        session, upload = self._session, event.file
        limit = session.parts.settings.max_file_mb
        try:
            if upload.size() > limit << 20:
                raise LimitExceeded(session.texts.file_too_large.format(upload.name, limit))
            with TemporaryFile() as file:
                async for piece in upload.iterate():
                    file.write(piece)
                file.seek(0)
                await to_thread.run_sync(
                    session.parts.knowledge.upload, session.owner, self._base, upload.name, file
                )
        except OpenAutoGLMError as error:
            session.tell(str(error))
        await self.fill()

    def _row(self, file: KnownFile) -> None:
        texts = self._session.texts
        with box("", "li"):
            icon(ICONS[file.state])
            with box("main"):
                words(file.name, "name")
                words(file_line(file, texts), "facts" if file.state != "failed" else "facts doubt", "div")
            if "/" not in file.name:
                icon_button("delete", texts.remove.format(file.name), lambda: self._remove(file.name))

    async def _remove(self, file: str) -> None:
        session = self._session
        try:
            await to_thread.run_sync(session.parts.knowledge.remove_file, session.owner, self._base, file)
        except OpenAutoGLMError as error:
            session.tell(str(error))
        await self.fill()


def file_line(file: KnownFile, texts: Texts) -> str:
    """What became of a file, in one line."""
    if file.state == "failed":
        return texts.knowledge_file_failed.format(file.reason)
    if file.state == "waiting":
        return texts.knowledge_file_waiting
    return " · ".join(
        (texts.knowledge_pages.format(file.pages), texts.knowledge_passages.format(file.chunks))
    )
