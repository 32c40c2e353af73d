"""Recordings: handed in, zones drawn, watched while they are watched, and what happened in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from anyio import to_thread
from nicegui import events, ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_task import ResultForm
from open_autoglm.jobs.video_analysis import MAX_QUESTION_CHARACTERS, TASK, VideoAnalysisOptions
from open_autoglm.video.events.event import clock
from open_autoglm.web.amounts import duration
from open_autoglm.web.elements import box, icon, icon_button, side_button, text_button, words
from open_autoglm.web.job_cards import JobCard
from open_autoglm.web.paths import VIDEO, video_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts
from open_autoglm.web.uploads import FileField
from open_autoglm.web.video_result import VideoResult
from open_autoglm.web.watch_in import HandedIn
from open_autoglm.web.zone_editor import ZoneEditor


class VideoView:
    """The list, one recording being prepared, or one that is a job."""

    def __init__(self, session: Session, *, go: Callable[[str], Awaitable[None]]) -> None:
        self._session = session
        self._go = go
        self._watching: list[asyncio.Task[None]] = []
        self._handed_in: HandedIn | None = None

    async def show(self, job_id: str) -> None:
        """Build the list, or the recording of a job."""
        with box("top", "header"):
            side_button(self._session.texts)
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
        if self._handed_in is not None:
            self._handed_in.close()
            self._handed_in = None

    # the list

    async def _show_list(self) -> None:
        texts = self._session.texts
        with self._bar:
            words(texts.videos, tag="h1")
        with self._body, box("inner"):
            with box("drop") as area:
                icon("videocam")
                words(texts.video_drop, tag="strong")
                words(texts.video_drop_explained, tag="p")
                self._files = FileField(self._taken, area)
                text_button(texts.choose_file, lambda: self._files.pick("video/*,.mkv,.avi,.ts"), "first")
            self._cards = box("cards", "ul")
        await self._fill()

    async def _fill(self) -> None:
        jobs = await to_thread.run_sync(self._session.parts.jobs.list, self._session.owner)
        mine = [job for job in jobs if job.task == TASK]
        self.leave()
        self._cards.clear()
        with self._cards:
            if not mine:
                words(self._session.texts.no_videos, "facts", "p")
            for job in mine:
                card = JobCard(self._session, job, "videocam", video_path(job.id), self._go, self._fill)
                card.follow(self._watching, video_words)

    async def _taken(self, event: events.UploadEventArguments) -> None:
        self.leave()
        handed_in = HandedIn(self._session, event.file.name)
        try:
            await handed_in.receive(event.file)
            jpeg, size = await handed_in.picture()
        except OpenAutoGLMError as error:
            handed_in.close()
            self._session.tell(str(error).replace(handed_in.path.name, handed_in.name))
            return
        self._handed_in = handed_in
        self._prepare(handed_in, jpeg, size)

    # before it is watched

    def _prepare(self, handed_in: HandedIn, jpeg: bytes, size: tuple[int, int]) -> None:
        texts = self._session.texts
        self._bar.clear()
        self._body.clear()
        with self._bar:
            icon_button("arrow_back", texts.video_back, lambda: self._go(VIDEO))
            words(handed_in.name, tag="h1", title=handed_in.name)
            box("space")
            text_button(texts.video_start, lambda: self._start(handed_in), "first", "play_arrow")
        self._use_model, self._question = True, ""
        with self._body, box("inner broad"):
            words(texts.zone_explained, "facts", "p")
            self._editor = ZoneEditor(texts, jpeg, size)
            with box("video-options"):
                with box("", "label"):
                    check = box("", "input", type="checkbox")
                    check.props["checked"] = True
                    check.on("change", self._set_model, js_handler="(e) => emit(e.target.checked)")
                    words(texts.video_use_model)
                question = box(
                    "question",
                    "input",
                    type="text",
                    maxlength=str(MAX_QUESTION_CHARACTERS),
                    placeholder=texts.video_question,
                    aria_label=texts.video_question,
                )
                question.on("change", self._set_question, js_handler="(e) => emit(e.target.value)")

    def _set_model(self, event: events.GenericEventArguments) -> None:
        self._use_model = bool(event.args)

    def _set_question(self, event: events.GenericEventArguments) -> None:
        self._question = str(event.args).strip()

    async def _start(self, handed_in: HandedIn) -> None:
        session = self._session
        options = VideoAnalysisOptions(
            model=session.model if self._use_model else None,
            language=session.visitor.language,
            zones=self._editor.text or None,
            questions=(self._question,) if self._question else (),
            use_model=self._use_model,
        )
        try:
            job = await handed_in.submit(options)
        except OpenAutoGLMError as error:
            session.tell(str(error))
            return
        await self._go(video_path(job.id))

    # one recording

    async def _show_one(self, job_id: str) -> None:
        session, texts = self._session, self._session.texts
        with self._bar:
            icon_button("arrow_back", texts.video_back, lambda: self._go(VIDEO))
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
            await self._go(video_path(job_id))

        with self._body, box("inner"), box("cards", "ul"):
            card = JobCard(session, job, "videocam", video_path(job_id), self._go, lambda: self._go(VIDEO))
            card.follow(self._watching, video_words, on_done=again)

    async def _show_result(self, job: Job) -> None:
        session, texts = self._session, self._session.texts
        try:
            result = await to_thread.run_sync(session.parts.videos.result, session.parts.jobs.files(job))
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar, icon_button("download", texts.download), ui.menu():
            for form in session.parts.videos.forms:
                ui.menu_item(f".{form}", lambda form=form: self._download(job, form)).classes("menu-item")
        with self._body:
            VideoResult(session, job.id, result).show()

    async def _download(self, job: Job, form: ResultForm) -> None:
        parts = self._session.parts
        try:
            text = await to_thread.run_sync(parts.videos.rendered, parts.jobs.files(job), form)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        ui.download.content(text, f"{job.file_name}.{form}")


def video_words(job: Job, texts: Texts) -> str:
    """How far a recording that is watched has come, in one line."""
    progress, numbers = job.progress, job.progress.numbers
    said = [texts.video_stages.get(progress.stage, progress.stage)]
    if numbers:
        said.append(
            f"{clock(progress.done)} / {clock(progress.total)}" if progress.total else clock(progress.done)
        )
        said.append(texts.video_speed.format(numbers["frames_per_second"], numbers["real_time_factor"]))
        said.append(texts.video_events.format(int(numbers["events"])))
    elif progress.total:
        said.append(f"{progress.done}/{progress.total}")
    if progress.seconds_left:
        said.append(texts.time_left.format(duration(progress.seconds_left)))
    return " · ".join(said)
