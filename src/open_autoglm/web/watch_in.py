"""A recording from the browser: kept for a while so that zones can be drawn on it, then a job."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio import to_thread
from nicegui.elements.upload_files import FileUpload

from open_autoglm.errors import DamagedInput, LimitExceeded
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_store import NewJob
from open_autoglm.jobs.video_analysis import TASK, VideoAnalysisOptions
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.video.drawing import decode_jpeg
from open_autoglm.web.session import Session

PICTURE_WIDTH = 1280
PREFIX = "handed-in-"


def remove_leftovers(data_dir: Path) -> None:
    """What a program that was killed has left of recordings that never became jobs."""
    for folder in data_dir.glob(f"{PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


class HandedIn:
    """One recording that has come and is not yet a job. ``close`` removes it."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        place = session.parts.settings.data_dir
        self._folder = TemporaryDirectory(dir=place, prefix=PREFIX, ignore_cleanup_errors=True)
        self.name = name
        self.path = Path(self._folder.name) / f"recording{Path(name).suffix[:10]}"

    async def receive(self, upload: FileUpload) -> None:
        """Raises LimitExceeded for one that is too large."""
        limit = self._session.parts.settings.max_file_mb
        if upload.size() > limit << 20:
            raise LimitExceeded(self._session.texts.file_too_large.format(self.name, limit))
        with self.path.open("wb") as file:
            async for piece in upload.iterate():
                await to_thread.run_sync(file.write, piece)

    async def picture(self) -> tuple[bytes, tuple[int, int]]:
        """Its first frame as JPEG, and its size. Raises what says why it can't be shown."""
        return await to_thread.run_sync(self._picture)

    def _picture(self) -> tuple[bytes, tuple[int, int]]:
        limits = self._session.parts.video_limits
        with RecordingFrames(self.path, live=False, limits=limits) as frames:
            for frame in frames.frames_at((0.0,), width=PICTURE_WIDTH):
                image = decode_jpeg(frame.jpeg)
                if image is not None:
                    return frame.jpeg, (image.shape[1], image.shape[0])
        raise DamagedInput(f"{self.name} has no picture that can be shown.", hint="Export it again.")

    async def submit(self, options: VideoAnalysisOptions) -> Job:
        """The job, waiting or under way. Raises UsageError, QueueFull, OutputFailed, Forbidden,
        ModelNotInstalled."""
        session = self._session
        await to_thread.run_sync(options.check)
        await to_thread.run_sync(session.parts.videos.require_detector)
        if options.use_model:
            session.shared.door.require_model(session.owner, session.model)
        plain = options.model_dump(mode="json", exclude_none=True)
        with self.path.open("rb") as file:
            return await session.parts.jobs.submit(NewJob(session.owner, TASK, self.name, plain), file)

    def close(self) -> None:
        self._folder.cleanup()
