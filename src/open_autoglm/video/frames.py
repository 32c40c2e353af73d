"""Pictures of a recording at given moments, decoded again in a worker process of its own.

with FrameSource.of_file(path) as frames:
    for picture in frames.frames_at((3.2, 8.75), width=640):
        ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from open_autoglm.errors import Cancelled, DamagedInput, OpenAutoGLMError
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.live import RING_FPS, ring_pictures
from open_autoglm.video.sampling import Sampler
from open_autoglm.video.sources import VideoSource, source_of
from open_autoglm.video.workers.messages import At, Between, Failed, Finished, More, ShowFrames, Shown
from open_autoglm.video.workers.session import START_LIMIT_S, VideoWorker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AHEAD = 8
"""Pictures that the worker may have made before they are taken."""

RING_TOLERANCE_S = 1.0
"""A picture of the ring stands for moments this close to it; where the stream was lost there is none."""


class Picture(NamedTuple):
    """One frame. ``time_s`` is the moment asked for, ``frame_time_s`` the frame's own timestamp."""

    time_s: float
    frame_time_s: float
    jpeg: bytes
    """JPEG, upright; the size the video has, or ``width`` wide where that is less."""


class FrameSource:
    """Use as a context manager: leaving it ends the worker process, if one was started."""

    def __init__(self, frames: _Frames) -> None:
        self._frames = frames

    @classmethod
    def of_file(
        cls, path: Path, limits: VideoLimits | None = None, cancelled: Callable[[], bool] | None = None
    ) -> FrameSource:
        """Frames of a video file; the worker starts with the first request. Raises InputMissing."""
        return cls(_FileFrames(source_of(path), limits or VideoLimits(), cancelled or _never))

    @classmethod
    def of_ring(cls, folder: Path) -> FrameSource:
        """Frames of a live source, from the ring that the analysis fills (``AnalysisPlan.ring_folder``)."""
        return cls(_RingFrames(folder))

    def frames_at(
        self, times: Sequence[float], *, width: int | None = None, quality: int = 85
    ) -> Iterator[Picture]:
        """The frame shown at each of ``times`` (seconds), in the order of time.

        A moment that can't be shown (after the end, in a damaged part, gone from the ring) is left out.
        Raises the errors of ``open_autoglm.errors`` where the file as a whole can't be read.
        """
        return self._frames.at(At(times=tuple(sorted(times)), width=width, quality=quality))

    def frames_between(
        self,
        start_s: float,
        end_s: float,
        *,
        fps: float | None = None,
        width: int | None = None,
        quality: int = 85,
    ) -> Iterator[Picture]:
        """Every frame from ``start_s`` to ``end_s``, or at most ``fps`` a second, streamed in order."""
        return self._frames.between(
            Between(start_s=max(0.0, start_s), end_s=end_s, fps=fps, width=width, quality=quality)
        )

    def close(self) -> None:
        """End the worker. Safe to call twice."""
        self._frames.close()

    def __enter__(self) -> FrameSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def bgr_of(picture: Picture) -> NDArray[np.uint8]:
    """The pixels, height × width × 3. Raises DamagedInput where the JPEG can't be read."""
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise DamagedInput(f"The picture at {picture.time_s:.2f} s can't be read.")
    return pixels.astype(np.uint8, copy=False)


class _Frames(Protocol):
    def at(self, request: At) -> Iterator[Picture]: ...
    def between(self, request: Between) -> Iterator[Picture]: ...
    def close(self) -> None: ...


