"""Documents: handed in, watched while they are read, and the list of all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from anyio import to_thread
from nicegui import events, ui

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.document_parse import TASK
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_task import ResultForm
from open_autoglm.web.amounts import duration
from open_autoglm.web.document_result import DocumentResult
from open_autoglm.web.elements import box, icon, icon_button, side_button, text_button, words
from open_autoglm.web.hand_in import hand_in
from open_autoglm.web.job_cards import JobCard
from open_autoglm.web.paths import DOCUMENTS, document_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts
from open_autoglm.web.uploads import FileField

AskAbout = Callable[[AttachedDocument], Awaitable[None]]


class DocumentsView:
    """The list, or one document."""

    def __init__(self, session: Session, *, go: Callable[[str], Awaitable[None]], ask: AskAbout) -> None:
        self._session = session
        self._go = go
        self._ask = ask
        self._summarize = True
        self._watching: list[asyncio.Task[None]] = []

    async def show(self, job_id: str) -> None:
        """Build the list, or the document of a job."""
        texts = self._session.texts
        with box("top", "header"):
            side_button(texts)
            self._bar = box("contents")
            self._bar.style("display: contents")
        with box("body", tabindex="-1") as self._body:
            pass
        if job_id:
            await self._show_one(job_id)
        else:
            await self._show_list()

    def leave(self) -> None:
        for task in self._watching:
            task.cancel()
        self._watching.clear()

    # the list

    async def _show_list(self) -> None:
        texts = self._session.texts
        with self._bar:
            words(texts.documents, tag="h1")
        with self._body, box("inner"):
            with box("drop") as area:
                icon("upload_file")
                words(texts.drop, tag="strong")
                words(texts.drop_explained, tag="p")
                self._files = FileField(self._taken, area)
                text_button(texts.choose_file, lambda: self._files.pick(), "first")
                with box("", "label"):
                    check = box("", "input", type="checkbox")
                    check.props["checked"] = self._summarize
                    check.on(
                        "change",
                        lambda event: self._set_summarize(bool(event.args)),
                        js_handler="(e) => emit(e.target.checked)",
                    )
                    words(texts.summarize_too)
            self._cards = box("cards", "ul")
        await self._fill()

    def _set_summarize(self, summarize: bool) -> None:
        self._summarize = summarize

    async def _fill(self) -> None:
        listed = await to_thread.run_sync(self._session.parts.jobs.list, self._session.owner)
        jobs = [job for job in listed if job.task == TASK]
        self.leave()
        self._cards.clear()
        with self._cards:
            if not jobs:
                words(self._session.texts.no_documents, "facts", "p")
            for job in jobs:
                card = JobCard(self._session, job, "description", document_path(job.id), self._go, self._fill)
                card.follow(self._watching, document_words)

    async def _taken(self, event: events.UploadEventArguments) -> None:
        try:
            await hand_in(self._session, event.file, summary=self._summarize)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        await self._fill()

    # one document

    async def _show_one(self, job_id: str) -> None:
        session, texts = self._session, self._session.texts
        with self._bar:
            icon_button("arrow_back", texts.back, lambda: self._go(DOCUMENTS))
        try:
            job = await to_thread.run_sync(session.parts.jobs.get, job_id, session.owner)
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar:
            words(job.file_name, tag="h1", title=job.file_name)
            box("space")
        if job.state == "done":
            await self._show_result(job)
            return

        async def again() -> None:
            await self._go(document_path(job_id))

        with self._body, box("inner"), box("cards", "ul"):
            card = JobCard(
                session, job, "description", document_path(job_id), self._go, lambda: self._go(DOCUMENTS)
            )
            card.follow(self._watching, document_words, on_done=again)

    async def _show_result(self, job: Job) -> None:
        session, texts = self._session, self._session.texts
        try:
            result = await to_thread.run_sync(session.parts.documents.result, session.parts.jobs.files(job))
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        attached = AttachedDocument(job.file_name, job.id)
        with self._bar:
            text_button(texts.ask_about, lambda: self._ask(attached), "first", "chat_bubble_outline")
            with icon_button("download", texts.download), ui.menu():
                for form in session.parts.documents.forms:
                    ui.menu_item(f".{form}", lambda form=form: self._download(job, form)).classes("menu-item")
        with self._body:
            DocumentResult(session, job.id, result).show()

    async def _download(self, job: Job, form: ResultForm) -> None:
        parts = self._session.parts
        try:
            text = await to_thread.run_sync(parts.documents.rendered, parts.jobs.files(job), form)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        ui.download.content(text, f"{job.file_name}.{form}")


def document_words(job: Job, texts: Texts) -> str:
    """How far a document that is read has come, in one line."""
    progress = job.progress
    stages = {
        "model": texts.loading_model.format(""),
        "open": texts.stage_read,
        "read": texts.stage_read,
        "notes": texts.stage_notes,
        "key_information": texts.stage_key_information,
        "fields": texts.stage_fields,
        "summary": texts.stage_summary,
    }
    said = [stages.get(progress.stage, progress.stage).strip()]
    if progress.total and progress.stage == "read":
        said.append(texts.pages_done.format(progress.done, progress.total))
    elif progress.total:
        said.append(f"{progress.done}/{progress.total}")
    if progress.seconds_left:
        said.append(texts.time_left.format(duration(progress.seconds_left)))
    return " · ".join(said)
