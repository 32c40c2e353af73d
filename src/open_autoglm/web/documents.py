"""Documents: handed in, watched while they are read, and the list of all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import get_args

from anyio import to_thread
from nicegui import background_tasks, events, ui

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.errors import NotFound, OpenAutoGLMError
from open_autoglm.jobs.document_parse import ResultForm
from open_autoglm.jobs.job import Job
from open_autoglm.web.amounts import duration
from open_autoglm.web.document_result import DocumentResult
from open_autoglm.web.elements import box, icon, icon_button, link, set_words, side_button, text_button, words
from open_autoglm.web.hand_in import hand_in
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
            self._show_list()

    def leave(self) -> None:
        for task in self._watching:
            task.cancel()
        self._watching.clear()

    # the list

    def _show_list(self) -> None:
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
            self._fill()

    def _set_summarize(self, summarize: bool) -> None:
        self._summarize = summarize

    def _fill(self) -> None:
        self.leave()
        self._cards.clear()
        jobs = self._session.parts.jobs.list(self._session.owner)
        with self._cards:
            if not jobs:
                words(self._session.texts.no_documents, "facts", "p")
            for job in jobs:
                self._card(job)

    def _card(self, job: Job) -> None:
        texts = self._session.texts
        path = document_path(job.id)
        with box("", "li") as card:
            icon("description")
            with box("main"):
                with link(path, lambda: self._go(path)):
                    words(job.file_name)
                facts = box("facts", role="status")
            with facts:
                state = words("")
                bar = box("", "progress", max="1", aria_label=job.file_name)
            stop = icon_button("stop", texts.stop, lambda: self._cancel(job.id))
            remove = icon_button("delete", texts.remove.format(job.file_name), lambda: self._remove(job.id))

        def update(now: Job) -> None:
            set_words(state, job_words(now, texts))
            _show_progress(bar, now)
            stop.visible, remove.visible = not now.has_ended, now.has_ended

        update(job)
        if not job.has_ended:
            self._watch(job.id, update, card)

    async def _taken(self, event: events.UploadEventArguments) -> None:
        try:
            await hand_in(self._session, event.file, summary=self._summarize)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        self._fill()

    def _cancel(self, job_id: str) -> None:
        self._session.parts.jobs.cancel(job_id, self._session.owner)

    async def _remove(self, job_id: str) -> None:
        try:
            await self._session.parts.jobs.remove(job_id, self._session.owner)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        self._fill()

    # one document

    async def _show_one(self, job_id: str) -> None:
        session, texts = self._session, self._session.texts
        with self._bar:
            icon_button("arrow_back", texts.back, lambda: self._go(DOCUMENTS))
        try:
            job = session.parts.jobs.get(job_id, session.owner)
        except NotFound as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar:
            words(job.file_name, tag="h1", title=job.file_name)
            box("space")
        if job.state == "done":
            await self._show_result(job)
            return
        with self._body, box("inner"), box("cards", "ul"), box("", "li") as card:
            icon("description")
            with box("main"):
                state = words("", role="status")
                bar = box("", "progress", max="1", aria_label=job.file_name)

        def update(now: Job) -> None:
            set_words(state, job_words(now, texts))
            _show_progress(bar, now)
            if now.state == "done":
                background_tasks.create(self._go(document_path(job_id)), context=self._body)

        update(job)
        if not job.has_ended:
            self._watch(job_id, update, card)

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
                for form in get_args(ResultForm):
                    ui.menu_item(f".{form}", lambda form=form: self._download(job, form)).classes("menu-item")
        with self._body:
            DocumentResult(session, job.id, result).show()

    async def _download(self, job: Job, form: ResultForm) -> None:
        parts = self._session.parts
        text = await to_thread.run_sync(parts.documents.rendered, parts.jobs.files(job), form)
        ui.download.content(text, f"{job.file_name}.{form}")

    def _watch(self, job_id: str, update: Callable[[Job], None], place: ui.element) -> None:
        async def follow() -> None:
            async for job in self._session.parts.jobs.watch(job_id, self._session.owner):
                update(job)

        self._watching.append(background_tasks.create(follow(), name="watch document", context=place))


def job_words(job: Job, texts: Texts) -> str:
    """How a job stands, in one line."""
    day = f"{datetime.astimezone(job.created):%Y-%m-%d %H:%M}"
    if job.state == "queued":
        return f"{texts.stage_queued} · {day}"
    if job.state == "done":
        return f"{texts.stage_done} · {day}"
    if job.state == "cancelled":
        return f"{texts.stage_cancelled} · {day}"
    if job.failure is not None:
        return f"{texts.stage_failed}: {job.failure.message}"
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


def _show_progress(bar: ui.element, job: Job) -> None:
    progress = job.progress
    bar.visible = not job.has_ended
    if progress.total:
        bar.props["value"] = f"{progress.done / progress.total:.3f}"
    else:
        bar.props.pop("value", None)
        bar.update()
