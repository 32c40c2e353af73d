"""The files of one analysed recording: the result, and what was asked for beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.cli.input_output import Job
from open_autoglm.errors import Cancelled, OutputFailed
from open_autoglm.files import write_whole_bytes
from open_autoglm.tasks.analyze_video import Stage, VideoProgress, WatchedVideo
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.tasks.video_output.annotated import write_annotated, write_clips
from open_autoglm.tasks.video_output.mot import write_mot
from open_autoglm.tasks.video_output.pictures import (
    MAX_SNAPSHOTS,
    NO_PICTURES,
    VideoPictures,
    collect_pictures,
    event_snapshots,
)
from open_autoglm.tasks.video_output.write import write_video_result


@dataclass(frozen=True, slots=True)
class VideoFiles:
    """What was asked for. ``events.json`` has ``events-pictures/``, ``events-clips/`` … beside it."""

    annotate: bool
    clips: bool
    heat_map: bool
    tracks: Path | None
    """A file, or a folder where there are several recordings."""

    @property
    def beside(self) -> tuple[str, ...]:
        """The flags that need a named output."""
        flags = {"--annotate": self.annotate, "--clips": self.clips, "--heat-map": self.heat_map}
        return tuple(flag for flag, given in flags.items() if given)

    def write(
        self,
        job: Job,
        watched: WatchedVideo,
        frames: RecordingFrames,
        *,
        on_progress: Callable[[VideoProgress], None],
        cancelled: Callable[[], bool],
    ) -> list[Path]:
        """Write all of it; answers the files and folders beside the result. Raises OutputFailed.

        After Ctrl-C the result is written with what is there, then Cancelled is raised; of a recording that
        was stopped half-way, no clips are made.
        """
        work = _Writing(job, watched, frames, on_progress, cancelled)
        stopped: Cancelled | None = None
        try:
            if not watched.stopped:
                self._write_beside(work)
            if self.tracks is not None:
                work.tracks(self.tracks)
        except Cancelled as error:
            stopped = error
        work.result(heat_map=self.heat_map)
        if stopped is not None:
            raise stopped
        return work.written

    def _write_beside(self, work: _Writing) -> None:
        if self.clips and work.watched.result.events:
            work.clips()
        if self.annotate:
            work.annotated()


class _Writing:
    """One recording's files on their way."""

    def __init__(
        self,
        job: Job,
        watched: WatchedVideo,
        frames: RecordingFrames,
        on_progress: Callable[[VideoProgress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._job = job
        self.watched = watched
        self._frames = frames
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._clips: dict[str, str] = {}
        self.written: list[Path] = []

    def clips(self) -> None:
        folder = self._beside("clips")
        files = write_clips(
            self.watched.result,
            self._frames,
            self.watched.boxes,
            folder,
            on_progress=lambda done, total: self._report("clips", done, total),
            cancelled=self._cancelled,
        )
        self._clips = {event: f"{folder.name}/{path.name}" for event, path in files.items()}
        self.written.append(folder)

    def annotated(self) -> None:
        path = self._beside("annotated.mp4")
        result = self.watched.result
        write_annotated(
            result,
            self._frames,
            self.watched.boxes,
            path,
            on_progress=lambda done: self._report("annotate", int(done), int(result.analysed_seconds)),
            cancelled=self._cancelled,
        )
        self.written.append(path)

    def tracks(self, target: Path) -> None:
        path = target / f"{self._job.source.name}.txt" if target.is_dir() else target
        write_mot(self.watched.boxes, path)
        self.written.append(path)

    def result(self, *, heat_map: bool) -> None:
        job, result = self._job, self.watched.result
        pictures = NO_PICTURES
        if job.form == "html" or heat_map:
            self._report("pictures", 0, 0)
            pictures = collect_pictures(
                result, self._frames, self.watched.boxes, film=job.form == "html", clips=self._clips
            )
        if job.output is not None:
            self._pictures(pictures, heat_map=heat_map)
            write_video_result(result, job.output, job.form, pictures)
        elif job.form != "json":
            write_video_result(result, sys.stdout, job.form, pictures)

    def _pictures(self, pictures: VideoPictures, *, heat_map: bool) -> None:
        """Snapshots as files, where the result does not hold them itself."""
        result = self.watched.result
        if self._job.form != "html" and result.events:
            folder = _made(self._beside("pictures"))
            self._report("pictures", 0, 0)
            events = result.events[:MAX_SNAPSHOTS]
            for event, jpeg in event_snapshots(result, self._frames, events, self.watched.boxes):
                write_whole_bytes(folder / f"{event}.jpg", jpeg)
            self.written.append(folder)
        if heat_map and pictures.heat_map is not None:
            target = self._beside("heat-map.jpg")
            write_whole_bytes(target, pictures.heat_map)
            self.written.append(target)

    def _beside(self, what: str) -> Path:
        assert self._job.output is not None  # noqa: S101 - ``VideoFiles.beside`` was looked at before any work
        return self._job.output.with_name(f"{self._job.output.stem}-{what}")

    def _report(self, stage: Stage, done: int, total: int) -> None:
        self._on_progress(VideoProgress(stage, None, done, total))


def _made(folder: Path) -> Path:
    """A folder for pictures; those of an earlier run with the same name are replaced one by one."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputFailed(
            f"Can't make the folder {folder}: {error.strerror or error}.",
            hint="Choose another place with --output.",
        ) from error
    return folder
