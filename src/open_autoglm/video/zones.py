"""Zones and their rules, as people write them.

    zones:
      - id: gate
        polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 1.0], [0.1, 1.0]]
        rules:
          intrusion: {dwell_s: 1, forbidden_hours: ["22:00-06:00"]}
          abandoned_object: {timeout_s: 30, attended_distance: 0.15}
          crowd: {max_people: 5, min_duration_s: 10}
    camera:
      tamper: {min_duration_s: 2}

Coordinates are fractions of the picture's width and height, distances of its width; where a value is above
1, they are pixels. JSON of the same form is read as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.video.area import Area, edges_cross, signed_area
from open_autoglm.video.classes import COCO_CLASSES
from open_autoglm.video.geometry import Point
from open_autoglm.video.rule_settings import (
    AbandonedObjectSettings,
    CameraSettings,
    CrowdSettings,
    RemovedObjectSettings,
    SettingsValue,
    ZoneRules,
)
from open_autoglm.video.zone_text import EXAMPLE, plain_value, what_is_wrong

MAX_FILE_BYTES = 1_000_000

MAX_ZONES = 100
MAX_CORNERS = 200
MIN_SHARE = 0.0001
"""Of the picture: a smaller zone holds no foot of anybody."""

WHOLE_PICTURE = (Point(0, 0), Point(1, 0), Point(1, 1), Point(0, 1))

Coordinate = Annotated[float, Field(ge=0, le=65_536, allow_inf_nan=False)]


class Zone(SettingsValue):
    """A part of the picture and what must not happen there."""

    id: str = Field(min_length=1, max_length=60)
    polygon: tuple[tuple[Coordinate, Coordinate], ...] = Field(default=WHOLE_PICTURE, max_length=MAX_CORNERS)
    """At least three corners in their order around; the whole picture where it is left out."""
    line: tuple[tuple[Coordinate, Coordinate], tuple[Coordinate, Coordinate]] | None = None
    """The two ends of a tripwire."""
    rules: ZoneRules = ZoneRules()
    name: str | None = Field(default=None, max_length=200)
    """For people; free text."""

    @field_validator("id", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Zone:
        if len(self.polygon) < 3:
            count = {0: "no point", 1: "one point", 2: "two points"}[len(self.polygon)]
            raise ValueError(f"the polygon has {count}; it needs three or more")
        corners = [Point(*corner) for corner in self.polygon]
        _check_unit("polygon", corners)
        if edges_cross(corners):
            raise ValueError("the polygon's edges cross; give its corners in their order around")
        if signed_area(corners) == 0:
            raise ValueError("the polygon has no area: its corners lie on one line")
        if self.line is not None:
            _check_unit("line", [Point(*end) for end in self.line])
            if self.line[0] == self.line[1]:
                raise ValueError("the line's two ends are the same point")
        needs_line = self.rules.line_crossing is not None or (
            self.rules.intrusion is not None and self.rules.intrusion.direction is not None
        )
        if needs_line and self.line is None:
            raise ValueError("the rule about a line needs `line: [[x, y], [x, y]]` in the zone")
        return self

    def area(self, width: int, height: int) -> Area:
        """In pixels of a picture of this size. Raises UsageError where it lies outside."""
        polygon = self._pixels("polygon", self.polygon, width, height)
        line = self._pixels("line", self.line, width, height) if self.line else None
        area = Area(self.id, polygon, width, height, (line[0], line[1]) if line else None)
        if area.share < MIN_SHARE:
            raise UsageError(
                f"Zone {self.id!r} is too small for a picture of {width}x{height} pixels.",
                hint="Give fractions from 0 to 1, or pixels of this picture.",
            )
        return area

    def _pixels(
        self, what: str, points: Sequence[tuple[float, float]], width: int, height: int
    ) -> tuple[Point, ...]:
        if max(max(point) for point in points) <= 1:
            return tuple(Point(x * width, y * height) for x, y in points)
        for x, y in points:
            if x > width or y > height:
                raise UsageError(
                    f"Zone {self.id!r}: the {what}'s point [{x:g}, {y:g}] lies outside the picture of "
                    f"{width}x{height} pixels.",
                    hint="Draw it again on this recording, or give fractions from 0 to 1.",
                )
        return tuple(Point(x, y) for x, y in points)


class ZoneFile(SettingsValue):
    """All zones of a camera."""

    version: Literal["1"] = "1"
    zones: tuple[Zone, ...] = Field(default=(), max_length=MAX_ZONES)
    camera: CameraSettings = CameraSettings()

    @field_validator("version", mode="before")
    @classmethod
    def _version_as_text(cls, value: object) -> object:
        return str(value) if value in (1, 1.0) else value

    @model_validator(mode="after")
    def _ids_differ(self) -> ZoneFile:
        seen: set[str] = set()
        for zone in self.zones:
            if zone.id in seen:
                raise ValueError(f"two zones have the id {zone.id!r}; each needs its own")
            seen.add(zone.id)
        return self

    @property
    def asks_for_hours(self) -> bool:
        """Whether a rule depends on the time of day, so that the recording's start must be known."""
        rules = [zone.rules.intrusion for zone in self.zones if zone.rules.intrusion is not None]
        return any(rule.forbidden_hours or rule.allowed_hours for rule in rules)


