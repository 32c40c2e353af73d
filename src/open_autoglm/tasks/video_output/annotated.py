"""The recording again with its boxes and zones drawn in, whole or a short clip for each event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from open_autoglm.errors import Cancelled, OutputFailed
from open_autoglm.tasks.video_output.pictures import LABELLED_BOX_TYPES
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.box_history import BoxHistory, Moment
from open_autoglm.video.drawing import Image, decode_jpeg, draw_banner, draw_moment
from open_autoglm.video.encode import VideoWriter
from open_autoglm.video.events.event import Event, clock

MAX_WIDTH = 1280
"""Wider recordings are written this wide."""

AROUND_S = 3.0
"""A clip shows so much before and after its event."""

MAX_CLIP_S = 20.0
"""Of a longer event, the clip shows the surroundings of its peak."""


class TimedFrame(Protocol):
    """As ``video.frames.Picture``."""

    @property
    def frame_time_s(self) -> float: ...
    @property
    def jpeg(self) -> bytes: ...


class FrameStream(Protocol):
    """As ``video.frames.FrameSource``: frames of a stretch of time, streamed in order."""

    def frames_between(
        self,
        start_s: float,
        end_s: float,
        *,
        fps: float | None = None,
        width: int | None = None,
        quality: int = 85,
    ) -> Iterator[TimedFrame]: ...


def write_annotated(
    result: AnalysedVideo,
    frames: FrameStream,
    boxes: BoxHistory,
    path: Path,
    *,
    threads: int = 2,
    on_progress: Callable[[float], None] = lambda _time_s: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """An MP4 of every analysed second; ``on_progress`` hears the seconds that are written.

    Raises OutputFailed, Cancelled (nothing is left), and what ``frames`` raises.
    """
    _write(result, frames, boxes, path, (0.0, result.analysed_seconds), threads, on_progress, cancelled)


def write_clips(
    result: AnalysedVideo,
    frames: FrameStream,
    boxes: BoxHistory,
    folder: Path,
    *,
    threads: int = 2,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Path]:
    """One MP4 for each event in ``folder``, named by its id; gives the files by event id.

    An event without frames has none. ``on_progress`` hears how many of how many are done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(
            f"Can't make the folder {folder}: {error.strerror or error}.", hint="Choose another with --clips."
        ) from error
    written: dict[str, Path] = {}
    for number, event in enumerate(result.events):
        path = folder / f"{event.id}.mp4"
        span = clip_span(event, result.analysed_seconds)
        if _write(result, frames, boxes, path, span, threads, lambda _time_s: None, cancelled):
            written[event.id] = path
        on_progress(number + 1, len(result.events))
    return written


def clip_span(event: Event, length_s: float) -> tuple[float, float]:
    """From when to when a clip shows an event, in seconds."""
    end = event.end_seconds if event.end_seconds is not None else length_s
    begin = event.start_seconds - AROUND_S
    end = end + AROUND_S
    if end - begin > MAX_CLIP_S:
        # The beginning tells most: who came, who put it down. The peak has to be in it.
        begin = max(begin, min(begin, event.peak_seconds - MAX_CLIP_S / 2))
        if event.peak_seconds > begin + MAX_CLIP_S - AROUND_S:
            begin = event.peak_seconds - MAX_CLIP_S / 2
        end = begin + MAX_CLIP_S
    return max(0.0, begin), min(length_s, end)


def _write(
    result: AnalysedVideo,
    frames: FrameStream,
    boxes: BoxHistory,
    path: Path,
    span: tuple[float, float],
    threads: int,
    on_progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Whether there was any frame to write."""
    width = min(MAX_WIDTH, result.video.width)
    shown = _Shown(boxes, span)
    pictures = iter(frames.frames_between(*span, width=width))
    first = next(pictures, None)
    if first is None:
        return False
    with VideoWriter(path, rate=result.video.frame_rate or 10.0, threads=threads) as writer:
        for picture in _chain(first, pictures):
            if cancelled():
                raise Cancelled("Stopped while the video was written.", hint=f"{path.name} was not kept.")
            image = decode_jpeg(picture.jpeg)
            if image is None:
                continue
            _draw(image, picture.frame_time_s, shown.at(picture.frame_time_s), result)
            writer.write(image, picture.frame_time_s)
            on_progress(picture.frame_time_s)
    return True


def _chain(first: TimedFrame, rest: Iterator[TimedFrame]) -> Iterator[TimedFrame]:
    yield first
    yield from rest


class _Shown:
    """The boxes of each frame in turn; times only go forward."""

    def __init__(self, boxes: BoxHistory, span: tuple[float, float]) -> None:
        self._moments = boxes.every_frame(*span)
        self._now: Moment | None = next(self._moments, None)
        self._next: Moment | None = next(self._moments, None)

    def at(self, time_s: float) -> Moment | None:
        while (
            self._now is not None
            and self._next is not None
            and abs(self._next.time_s - time_s) <= abs(self._now.time_s - time_s)
        ):
            self._now, self._next = self._next, next(self._moments, None)
        return self._now if self._now is not None and abs(self._now.time_s - time_s) <= 1 else None


def _draw(image: Image, time_s: float, moment: Moment | None, result: AnalysedVideo) -> None:
    events = [
        event
        for event in result.events
        if event.start_seconds
        <= time_s
        <= (result.analysed_seconds if event.end_seconds is None else event.end_seconds)
    ]
    marked = {
        track_id: _word(event)
        for event in events
        if event.type not in LABELLED_BOX_TYPES
        for track_id in event.track_ids
    }
    objects = [
        (event.box, _word(event))
        for event in events
        if event.box is not None and event.type in LABELLED_BOX_TYPES
    ]
    tracks = moment.boxes if moment is not None else ()
    draw_moment(
        image,
        [(track.track_id, track.class_name, track.box) for track in tracks],
        [(zone.polygon, zone.line) for zone in result.zones],
        marked,
        objects,
        scale=image.shape[1] / result.video.width,
    )
    draw_banner(image, clock(time_s), _lines(events))


def _word(event: Event) -> str:
    return event.type.replace("_", " ")


def _lines(events: Sequence[Event]) -> list[str]:
    """``crowd in square``, at most four."""
    return [f"{_word(event)} in {event.zone}" if event.zone else _word(event) for event in events[:4]]
