"""Who was where in the last seconds: for the question who put a thing down or took it."""

from __future__ import annotations

from collections import deque
from math import hypot

from open_autoglm.video.geometry import Box, Point
from open_autoglm.video.scene import Scene, TrackedObject

KEPT_S = 40.0


class PeopleNear:
    def __init__(self) -> None:
        self._moments: deque[tuple[float, tuple[TrackedObject, ...]]] = deque()

    def update(self, scene: Scene) -> None:
        """Remember a scene. One without a detection adds nothing."""
        if not scene.detected:
            return
        people = tuple(track for track in scene.tracks if track.class_name == "person")
        self._moments.append((scene.time_s, people))
        while self._moments[0][0] < scene.time_s - KEPT_S:
            self._moments.popleft()

    @property
    def now(self) -> tuple[TrackedObject, ...]:
        return self._moments[-1][1] if self._moments else ()

    def path(self, track_id: int, begin_s: float) -> list[tuple[float, TrackedObject]]:
        """The sightings of one track from a moment on, with their times."""
        return [
            (time_s, track)
            for time_s, people in self._moments
            if time_s >= begin_s
            for track in people
            if track.track_id == track_id
        ]

    def nearest(self, box: Box, begin_s: float, end_s: float) -> tuple[TrackedObject, float] | None:
        """Who came nearest to a thing between two moments, and how near in pixels."""
        best: tuple[TrackedObject, float] | None = None
        for time_s, people in self._moments:
            if begin_s <= time_s <= end_s:
                for track in people:
                    apart = distance(track.box, box)
                    if best is None or apart < best[1]:
                        best = (track, apart)
        return best


def distance(person: Box, thing: Box) -> float:
    """From the feet of a person to the nearest point of a thing's lower edge, in pixels."""
    foot = person.foot
    nearest = Point(min(max(foot.x, thing.x), thing.x + thing.width), thing.y + thing.height)
    return hypot(foot.x - nearest.x, foot.y - nearest.y)
