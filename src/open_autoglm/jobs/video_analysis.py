"""The job ``video_analysis``: a recording that was handed in becomes events with pictures, and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from open_autoglm.errors import Cancelled, DamagedInput, NotFound, OpenAutoGLMError
from open_autoglm.files import write_whole, write_whole_bytes
from open_autoglm.jobs.job import JobProgress
from open_autoglm.jobs.job_runner import JobFiles, JobRun
from open_autoglm.jobs.job_task import OpenedModel, OpenModel, ResultForm
from open_autoglm.tasks.analyze_video import VideoOptions, VideoProgress, WatchedVideo, analyze_video
from open_autoglm.tasks.ask_recording import MAX_QUESTION_CHARACTERS
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.tasks.video_output.pictures import (
    MAX_SNAPSHOTS,
    NO_PICTURES,
    collect_pictures,
    event_snapshots,
)
from open_autoglm.tasks.video_output.write import write_video_result
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.zones import ZoneFile, default_zones, parse_zones

TASK = "video_analysis"
MAX_QUESTIONS = 20
PICTURE_WIDTH = 1280


class VideoAnalysisOptions(BaseModel):
    """What is asked of the recording, as the command line has it in flags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = Field(default=None, description="Model or tier. Empty: the one of the settings.")
    language: Literal["auto", "zh", "en"] = Field(default="auto", description="Language of the report.")
    zones: str | None = Field(default=None, description="Zones and rules, in the YAML or JSON of --zones.")
    questions: tuple[str, ...] = Field(default=(), description="To be answered with times.")
    detect_fps: float | None = Field(
        default=None, ge=0.1, le=60, description="Detections in a second. Empty: what keeps up here."
    )
    use_model: bool = Field(default=True, description="false: rules write the report and the answers.")

    def check(self) -> None:
        """Raises UsageError for zones that can't be, before any work."""
        self.zone_file()

    def zone_file(self) -> ZoneFile:
        return parse_zones(self.zones, "zones") if self.zones else default_zones()


