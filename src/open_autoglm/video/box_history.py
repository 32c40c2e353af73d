"""Every tracked box of a recording, small enough to keep: pictures, texts and videos are drawn from it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from open_autoglm.video.geometry import Box
from open_autoglm.video.scene import Scene

BRIDGED_S = 2.0
"""Between two sightings of the same track no farther apart, the box is where a straight line puts it."""


class TrackBox(NamedTuple):
    track_id: int
    class_name: str
    box: Box
    score: float


class Moment(NamedTuple):
    frame: int
    """From 0."""
    time_s: float
    boxes: tuple[TrackBox, ...]


class BoxHistory:
    """About 26 bytes for a box: ten hours of five people, five times a second, are 24 MB."""

    def __init__(self) -> None:
        self._times = array("d")
        self._frames = array("q")
        self._first = array("q")
        """Of each moment: where its boxes begin in the arrays below."""
        self._tracks = array("l")
        self._values = array("f")
        """x, y, width, height and score of each box."""
        self._classes = array("H")
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self.width = 0
        """Of the picture; 0 while nothing was added."""
        self.height = 0

    def add(self, scene: Scene) -> None:
        """Remember who was seen. Scenes without a detection hold nothing."""
        self.width, self.height = scene.width, scene.height
        if not scene.detected:
            return
        self._times.append(scene.time_s)
        self._frames.append(scene.frame)
        self._first.append(len(self._tracks))
        for track in scene.tracks:
            if track.seen:
                self._tracks.append(track.track_id)
                self._values.extend((*track.box, track.score))
                self._classes.append(self._class_number(track.class_name))

    def __len__(self) -> int:
        """Moments, not boxes."""
        return len(self._times)

    def __iter__(self) -> Iterator[Moment]:
        return (self._moment(index) for index in range(len(self)))

    def near(self, time_s: float, within_s: float = 1.0) -> tuple[TrackBox, ...]:
        """The boxes of the moment nearest to a time; none where that is farther than ``within_s``."""
        after = bisect_left(self._times, time_s)
        near = [index for index in (after - 1, after) if 0 <= index < len(self)]
        if not near:
            return ()
        index = min(near, key=lambda at: abs(self._times[at] - time_s))
        return self._moment(index).boxes if abs(self._times[index] - time_s) <= within_s else ()

    def every_frame(self, start_s: float = 0.0, end_s: float = inf) -> Iterator[Moment]:
        """Every frame from ``start_s`` to ``end_s``, with boxes between two sightings filled in.

        Where nothing was detected for longer than BRIDGED_S, frames are left out: they have no box.
        """
        waiting: list[Moment] = []
        """Moments that may still get boxes from a later sighting."""
        seen: dict[int, tuple[Moment, TrackBox]] = {}
        before: Moment | None = None
        begin = max(0, bisect_left(self._times, start_s - BRIDGED_S))
        end = bisect_left(self._times, end_s + BRIDGED_S)
        for moment in map(self._moment, range(begin, end)):
            if before is not None and moment.time_s - before.time_s <= BRIDGED_S:
                waiting += _frames_between(before, moment)
            for track in moment.boxes:
                if track.track_id in seen:
                    _bridge(waiting, seen[track.track_id], (moment, track))
                seen[track.track_id] = (moment, track)
            waiting.append(moment)
            while waiting and waiting[0].time_s < moment.time_s - BRIDGED_S:
                done = waiting.pop(0)
                if start_s <= done.time_s <= end_s:
                    yield done
            seen = {key: kept for key, kept in seen.items() if kept[0].time_s >= moment.time_s - BRIDGED_S}
            before = moment
        yield from (left for left in waiting if start_s <= left.time_s <= end_s)

    def _moment(self, index: int) -> Moment:
        begin = self._first[index]
        end = self._first[index + 1] if index + 1 < len(self) else len(self._tracks)
        return Moment(self._frames[index], self._times[index], tuple(map(self._box, range(begin, end))))

    def _box(self, at: int) -> TrackBox:
        x, y, width, height, score = self._values[5 * at : 5 * at + 5]
        return TrackBox(self._tracks[at], self._names[self._classes[at]], Box(x, y, width, height), score)

    def _class_number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
        return self._numbers[name]


def _frames_between(before: Moment, after: Moment) -> list[Moment]:
    """The frames that the detector was not asked about, their times spread evenly."""
    count = after.frame - before.frame
    step_s = (after.time_s - before.time_s) / count if count > 0 else 0.0
    return [Moment(before.frame + n, before.time_s + n * step_s, ()) for n in range(1, count)]


def _bridge(waiting: list[Moment], begin: tuple[Moment, TrackBox], end: tuple[Moment, TrackBox]) -> None:
    """Put the track into every waiting moment between its two sightings."""
    (moment_a, a), (moment_b, b) = begin, end
    span_s = moment_b.time_s - moment_a.time_s
    if not 0 < span_s <= BRIDGED_S:
        return
    for index, moment in enumerate(waiting):
        if moment_a.time_s < moment.time_s < moment_b.time_s:
            part = (moment.time_s - moment_a.time_s) / span_s
            box = Box(*(one + part * (two - one) for one, two in zip(a.box, b.box, strict=True)))
            filled = TrackBox(b.track_id, b.class_name, box, min(a.score, b.score))
            waiting[index] = moment._replace(boxes=(*moment.boxes, filled))
