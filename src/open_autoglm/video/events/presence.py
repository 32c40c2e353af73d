"""Who is in a zone, since when, and with which interruptions: what intrusion and loitering both rest on.

A foot point trembles and a detector misses. So a visit isn't over with one step outside, and somebody who
vanishes inside and appears again nearby under a new number is the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import hypot

from open_autoglm.video.area import Area
from open_autoglm.video.geometry import Box, Point
from open_autoglm.video.scene import Scene, TrackedObject

OUTSIDE_S = 1.0
"""A visit ends when the foot was outside for so long; it ended when the foot was last inside."""

LOST_S = 3.0
"""A visit ends when its track was not seen for so long."""

MOSTLY = 0.5
"""Who steps out and in again was there from the beginning if inside for this part of the time."""

REAPPEAR_HEIGHTS = 1.0
"""A new track inside the zone continues a lost one when it begins within so many heights of its box."""


@dataclass(slots=True)
class Visit:
    """One stay of one object in the zone, from its first to its last moment inside."""

    class_name: str
    track_ids: list[int]
    first_s: float
    last_s: float
    box: Box
    """Where it was last seen inside."""
    peak_s: float
    peak_box: Box
    peak_score: float = 0.0
    score_sum: float = 0.0
    sightings: int = 0
    inside_s: float = 0.0
    """Time spent inside, without what lies between a step outside and the next one inside."""
    entries: int = 1
    outside_since_s: float | None = None
    ended: bool = False
    reopened: bool = False
    """It had ended and goes on; cleared by who has taken note."""
    path: list[tuple[float, Point]] = field(default_factory=list)
    """Its foot points with their times, as far back as the visit keeps them."""
    event_id: str | None = None
    """Given by the rule when the visit has become an event."""
    decided_s: float = 0.0

    @property
    def track_id(self) -> int:
        return self.track_ids[-1]

    @property
    def mean_score(self) -> float:
        return self.score_sum / self.sightings if self.sightings else 0.0


class Presence:
    """Follows all visits of one zone.

    ``admits(track, time_s)`` says whether being inside counts at this moment (hours, a line). ``merge_s``:
    who comes back within it goes on with the visit before. ``keep_path_s`` bounds what a visit remembers.
    """

    def __init__(
        self,
        area: Area,
        classes: tuple[str, ...],
        *,
        merge_s: float,
        admits: Callable[[TrackedObject, float], bool] = lambda _track, _time_s: True,
        keep_path_s: float = 0.0,
    ) -> None:
        self._area = area
        self._classes = frozenset(classes)
        self._merge_s = merge_s
        self._admits = admits
        self._keep_path_s = keep_path_s
        self._visits: list[Visit] = []
        self._before: dict[int, tuple[float, Point]] = {}
        """Each track's sighting before this one."""

    def update(self, scene: Scene) -> Iterator[Visit]:
        """Every visit that went on or ended with this scene; events that ended stay known for ``merge_s``."""
        if not scene.detected:
            return
        tracks = {track.track_id: track for track in scene.tracks if track.class_name in self._classes}
        known = {track_id for visit in self._visits for track_id in visit.track_ids}
        for track in tracks.values():
            if not track.seen:
                continue
            inside = self._area.contains(track.box.foot) and self._admits(track, scene.time_s)
            visit = self._visit_of(track, scene.time_s, known) if inside else self._open_visit(track.track_id)
            if inside and visit is None:
                visit = self._begin(track, scene.time_s)
            if visit is not None and inside:
                self._stay(visit, track, scene.time_s)
                yield visit
            elif visit is not None and visit.outside_since_s is None:
                self._step_out(visit, track, scene.time_s)
                yield visit
            self._before[track.track_id] = (scene.time_s, track.box.foot)
        self._before = {key: kept for key, kept in self._before.items() if scene.time_s - kept[0] <= LOST_S}
        yield from self._ended(scene.time_s)
        self._visits = [
            visit
            for visit in self._visits
            if not visit.ended
            or (visit.event_id is not None and scene.time_s - visit.last_s <= self._merge_s)
        ]

    def finish(self, time_s: float) -> Iterator[Visit]:
        """Every open visit, ended. Who was inside until now stayed until the end."""
        for visit in self._visits:
            if not visit.ended:
                if visit.outside_since_s is None and time_s - visit.last_s <= OUTSIDE_S:
                    visit.inside_s += time_s - visit.last_s
                    visit.last_s = time_s
                visit.ended = True
                yield visit

    def _open_visit(self, track_id: int) -> Visit | None:
        return next((v for v in self._visits if v.track_id == track_id and not v.ended), None)

    def _visit_of(self, track: TrackedObject, time_s: float, known: set[int]) -> Visit | None:
        """The visit that this sighting inside goes on with."""
        own = [visit for visit in self._visits if track.track_id in visit.track_ids]
        for visit in own:
            if not visit.ended:
                return visit
            if visit.event_id is not None and time_s - visit.last_s <= self._merge_s:
                visit.entries += 1
                visit.reopened = True
                return visit
        if track.track_id in known:
            return None
        lost = [visit for visit in self._visits if self._continues(visit, track, time_s)]
        if not lost:
            return None
        nearest = min(lost, key=lambda visit: _distance(visit.box.foot, track.box.foot))
        nearest.track_ids.append(track.track_id)
        return nearest

    def _continues(self, visit: Visit, track: TrackedObject, time_s: float) -> bool:
        """Whether a new track is a lost one that was last seen inside, near where this one begins."""
        return (
            visit.class_name == track.class_name
            and visit.outside_since_s is None
            and 0 < track.since_s - visit.last_s <= LOST_S
            and time_s - track.since_s <= LOST_S
            and _distance(visit.box.foot, track.box.foot) <= REAPPEAR_HEIGHTS * visit.box.height
        )

    def _begin(self, track: TrackedObject, time_s: float) -> Visit:
        entered_s = self._on_the_border(track, time_s)
        visit = Visit(track.class_name, [track.track_id], entered_s, entered_s, track.box, time_s, track.box)
        self._visits.append(visit)
        return visit

    def _stay(self, visit: Visit, track: TrackedObject, time_s: float) -> None:
        if not visit.ended and visit.outside_since_s is None:
            visit.inside_s += time_s - visit.last_s
        else:
            entered_s = self._on_the_border(track, time_s)
            if visit.event_id is None and visit.inside_s < MOSTLY * (entered_s - visit.first_s):
                # It was only trembling on the border until now.
                visit.first_s, visit.inside_s, visit.peak_score = entered_s, 0.0, 0.0
            visit.inside_s += time_s - entered_s
        visit.ended = False
        visit.last_s = time_s
        visit.outside_since_s = None
        visit.box = track.box
        visit.score_sum += track.score
        visit.sightings += 1
        if track.score * track.box.area > visit.peak_score:
            visit.peak_score = track.score * track.box.area
            visit.peak_s, visit.peak_box = time_s, track.box
        if self._keep_path_s:
            visit.path.append((time_s, track.box.foot))
            while visit.path[0][0] < time_s - self._keep_path_s:
                del visit.path[0]

    def _step_out(self, visit: Visit, track: TrackedObject, time_s: float) -> None:
        visit.outside_since_s = time_s
        left_s = self._on_the_border(track, time_s)
        if left_s < time_s:
            visit.inside_s += left_s - visit.last_s
            visit.last_s = left_s

    def _on_the_border(self, track: TrackedObject, time_s: float) -> float:
        """When a straight path since the sighting before passed the border; now, where it didn't."""
        before = self._before.get(track.track_id)
        if before is None or time_s - before[0] > OUTSIDE_S:
            return time_s
        (begin_s, begin), end = before, track.box.foot
        was_inside = self._area.contains(begin)
        if was_inside == self._area.contains(end):
            return time_s
        low, high = 0.0, 1.0
        for _halving in range(8):
            middle = (low + high) / 2
            point = Point(begin.x + middle * (end.x - begin.x), begin.y + middle * (end.y - begin.y))
            low, high = (middle, high) if self._area.contains(point) == was_inside else (low, middle)
        return round(begin_s + high * (time_s - begin_s), 3)

    def _ended(self, time_s: float) -> Iterator[Visit]:
        for visit in self._visits:
            if visit.ended:
                continue
            outside = visit.outside_since_s is not None and time_s - visit.outside_since_s >= OUTSIDE_S
            if outside or time_s - visit.last_s >= LOST_S:
                visit.ended = True
                yield visit


def _distance(first: Point, second: Point) -> float:
    return hypot(first.x - second.x, first.y - second.y)
