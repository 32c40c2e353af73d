"""Notices when feet pass a line, and which way. Trembling on the line is no crossing."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal

from open_autoglm.video.area import side_of
from open_autoglm.video.geometry import Box, Point
from open_autoglm.video.scene import TrackedObject

REMEMBERED_S = 5.0
"""A track that was not seen for so long is new when it comes again."""

MARGIN_HEIGHTS = 0.1
"""A foot has passed when it is so many heights of its own box beyond the line."""


@dataclass(frozen=True, slots=True)
class Crossing:
    time_s: float
    """When the foot was on the line, between two sightings."""
    direction: Literal["to_left", "to_right"]
    box: Box
    """Of the first sighting beyond the line."""


@dataclass(slots=True)
class _Side:
    right: bool
    last: tuple[float, Point]
    """When and where it was last on this side, however near the line."""
    seen_s: float
    """When it was seen at all."""
    beyond: tuple[float, Point] | None = None
    """The first sighting on the other side, while it isn't clear of the line."""


class LineWatch:
    """One line, for any number of tracks. ``right`` and ``left`` are those of ``area.side_of``."""

    def __init__(self, line: tuple[Point, Point]) -> None:
        self._start, self._end = line
        self._length = hypot(self._end.x - self._start.x, self._end.y - self._start.y)
        self._sides: dict[int, _Side] = {}

    def update(self, track: TrackedObject, time_s: float) -> Crossing | None:
        """What this sighting completes, if anything."""
        foot = track.box.foot
        distance = self._distance(foot)
        clear = abs(distance) >= MARGIN_HEIGHTS * track.box.height
        right = distance > 0
        side = self._sides.get(track.track_id)
        if side is None:
            if clear:
                self._sides[track.track_id] = _Side(right, (time_s, foot), time_s)
            return None
        side.seen_s = time_s
        if right == side.right:
            side.last, side.beyond = (time_s, foot), None
            return None
        side.beyond = side.beyond or (time_s, foot)
        if not clear:
            return None
        self._sides[track.track_id] = _Side(right, (time_s, foot), time_s)
        when, at = self._on_the_line(side.last, side.beyond)
        return (
            Crossing(when, "to_right" if right else "to_left", track.box) if self._between_ends(at) else None
        )

    def _on_the_line(self, before: tuple[float, Point], beyond: tuple[float, Point]) -> tuple[float, Point]:
        """When and where a straight path between two sightings meets the line."""
        (time_a, a), (time_b, b) = before, beyond
        distance_a, distance_b = self._distance(a), self._distance(b)
        part = distance_a / (distance_a - distance_b) if distance_a != distance_b else 0.0
        return round(time_a + part * (time_b - time_a), 3), Point(
            a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)
        )

    def _distance(self, point: Point) -> float:
        """In pixels, positive on the right."""
        return side_of(self._start, self._end, point) / self._length

    def forget_before(self, time_s: float) -> None:
        """Let go of tracks that were last seen REMEMBERED_S before this moment."""
        gone = [key for key, side in self._sides.items() if side.seen_s < time_s - REMEMBERED_S]
        for key in gone:
            del self._sides[key]

    def knows(self, track_id: int) -> bool:
        return track_id in self._sides

    def _between_ends(self, point: Point) -> bool:
        along = (point.x - self._start.x) * (self._end.x - self._start.x)
        along += (point.y - self._start.y) * (self._end.y - self._start.y)
        return 0 <= along <= self._length**2
