"""The pictures that a report shows, fetched once from the recording and kept as JPEG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from open_autoglm.tasks.video_result import AnalysedVideo, ZoneShape
from open_autoglm.video.box_history import BoxHistory
from open_autoglm.video.drawing import Image, decode_jpeg, draw_moment, encode_jpeg, heat_map
from open_autoglm.video.events.event import Event

SNAPSHOT_WIDTH = 800
MAX_SNAPSHOTS = 300
"""About 80 KB each; the events after that have none in the report."""
FILM_WIDTH = 400
FILM_PICTURES = 90
"""About 15 KB each."""
FILM_STEP_S = 0.5
"""A short recording has fewer."""

LABELLED_BOX_TYPES = ("abandoned_object", "removed_object")
"""Events whose box is a thing of its own, not one of the tracks."""


class Frame(Protocol):
    """As ``video.frames.Picture``."""

    @property
    def time_s(self) -> float: ...
    @property
    def jpeg(self) -> bytes: ...


class Frames(Protocol):
    """As ``video.frames.FrameSource``: frames by their times."""

    def frames_at(
        self, times: Sequence[float], *, width: int | None = None, quality: int = 85
    ) -> Iterator[Frame]: ...


class FilmPicture(NamedTuple):
    time_s: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class VideoPictures:
    """All of them may be missing: a report without pictures is still a report."""

    snapshots: dict[str, bytes] = field(default_factory=dict)
    """By event id: the frame at the event's peak with its boxes and its zone drawn."""
    overview: bytes | None = None
    """One plain frame, on which zones and paths are drawn."""
    film: tuple[FilmPicture, ...] = ()
    """Small frames over the whole length, for scrubbing."""
    heat_map: bytes | None = None
    """Where people were, over the overview."""
    clips: dict[str, str] = field(default_factory=dict)
    """By event id: the clip's file name relative to the report."""


NO_PICTURES = VideoPictures()


def collect_pictures(
    result: AnalysedVideo,
    frames: Frames,
    boxes: BoxHistory | None = None,
    *,
    film: bool = True,
    clips: dict[str, str] | None = None,
) -> VideoPictures:
    """Everything that a report shows. ``film`` False leaves out the pictures for scrubbing.

    ``boxes`` are drawn into the snapshots; without them, only the boxes that events hold. Raises what
    ``frames`` raises where the recording can't be read any more.
    """
    snapshots = dict(event_snapshots(result, frames, result.events[:MAX_SNAPSHOTS], boxes))
    pictures = tuple(_film(result, frames)) if film else ()
    middle = result.analysed_seconds / 2
    overview = next((shown.jpeg for shown in frames.frames_at((middle,), width=SNAPSHOT_WIDTH)), None)
    if overview is None and pictures:
        overview = pictures[len(pictures) // 2].jpeg
    return VideoPictures(snapshots, overview, pictures, _heat_map(result, overview), clips or {})


def event_snapshots(
    result: AnalysedVideo,
    frames: Frames,
    events: Sequence[Event],
    boxes: BoxHistory | None = None,
    *,
    width: int = SNAPSHOT_WIDTH,
) -> Iterator[tuple[str, bytes]]:
    """Id and JPEG of each event's peak, in the order of time; events without a frame are left out."""
    waiting: dict[float, list[Event]] = {}
    for event in events:
        waiting.setdefault(event.peak_seconds, []).append(event)
    for frame in frames.frames_at(sorted(waiting), width=width):
        for event in waiting.get(frame.time_s, ()):
            image = decode_jpeg(frame.jpeg)
            if image is not None:
                _draw_event(image, event, result, boxes)
                yield event.id, encode_jpeg(image)


def _draw_event(image: Image, event: Event, result: AnalysedVideo, boxes: BoxHistory | None) -> None:
    shown = boxes.near(event.peak_seconds) if boxes is not None else ()
    known = {track.track_id for track in shown}
    word = event.type.replace("_", " ")
    own = event.box is not None and (
        event.type in LABELLED_BOX_TYPES or not known.intersection(event.track_ids)
    )
    objects = [(event.box, word)] if own and event.box is not None else []
    draw_moment(
        image,
        [(track.track_id, track.class_name, track.box) for track in shown],
        [(zone.polygon, zone.line) for zone in result.zones if zone.id == event.zone and not _is_whole(zone)],
        {} if event.type in LABELLED_BOX_TYPES else dict.fromkeys(event.track_ids, word),
        objects,
        scale=image.shape[1] / result.video.width,
    )


def _is_whole(zone: ZoneShape) -> bool:
    """A zone that is the picture itself says nothing when it is drawn."""
    return all(point.x in (0, 1) and point.y in (0, 1) for point in zone.polygon) and len(zone.polygon) == 4


def _film(result: AnalysedVideo, frames: Frames) -> Iterable[FilmPicture]:
    step = max(FILM_STEP_S, result.analysed_seconds / FILM_PICTURES)
    times = [number * step for number in range(int(result.analysed_seconds / step) + 1)]
    return (
        FilmPicture(frame.time_s, frame.jpeg)
        for frame in frames.frames_at(times, width=FILM_WIDTH, quality=60)
    )


def _heat_map(result: AnalysedVideo, overview: bytes | None) -> bytes | None:
    background = decode_jpeg(overview) if overview else None
    paths = [track.path for track in result.tracks if track.class_name == "person" and track.path]
    if background is None or not paths:
        return None
    return encode_jpeg(heat_map(background, paths))
