"""More people than may be stay in a zone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median_low

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.geometry import Box
from open_autoglm.video.rule_settings import CrowdSettings
from open_autoglm.video.scene import Scene, TrackedObject

SMOOTHED_S = 2.0
"""The count at a moment is the median of so many seconds around it: single misses don't end a crowd."""

PAUSE_S = 2.0
"""A crowd is over when there were too few for so long; it ended when there were last enough."""


MISSED_S = 1.0
"""Who is seen inside again within this time was there in between."""


@dataclass(frozen=True, slots=True)
class _Moment:
    time_s: float
    people: dict[int, TrackedObject]


@dataclass(slots=True)
class _Crowd:
    """A crowd or the beginning of one."""

    first_s: float
    last_s: float
    peak: _Moment
    counted: int = 0
    total: int = 0
    event_id: str | None = None
    decided_s: float = 0.0


class CrowdRule:
    """One zone. Counts everybody whose foot is inside, those that the detector just misses as well."""

    def __init__(self, area: Area, settings: CrowdSettings, numbers: EventNumbers) -> None:
        self._area = area
        self._settings = settings
        self._numbers = numbers
        self._limit = _limit(area, settings)
        self._window: deque[_Moment] = deque()
        self._next = 0
        """Which moment of the window is judged next: the one whose surroundings are complete."""
        self._crowd: _Crowd | None = None
        self._inside: dict[int, float] = {}
        """When each track was last inside."""

    def update(self, scene: Scene) -> tuple[Event, ...]:
        if not scene.detected:
            return ()
        self._window.append(self._moment(scene))
        events: list[Event] = []
        while self._window[self._next].time_s <= scene.time_s - SMOOTHED_S / 2:
            events += self._judge_next(scene.time_s)
        return tuple(events)

    def finish(self, time_s: float) -> tuple[Event, ...]:
        events: list[Event] = []
        while self._next < len(self._window):
            events += self._judge_next(time_s)
        if self._crowd is not None and self._crowd.event_id is not None:
            if time_s - self._crowd.last_s <= PAUSE_S:
                self._crowd.last_s = time_s
            events.append(self._event(self._crowd, ended=True))
        self._crowd = None
        return tuple(events)

    def _moment(self, scene: Scene) -> _Moment:
        people: dict[int, TrackedObject] = {}
        for track in scene.tracks:
            if track.class_name != "person":
                continue
            if not self._area.contains(track.box.foot):
                self._inside.pop(track.track_id, None)
                continue
            people[track.track_id] = track
            before = self._inside.get(track.track_id, scene.time_s)
            for moment in self._window:
                if before < moment.time_s and scene.time_s - before <= MISSED_S:
                    moment.people.setdefault(track.track_id, track)
            self._inside[track.track_id] = scene.time_s
        self._inside = {key: at for key, at in self._inside.items() if scene.time_s - at <= MISSED_S}
        return _Moment(scene.time_s, people)

    def _judge_next(self, now_s: float) -> list[Event]:
        moment = self._window[self._next]
        around = [
            len(other.people) for other in self._window if abs(other.time_s - moment.time_s) <= SMOOTHED_S / 2
        ]
        self._next += 1
        while self._window[0].time_s < moment.time_s - SMOOTHED_S / 2:
            self._window.popleft()
            self._next -= 1
        crowded = median_low(around) > self._limit
        if crowded:
            return self._go_on(moment, now_s)
        if self._crowd is not None and moment.time_s - self._crowd.last_s >= PAUSE_S:
            over, self._crowd = self._crowd, None
            return [self._event(over, ended=True)] if over.event_id is not None else []
        return []

    def _go_on(self, moment: _Moment, now_s: float) -> list[Event]:
        if self._crowd is None:
            self._crowd = _Crowd(moment.time_s, moment.time_s, moment)
        crowd = self._crowd
        crowd.last_s = moment.time_s
        crowd.counted += 1
        crowd.total += len(moment.people)
        if len(moment.people) > len(crowd.peak.people):
            crowd.peak = moment
        if crowd.event_id is None and crowd.last_s - crowd.first_s >= self._settings.min_duration_s:
            crowd.event_id = self._numbers.next_id("crowd")
            crowd.decided_s = now_s
            return [self._event(crowd, ended=False)]
        return []

    def _event(self, crowd: _Crowd, *, ended: bool) -> Event:
        people = list(crowd.peak.people.values())
        numbers = {
            "people_at_peak": float(len(people)),
            "mean_people": round(crowd.total / crowd.counted, 2),
            "density_at_peak": round(len(people) / (self._area.share * 100), 4),
            "seconds": round(crowd.last_s - crowd.first_s, 2),
        }
        for name in ("max_people", "max_density", "min_duration_s"):
            if (value := getattr(self._settings, name)) is not None:
                numbers[name] = float(value)
        return Event(
            id=crowd.event_id or "",
            type="crowd",
            zone=self._area.id,
            start_seconds=crowd.first_s,
            decided_seconds=crowd.decided_s,
            peak_seconds=crowd.peak.time_s,
            end_seconds=crowd.last_s if ended else None,
            class_name="person",
            track_ids=tuple(sorted(track.track_id for track in people)),
            box=_around([track.box for track in people]),
            confidence=min(1.0, sum(track.score for track in people) / len(people)) if people else 0.0,
            numbers=numbers,
        )


def _limit(area: Area, settings: CrowdSettings) -> float:
    """A crowd is more people than this."""
    limits = []
    if settings.max_people is not None:
        limits.append(float(settings.max_people))
    if settings.max_density is not None:
        limits.append(settings.max_density * area.share * 100)
    return min(limits)


def _around(boxes: list[Box]) -> Box | None:
    """The smallest box that holds all of them."""
    if not boxes:
        return None
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)
