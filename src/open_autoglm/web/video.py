"""Recordings: handed in, zones drawn, watched while they are watched, and what happened in them."""

from __future__ import annotations

from nicegui import events

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.video_analysis import (
    MAX_QUESTION_CHARACTERS,
    TASK,
    VideoAnalysis,
    VideoAnalysisOptions,
)
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import clock
from open_autoglm.web.amounts import duration
from open_autoglm.web.elements import box, icon, icon_button, text_button, words
from open_autoglm.web.jobs_view import Go, JobsView, Kind
from open_autoglm.web.paths import VIDEO, video_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts
from open_autoglm.web.uploads import FileField
from open_autoglm.web.video_result import VideoResult
from open_autoglm.web.watch_in import HandedIn
from open_autoglm.web.zone_editor import ZoneEditor


class VideoView(JobsView):
    """The list, one recording being prepared, or one that is a job."""

    def __init__(self, session: Session, *, go: Go) -> None:
        texts = session.texts
        super().__init__(
            session,
            Kind(
                TASK,
                VIDEO,
                video_path,
                "videocam",
                texts.videos,
                texts.video_back,
                texts.no_videos,
                video_words,
            ),
            go=go,
        )
        self._handed_in: HandedIn | None = None

    def leave(self) -> None:
        super().leave()
        if self._handed_in is not None:
            self._handed_in.close()
            self._handed_in = None

    @property
    def _work(self) -> VideoAnalysis:
        return self._session.parts.videos

    def _show_hand_in(self) -> None:
        texts = self._session.texts
        with box("drop") as area:
            icon("videocam")
            words(texts.video_drop, tag="strong")
            words(texts.video_drop_explained, tag="p")
            self._files = FileField(self._taken, area)
            text_button(texts.choose_file, lambda: self._files.pick("video/*,.mkv,.avi,.ts"), "first")

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

    def _show_buttons(self, job: Job) -> None:
        """A recording is only downloaded."""

    def _build_result(self, job: Job, result: AnalysedVideo) -> None:
        VideoResult(self._session, job.id, result).show()


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
