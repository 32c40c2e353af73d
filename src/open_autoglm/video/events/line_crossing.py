"""Somebody's feet pass a tripwire."""

from __future__ import annotations

from collections.abc import Iterator

from open_autoglm.errors import UsageError
from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.line_watch import Crossing, LineWatch
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.rule_settings import LineCrossingSettings
from open_autoglm.video.scene import Scene, TrackedObject


class LineCrossingRule:
    """One line. An event starts and ends when the foot is on it. Raises UsageError for a zone without one."""

    def __init__(self, area: Area, settings: LineCrossingSettings, numbers: EventNumbers) -> None:
        if area.line is None:
            raise UsageError(f"Zone {area.id!r} has no line.", hint="Give it `line: [[x, y], [x, y]]`.")
        self._zone = area.id
        self._settings = settings
        self._numbers = numbers
        self._watch = LineWatch(area.line)
        self._latest: dict[tuple[int, str], float] = {}

    def update(self, scene: Scene) -> tuple[Event, ...]:
        if not scene.detected:
            return ()
        self._forget(scene)
        return tuple(self._crossed(scene))

    def finish(self, time_s: float) -> tuple[Event, ...]:  # noqa: ARG002 - a crossing is over when it is known
        return ()

    def _crossed(self, scene: Scene) -> Iterator[Event]:
        for track in scene.tracks:
            if not track.seen or track.class_name not in self._settings.classes:
                continue
            crossing = self._watch.update(track, scene.time_s)
            if crossing is None or self._settings.direction not in ("both", crossing.direction):
                continue
            key = (track.track_id, crossing.direction)
            before = self._latest.get(key)
            self._latest[key] = crossing.time_s
            if before is None or crossing.time_s - before > self._settings.merge_s:
                yield self._event(track, crossing, scene.time_s)

    def _event(self, track: TrackedObject, crossing: Crossing, time_s: float) -> Event:
        return Event(
            id=self._numbers.next_id("line_crossing"),
            type="line_crossing",
            zone=self._zone,
            start_seconds=crossing.time_s,
            decided_seconds=time_s,
            peak_seconds=crossing.time_s,
            end_seconds=crossing.time_s,
            class_name=track.class_name,
            track_ids=(track.track_id,),
            box=crossing.box,
            confidence=min(1.0, track.score),
            note=crossing.direction,
        )

    def _forget(self, scene: Scene) -> None:
        self._watch.forget_before(scene.time_s)
        self._latest = {key: when for key, when in self._latest.items() if self._watch.knows(key[0])}
