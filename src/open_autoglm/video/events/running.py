"""Somebody moves faster than people walk.

Speed is measured in heights of the person's own box a second, so no camera has to be calibrated: walking is
0.5 to 1.2, running 1.5 and more. Towards the camera or away from it, a path is foreshortened and measured
slower than it is; people seen from far above look short and are measured faster.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import hypot
from statistics import median

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.geometry import Box
from open_autoglm.video.rule_settings import RunningSettings
from open_autoglm.video.scene import Scene, TrackedObject

MEASURED_S = 1.0
"""Speed is the way of so many seconds: a trembling box averages out."""

PAUSE_S = 1.0
"""An event is over when its track was slow or unseen for so long."""

MAX_SPEED = 8.0
"""Heights a second from one sighting to the next: faster is a mix-up of two, and measuring begins anew."""


@dataclass(slots=True)
class _Runner:
    sightings: deque[tuple[float, Box]] = field(default_factory=deque)
    fast_since_s: float | None = None
    last_fast_s: float = 0.0
    peak_speed: float = 0.0
    peak_s: float = 0.0
    peak_box: Box | None = None
    scores: list[float] = field(default_factory=list)
    event_id: str | None = None
    decided_s: float = 0.0


class RunningRule:
    """One zone: whoever runs with the feet inside."""

    def __init__(self, area: Area, settings: RunningSettings, numbers: EventNumbers) -> None:
        self._area = area
        self._settings = settings
        self._numbers = numbers
        self._runners: dict[int, _Runner] = {}

    def update(self, scene: Scene) -> tuple[Event, ...]:
        if not scene.detected:
            return ()
        events: list[Event] = []
        for track in scene.tracks:
            if track.seen and track.class_name == "person":
                events += self._watch(track, scene.time_s)
        events += self._over(scene.time_s)
        return tuple(events)

    def finish(self, time_s: float) -> tuple[Event, ...]:  # noqa: ARG002 - it ended when it was last fast
        events = [
            self._event(track_id, runner, ended=True)
            for track_id, runner in self._runners.items()
            if runner.event_id is not None
        ]
        self._runners.clear()
        return tuple(events)

    def _watch(self, track: TrackedObject, time_s: float) -> Iterator[Event]:
        runner = self._runners.setdefault(track.track_id, _Runner())
        if runner.sightings and _speed((runner.sightings[-1], (time_s, track.box))) > MAX_SPEED:
            runner.sightings.clear()
        runner.sightings.append((time_s, track.box))
        while len(runner.sightings) > 2 and runner.sightings[1][0] <= time_s - MEASURED_S:
            runner.sightings.popleft()
        begin_s = runner.sightings[0][0]
        speed = _speed(runner.sightings)
        enough = time_s - begin_s >= MEASURED_S * 0.7
        if not enough or speed < self._settings.min_speed or not self._area.contains(track.box.foot):
            return
        if runner.fast_since_s is None:
            runner.fast_since_s = begin_s
        runner.last_fast_s = time_s
        runner.scores.append(track.score)
        if speed > runner.peak_speed:
            runner.peak_speed, runner.peak_s, runner.peak_box = speed, time_s, track.box
        if runner.event_id is None and time_s - runner.fast_since_s >= self._settings.min_duration_s:
            runner.event_id = self._numbers.next_id("running")
            runner.decided_s = time_s
            yield self._event(track.track_id, runner, ended=False)

    def _over(self, time_s: float) -> Iterator[Event]:
        for track_id, runner in list(self._runners.items()):
            last = runner.sightings[-1][0] if runner.sightings else runner.last_fast_s
            if runner.fast_since_s is not None and time_s - runner.last_fast_s >= PAUSE_S:
                if runner.event_id is not None:
                    yield self._event(track_id, runner, ended=True)
                self._runners[track_id] = _Runner(runner.sightings)
            elif time_s - last >= 2 * PAUSE_S:
                del self._runners[track_id]

    def _event(self, track_id: int, runner: _Runner, *, ended: bool) -> Event:
        return Event(
            id=runner.event_id or "",
            type="running",
            zone=self._area.id,
            start_seconds=runner.fast_since_s or 0.0,
            decided_seconds=runner.decided_s,
            peak_seconds=runner.peak_s,
            end_seconds=runner.last_fast_s if ended else None,
            class_name="person",
            track_ids=(track_id,),
            box=runner.peak_box,
            confidence=min(1.0, sum(runner.scores) / len(runner.scores)),
            numbers={
                "speed_at_peak": round(runner.peak_speed, 2),
                "min_speed": self._settings.min_speed,
                "min_duration_s": self._settings.min_duration_s,
            },
        )


def _speed(sightings: Sequence[tuple[float, Box]]) -> float:
    """Heights a second from the first sighting to the last."""
    (begin_s, begin), (end_s, end) = sightings[0], sightings[-1]
    height = median(box.height for _time_s, box in sightings)
    if end_s <= begin_s or height <= 0:
        return 0.0
    way = hypot(end.foot.x - begin.foot.x, end.foot.y - begin.foot.y)
    return way / (end_s - begin_s) / height
