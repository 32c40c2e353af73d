"""Zones and curves from the analysis in the form that the result keeps."""

from __future__ import annotations

from collections.abc import Iterable

from open_autoglm.tasks.video_result import CountCurve, ZoneShape
from open_autoglm.video.geometry import Point
from open_autoglm.video.people_count import PeopleCount
from open_autoglm.video.zones import ZoneFile


def zone_shapes(zones: ZoneFile, width: int, height: int) -> tuple[ZoneShape, ...]:
    """Every zone in fractions of a picture of this size. Raises UsageError for one outside it."""
    shapes = []
    for zone in zones.zones:
        area = zone.area(width, height)
        shapes.append(
            ZoneShape(
                id=zone.id,
                polygon=tuple(_fraction(point, width, height) for point in area.polygon),
                line=tuple(_fraction(point, width, height) for point in area.line or ()),
                rules=zone.rules.names,
            )
        )
    return tuple(shapes)


def count_curves(counts: Iterable[PeopleCount]) -> tuple[CountCurve, ...]:
    return tuple(CountCurve(zone=count.zone, seconds=count.seconds, people=count.people) for count in counts)


def _fraction(point: Point, width: int, height: int) -> Point:
    return Point(round(point.x / width, 4), round(point.y / height, 4))
