"""Somebody stays in a zone much longer than it takes to pass."""

from __future__ import annotations

from math import hypot

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.presence import Presence, Visit
from open_autoglm.video.events.stay import Stays
from open_autoglm.video.rule_settings import LoiteringSettings, in_pixels
from open_autoglm.video.scene import Scene


class LoiteringRule:
    """One zone. With a radius, only who stays around one place loiters; walking to and fro does not."""

    def __init__(self, area: Area, settings: LoiteringSettings, numbers: EventNumbers) -> None:
        self._radius = None if settings.radius is None else in_pixels(settings.radius, area.width)
        presence = Presence(
            area,
            settings.classes,
            merge_s=settings.merge_s,
            keep_path_s=settings.min_duration_s if self._radius is not None else 0.0,
        )
        self._stays = Stays(
            "loitering",
            area.id,
            presence,
            numbers,
            needed_s=settings.min_duration_s,
            asked_name="min_duration_s",
            counts=self._stays_near,
        )

    def update(self, scene: Scene) -> tuple[Event, ...]:
        return tuple(self._stays.events(self._stays.presence.update(scene), scene.time_s))

    def finish(self, time_s: float) -> tuple[Event, ...]:
        return tuple(self._stays.events(self._stays.presence.finish(time_s), time_s))

    def _stays_near(self, visit: Visit) -> bool:
        """Whether all of the last ``min_duration_s`` lies around its middle."""
        if self._radius is None:
            return True
        if not visit.path:
            return False
        feet = [foot for _time_s, foot in visit.path]
        middle_x = sum(foot.x for foot in feet) / len(feet)
        middle_y = sum(foot.y for foot in feet) / len(feet)
        return all(hypot(foot.x - middle_x, foot.y - middle_y) <= self._radius for foot in feet)
