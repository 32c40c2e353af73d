"""Pictures of what is analysed: of a file at any time, of a live source those kept when it mattered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.video.frames import FrameSource, Picture
from open_autoglm.video.limits import VideoLimits

MAX_KEPT = 1000
"""Pictures of a live source: about a hundred megabytes of disk while it is watched."""


class RecordingFrames:
    """A context manager; leaving it ends its worker and removes what it kept.

    ``ring_folder`` is where the analysis of a live source puts its last minutes; None for a file.
    """

    def __init__(
        self,
        source: Path | str,
        *,
        live: bool,
        limits: VideoLimits | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._held = ExitStack()
        self._kept: dict[float, Path] = {}
        self.ring_folder: Path | None = None
        if live:
            self._folder = Path(self._held.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
            self.ring_folder = self._folder / "ring"
            self.ring_folder.mkdir()
            frames = FrameSource.of_ring(self.ring_folder)
        else:
            frames = FrameSource.of_file(Path(source), limits, cancelled)
        self._frames = self._held.enter_context(frames)

    def __enter__(self) -> RecordingFrames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def keep(self, time_s: float) -> None:
        """Keep the picture of a moment of a live source; of a file any can be had later."""
        if self.ring_folder is None or time_s in self._kept or len(self._kept) >= MAX_KEPT:
            return
        try:
            for picture in self._frames.frames_at((time_s,)):
                file = self._folder / f"{len(self._kept)}.jpg"
                file.write_bytes(picture.jpeg)
                self._kept[time_s] = file
        except (OpenAutoGLMError, OSError):
            return  # an event without a picture is still an event

    def frames_at(
        self, times: Sequence[float], *, width: int | None = None, quality: int = 85
    ) -> Iterator[Picture]:
        """As ``FrameSource.frames_at``; what was kept of a live source comes as large as it is."""
        missing = tuple(time_s for time_s in times if time_s not in self._kept)
        if not self._kept:
            yield from self._frames.frames_at(missing, width=width, quality=quality)
            return
        found = [Picture(at, at, self._kept[at].read_bytes()) for at in times if at in self._kept]
        found += self._frames.frames_at(missing, width=width, quality=quality)
        yield from sorted(found, key=lambda picture: picture.time_s)

    def frames_between(
        self,
        start_s: float,
        end_s: float,
        *,
        fps: float | None = None,
        width: int | None = None,
        quality: int = 85,
    ) -> Iterator[Picture]:
        """As ``FrameSource.frames_between``."""
        return self._frames.frames_between(start_s, end_s, fps=fps, width=width, quality=quality)