def default_zones() -> ZoneFile:
    """The whole picture, watched for what is out of the ordinary anywhere; nobody is an intruder there."""
    return ZoneFile(
        zones=(
            Zone(
                id="frame",
                rules=ZoneRules(
                    abandoned_object=AbandonedObjectSettings(),
                    removed_object=RemovedObjectSettings(),
                    crowd=CrowdSettings(max_people=15, min_duration_s=10),
                ),
            ),
        )
    )


def load_zones(path: Path, classes: Collection[str] = COCO_CLASSES) -> ZoneFile:
    """The zones in a YAML or JSON file. ``classes`` are those that the detector knows.

    Raises InputMissing when it can't be read, and UsageError with line and remedy when it is wrong.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"Zone file {path} is larger than {MAX_FILE_BYTES:,} bytes.", hint=EXAMPLE)
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"Zone file {path} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise InputMissing(
            f"Zone file {path} can't be read: {error.strerror or error}.", hint="Check --zones."
        ) from error
    return parse_zones(text, str(path), classes)


def parse_zones(text: str, name: str, classes: Collection[str] = COCO_CLASSES) -> ZoneFile:
    """The zones in YAML or JSON text; ``name`` says in errors where it came from. Raises UsageError."""
    value, node = plain_value(text, name)
    if isinstance(value, list):
        value = {"zones": value}
    try:
        return ZoneFile.model_validate(value, context={"classes": tuple(classes)})
    except ValidationError as error:
        raise UsageError(what_is_wrong(error, value, node, name, _all_keys()), hint=EXAMPLE) from error


def zones_text(zones: ZoneFile) -> str:
    """As YAML that ``parse_zones`` reads back to the same value; what was left at its default is left out."""
    plain = zones.model_dump(mode="json", exclude_defaults=True)
    text: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100)
    return text


def _all_keys() -> tuple[str, ...]:
    """Everything that may be written in a zone file, for the nearest to an unknown one."""
    return tuple(key for part in SettingsValue.__subclasses__() for key in part.model_fields)


def _check_unit(what: str, points: Sequence[Point]) -> None:
    """Pixels of a real picture reach beyond 2; what lies between 1 and 2 was meant as a fraction."""
    largest = max(max(point) for point in points)
    if 1 < largest <= 2:
        worst = max(points, key=max)
        raise ValueError(
            f"the {what}'s point [{worst.x:g}, {worst.y:g}] lies outside the picture, "
            "whose fractions go from 0 to 1"
        )
