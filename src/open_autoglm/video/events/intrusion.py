"""Somebody is where nobody may be."""

from __future__ import annotations

from datetime import datetime, timedelta

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.line_watch import LineWatch
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.presence import Presence
from open_autoglm.video.events.stay import Stays
from open_autoglm.video.rule_settings import IntrusionSettings
from open_autoglm.video.scene import Scene, TrackedObject


class IntrusionRule:
    """One zone. ``starts_at`` is the local time of the first frame; needed only where hours are given."""

    def __init__(
        self,
        area: Area,
        settings: IntrusionSettings,
        numbers: EventNumbers,
        *,
        starts_at: datetime | None = None,
    ) -> None:
        self._settings = settings
        self._starts_at = starts_at
        watched = settings.direction is not None and area.line is not None
        self._line = LineWatch(area.line) if watched and area.line is not None else None
        self._came: dict[int, str] = {}
        presence = Presence(area, settings.classes, merge_s=settings.merge_s, admits=self._admits)
        note = settings.direction if settings.direction != "both" else None
        self._stays = Stays(
            "intrusion",
            area.id,
            presence,
            numbers,
            needed_s=settings.dwell_s,
            asked_name="dwell_s",
            note=note,
        )

    def update(self, scene: Scene) -> tuple[Event, ...]:
        if self._line is not None and scene.detected:
            self._watch_line(self._line, scene)
        return tuple(self._stays.events(self._stays.presence.update(scene), scene.time_s))

    def finish(self, time_s: float) -> tuple[Event, ...]:
        return tuple(self._stays.events(self._stays.presence.finish(time_s), time_s))

    def _admits(self, track: TrackedObject, time_s: float) -> bool:
        if self._line is not None:
            came = self._came.get(track.track_id)
            if came is None or self._settings.direction not in ("both", came):
                return False
        return self._is_forbidden(time_s)

    def _is_forbidden(self, time_s: float) -> bool:
        settings = self._settings
        if self._starts_at is None or not (settings.forbidden_hours or settings.allowed_hours):
            return True
        moment = (self._starts_at + timedelta(seconds=time_s)).time()
        if settings.allowed_hours:
            return not any(moment in hours for hours in settings.allowed_hours)
        return any(moment in hours for hours in settings.forbidden_hours)

    def _watch_line(self, line: LineWatch, scene: Scene) -> None:
        line.forget_before(scene.time_s)
        self._came = {track_id: way for track_id, way in self._came.items() if line.knows(track_id)}
        for track in scene.tracks:
            if track.seen and (crossing := line.update(track, scene.time_s)) is not None:
                self._came[track.track_id] = crossing.direction
