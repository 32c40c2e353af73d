"""From the zones of a camera to the rules that judge its recording."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from open_autoglm.errors import UsageError
from open_autoglm.video.area import Area
from open_autoglm.video.events.abandoned_object import AbandonedObjectRule, RemovedObjectRule
from open_autoglm.video.events.camera_tamper import CameraTamperRule
from open_autoglm.video.events.crowd import CrowdRule
from open_autoglm.video.events.event import Rule
from open_autoglm.video.events.intrusion import IntrusionRule
from open_autoglm.video.events.line_crossing import LineCrossingRule
from open_autoglm.video.events.loitering import LoiteringRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.running import RunningRule
from open_autoglm.video.zones import Zone, ZoneFile


def make_rules(
    zones: ZoneFile, width: int, height: int, *, starts_at: datetime | None = None
) -> tuple[Rule, ...]:
    """One rule object for each rule of each zone, for a picture of this size in pixels.

    ``starts_at`` is the local time of the first frame where it is known; the zone file's own comes first.
    Raises UsageError for a zone outside the picture, and where a rule asks for hours of an unknown day.
    """
    starts_at = zones.camera.starts_at or starts_at
    if zones.asks_for_hours and starts_at is None:
        raise UsageError(
            "A zone names hours of the day, and when the recording started is unknown.",
            hint="Write `camera: {starts_at: 2026-05-01T21:30:00}` into the zone file.",
        )
    numbers = EventNumbers()
    rules: list[Rule] = []
    for zone in zones.zones:
        rules += _zone_rules(zone, zone.area(width, height), numbers, starts_at)
    if zones.camera.tamper is not None:
        rules.append(CameraTamperRule(zones.camera.tamper, numbers))
    return tuple(rules)


def _zone_rules(zone: Zone, area: Area, numbers: EventNumbers, starts_at: datetime | None) -> Iterator[Rule]:
    rules = zone.rules
    if rules.intrusion is not None:
        yield IntrusionRule(area, rules.intrusion, numbers, starts_at=starts_at)
    if rules.line_crossing is not None:
        yield LineCrossingRule(area, rules.line_crossing, numbers)
    if rules.abandoned_object is not None:
        yield AbandonedObjectRule(area, rules.abandoned_object, numbers)
    if rules.removed_object is not None:
        yield RemovedObjectRule(area, rules.removed_object, numbers)
    if rules.crowd is not None:
        yield CrowdRule(area, rules.crowd, numbers)
    if rules.loitering is not None:
        yield LoiteringRule(area, rules.loitering, numbers)
    if rules.running is not None:
        yield RunningRule(area, rules.running, numbers)