class VideoAnalysis:
    """The work of the job; called in a thread. ``told`` takes out of errors what its owner is not to see.

    ``options`` gives how recordings are watched here, once the detections in a second are known; it raises
    ModelNotInstalled where the detector is missing.
    """

    forms: tuple[ResultForm, ...] = ("json", "md", "html", "csv")

    def __init__(
        self,
        options: Callable[[float | None], VideoOptions],
        open_model: OpenModel,
        *,
        told: Callable[[str], str] = str,
    ) -> None:
        self._options = options
        self._open_model = open_model
        self._told = told

    def require_detector(self) -> None:
        """Raises what a job would fail for, where the detector is missing."""
        self._options(None)

    def __call__(self, run: JobRun) -> None:
        asked = VideoAnalysisOptions.model_validate(run.job.options)
        options = replace(
            self._options(asked.detect_fps),
            zones=asked.zone_file(),
            language=asked.language,
            questions=asked.questions,
        )
        with ExitStack() as held:
            frames = held.enter_context(
                RecordingFrames(run.files.source, live=False, limits=options.plan.limits, cancelled=run.stop)
            )
            try:
                watched = self._watch(run, asked, options, frames, held)
            except OpenAutoGLMError as error:
                # Sentences about the file name the one its owner knows.
                named = error.message.replace(run.files.source.name, run.job.file_name)
                raise type(error)(named, hint=error.hint) from error
            if watched.stopped:
                raise Cancelled("The analysis was stopped.", hint="Hand the file in again to go on.")
            run.report(JobProgress("pictures"))
            _keep_snapshots(watched, frames, run.files.made_again)
        result = self._for_owner(watched.result, run.job.file_name)
        with write_whole(run.files.result) as stream:
            stream.write(result.model_dump_json())

    def _watch(
        self,
        run: JobRun,
        asked: VideoAnalysisOptions,
        options: VideoOptions,
        frames: RecordingFrames,
        held: ExitStack,
    ) -> WatchedVideo:
        opened: list[OpenedModel] = []

        def open_model() -> OpenedModel:
            if not opened:
                opened.append(held.enter_context(self._open_model(asked.model, run.job.owner)))
                run.stop.on_stop(opened[0].engine.cancel)
            return opened[0]

        watched = analyze_video(
            run.files.source,
            frames,
            (lambda: open_model().engine) if asked.use_model else None,
            options,
            on_progress=lambda progress: run.report(_progress(progress)),
            cancelled=run.stop,
        )
        if not opened:
            return watched
        return replace(watched, result=watched.result.model_copy(update={"model": opened[0].used}))

    def _for_owner(self, result: AnalysedVideo, file_name: str) -> AnalysedVideo:
        """Under the name that its owner gave the file, and without paths of this machine."""
        return result.model_copy(
            update={
                "video": result.video.model_copy(update={"name": file_name}),
                "errors": tuple(map(self._told, result.errors)),
            }
        )

    def result(self, files: JobFiles) -> AnalysedVideo:
        """What the job made. Raises DamagedInput."""
        try:
            return AnalysedVideo.model_validate_json(files.result.read_bytes())
        except (OSError, ValidationError) as error:
            raise DamagedInput(
                "The result of this job can't be read any more.", hint="Hand the file in again."
            ) from error

    def rendered(self, files: JobFiles, form: ResultForm) -> str:
        """The result as JSON, Markdown, a table of its events, or a page with pictures and timeline."""
        result = self.result(files)
        pictures = NO_PICTURES
        if form == "html":
            kept = {event.id: jpeg for event in result.events if (jpeg := _read(files, event.id))}
            with RecordingFrames(files.source, live=False) as frames:
                made = collect_pictures(result.model_copy(update={"events": ()}), frames)
            pictures = replace(made, snapshots=kept)
        stream = StringIO()
        write_video_result(result, stream, form, pictures)
        return stream.getvalue()

    def snapshot(self, files: JobFiles, event: str) -> bytes:
        """The picture of an event, JPEG. Raises NotFound."""
        known = {one.id for one in self.result(files).events}
        picture = _read(files, event) if event in known else None
        if picture is None:
            raise NotFound(f"Event {event[:60]!r} has no picture.", hint="The result lists the events.")
        return picture

    def frame(self, files: JobFiles, seconds: float) -> bytes:
        """The picture of any moment, JPEG. Raises NotFound past the end, and as the file can't be read."""
        with RecordingFrames(files.source, live=False) as frames:
            for picture in frames.frames_at((seconds,), width=PICTURE_WIDTH):
                return picture.jpeg
        raise NotFound(f"The recording has no picture at {seconds:g} s.")


def _progress(progress: VideoProgress) -> JobProgress:
    watched = progress.analysis
    if watched is None:
        return JobProgress(progress.stage, progress.done, progress.total)
    return JobProgress(
        progress.stage,
        int(watched.position_s),
        int(watched.duration_s or 0),
        watched.seconds_left,
        {
            "frames_per_second": round(watched.frames_per_second, 1),
            "real_time_factor": round(watched.real_time_factor, 2),
            "events": watched.events,
        },
    )


def _keep_snapshots(watched: WatchedVideo, frames: RecordingFrames, folder: Path) -> None:
    """Taken while it is known where everybody was."""
    folder.mkdir(exist_ok=True, mode=0o700)
    result = watched.result
    events = result.events[:MAX_SNAPSHOTS]
    pictures: Iterator[tuple[str, bytes]] = event_snapshots(result, frames, events, watched.boxes)
    for event, jpeg in pictures:
        write_whole_bytes(folder / f"{event}.jpg", jpeg)


def _read(files: JobFiles, event: str) -> bytes | None:
    file = files.made_again / f"{event}.jpg"
    return file.read_bytes() if file.is_file() else None


__all__ = ["MAX_QUESTIONS", "MAX_QUESTION_CHARACTERS", "TASK", "VideoAnalysis", "VideoAnalysisOptions"]