class _FileFrames:
    def __init__(self, source: VideoSource, limits: VideoLimits, cancelled: Callable[[], bool]) -> None:
        self._source = source
        self._limits = limits
        self._cancelled = cancelled
        self._worker: VideoWorker | None = None

    def at(self, request: At) -> Iterator[Picture]:
        times = request.times
        while times:
            shown = -1.0
            try:
                for picture in self._ask(request.model_copy(update={"times": times})):
                    shown = picture.time_s
                    yield picture
            except _WorkerLost as lost:
                if not any(time_s > shown for time_s in times):
                    return
                # The moment it was lost at is left out; the others are asked of a new worker.
                times = tuple(time_s for time_s in times if time_s > shown)[1:]
                if not times and shown < 0 and len(request.times) == 1:
                    raise lost.as_error(self._source.name) from lost
            else:
                return

    def between(self, request: Between) -> Iterator[Picture]:
        try:
            yield from self._ask(request)
        except _WorkerLost as lost:
            raise lost.as_error(self._source.name) from lost

    def close(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def _ask(self, request: At | Between) -> Iterator[Picture]:
        if self._worker is None:
            self._worker = VideoWorker(ShowFrames(source=self._source, limits=self._limits))
        worker = self._worker
        worker.give(request)
        worker.give(More(count=AHEAD))
        finished = False
        try:
            while not finished:
                answer = worker.answer()
                if isinstance(answer, Shown):
                    worker.give(More(count=1))
                    yield Picture(answer.time_s, answer.frame_time_s, answer.jpeg)
                elif isinstance(answer, Failed):
                    raise answer.as_error()
                elif isinstance(answer, Finished):
                    finished = True
                else:
                    self._look_after(worker)
        finally:
            if not finished:
                # Whoever stops in the middle leaves a worker behind that still has pictures to say.
                self.close()

    def _look_after(self, worker: VideoWorker) -> None:
        if self._cancelled():
            raise Cancelled(f"Taking pictures of {self._source.name} was stopped.")
        if worker.ended:
            raise _WorkerLost(f"its decoder crashed ({worker.ending})")
        if worker.silent_s > self._limits.stall_timeout_s + START_LIMIT_S:
            raise _WorkerLost("its decoder gave no frame in time")
        if worker.resident_bytes() > self._limits.worker_memory_mb << 20:
            raise _WorkerLost(f"its decoder needed more than {self._limits.worker_memory_mb:,} MB of memory")


class _WorkerLost(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def as_error(self, name: str) -> OpenAutoGLMError:
        return DamagedInput(
            f"No picture can be taken of {name}: {self.reason}.",
            hint="The file may be damaged; convert it with a video program.",
        )


class _RingFrames:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def at(self, request: At) -> Iterator[Picture]:
        kept = ring_pictures(self._folder)
        for time_s in request.times:
            if not kept:
                return
            frame_time_s, path = min(kept, key=lambda item: abs(item[0] - time_s))
            if abs(frame_time_s - time_s) <= RING_TOLERANCE_S:
                yield from _read(time_s, frame_time_s, path, request)

    def between(self, request: Between) -> Iterator[Picture]:
        sampler = Sampler(None, request.fps or RING_FPS * 2)
        for frame_time_s, path in ring_pictures(self._folder):
            wanted = request.start_s <= frame_time_s <= request.end_s
            if wanted and sampler.choose(frame_time_s).analyse:
                yield from _read(frame_time_s, frame_time_s, path, request)

    def close(self) -> None:
        """Nothing is open."""


def _read(time_s: float, frame_time_s: float, path: Path, request: At | Between) -> Iterator[Picture]:
    try:
        picture = Picture(time_s, frame_time_s, path.read_bytes())
    except FileNotFoundError:
        return  # the ring has gone on meanwhile
    yield picture if request.width is None else _narrowed(picture, request.width, request.quality)


def _narrowed(picture: Picture, width: int, quality: int) -> Picture:
    import cv2

    pixels = bgr_of(picture)
    own_height, own_width = pixels.shape[:2]
    if width >= own_width:
        return picture
    small = cv2.resize(
        pixels, (width, max(1, round(own_height * width / own_width))), interpolation=cv2.INTER_AREA
    )
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return picture._replace(jpeg=data.tobytes())


def _never() -> bool:
    return False
