"""How many people are in a zone, second by second."""

from __future__ import annotations

from open_autoglm.video.area import Area
from open_autoglm.video.scene import Scene
from open_autoglm.video.zones import ZoneFile

STEP_S = 1.0


class PeopleCount:
    """The curve of one zone. Give every scene to ``add``; a value is the mean of its second.

    Ten hours are 36,000 values. Seconds without a detection have none.
    """

    def __init__(self, area: Area) -> None:
        self.zone = area.id
        self._area = area
        self._sums: dict[int, tuple[int, int]] = {}

    def add(self, scene: Scene) -> None:
        if not scene.detected:
            return
        people = sum(
            track.class_name == "person" and self._area.contains(track.box.foot) for track in scene.tracks
        )
        second = int(scene.time_s / STEP_S)
        total, count = self._sums.get(second, (0, 0))
        self._sums[second] = (total + people, count + 1)

    @property
    def seconds(self) -> tuple[float, ...]:
        return tuple(second * STEP_S for second in sorted(self._sums))

    @property
    def people(self) -> tuple[float, ...]:
        return tuple(round(total / count, 2) for _second, (total, count) in sorted(self._sums.items()))


def people_counts(zones: ZoneFile, width: int, height: int) -> tuple[PeopleCount, ...]:
    """One for each zone, for a picture of this size in pixels."""
    return tuple(PeopleCount(zone.area(width, height)) for zone in zones.zones)
