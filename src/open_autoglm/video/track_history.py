"""What is kept of every object that was tracked: from when to when, and where it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from open_autoglm.video.geometry import Point
from open_autoglm.video.scene import Scene, TrackedObject

PATH_STEP_S = 1.0
"""One point of a path in so many seconds."""

MAX_PATH_POINTS = 3600
"""An object that stays longer loses every other point of its path, as often as needed."""

MIN_SIGHTINGS = 3
"""A track that was seen less often is more likely a mistake of the detector than an object."""


@dataclass(frozen=True, slots=True)
class TrackHistory:
    """One object over the whole recording."""

    id: int
    class_name: str
    first_seconds: float
    last_seconds: float
    """When it was last seen, not merely supposed."""
    mean_score: float
    sightings: int
    path: tuple[Point, ...]
    """Its foot points in fractions of width and height, at most one a second."""


@dataclass(slots=True)
class _Open:
    first_s: float
    last_s: float
    classes: Counter[str] = field(default_factory=Counter)
    score: float = 0.0
    sightings: int = 0
    path: list[Point] = field(default_factory=list)
    step_s: float = PATH_STEP_S
    next_point_s: float = 0.0


class TrackHistories:
    """Collects histories scene by scene. A few hundred bytes for each track and minute."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}

    def add(self, scene: Scene) -> None:
        for track in scene.tracks:
            if track.seen:
                self._add(track, scene)

    def finished(self) -> tuple[TrackHistory, ...]:
        """All tracks seen at least MIN_SIGHTINGS times, in the order they began."""
        return tuple(
            TrackHistory(
                id=track_id,
                class_name=kept.classes.most_common(1)[0][0],
                first_seconds=kept.first_s,
                last_seconds=kept.last_s,
                mean_score=kept.score / kept.sightings,
                sightings=kept.sightings,
                path=tuple(kept.path),
            )
            for track_id, kept in sorted(self._open.items(), key=lambda item: (item[1].first_s, item[0]))
            if kept.sightings >= MIN_SIGHTINGS
        )

    def _add(self, track: TrackedObject, scene: Scene) -> None:
        kept = self._open.get(track.track_id)
        if kept is None:
            kept = self._open[track.track_id] = _Open(scene.time_s, scene.time_s)
        kept.last_s = scene.time_s
        kept.classes[track.class_name] += 1
        kept.score += track.score
        kept.sightings += 1
        if scene.time_s >= kept.next_point_s:
            foot = track.box.foot
            kept.path.append(Point(round(foot.x / scene.width, 4), round(foot.y / scene.height, 4)))
            kept.next_point_s = scene.time_s + kept.step_s
            if len(kept.path) > MAX_PATH_POINTS:
                kept.path = _thinned(kept.path)
                kept.step_s *= 2


def _thinned(path: Sequence[Point]) -> list[Point]:
    return list(path[::2])
