"""What each rule of a zone can be told, with what holds when it is not."""

from __future__ import annotations

import difflib
import re
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from open_autoglm.video.classes import COCO_CLASSES

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Distance = Annotated[float, Field(gt=0, le=65_536, allow_inf_nan=False)]


def _known(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Of the detector's classes: those in the context, COCO's where there is none."""
    classes = (info.context or {}).get("classes", COCO_CLASSES)
    for name in names:
        if name not in classes:
            near = difflib.get_close_matches(name, classes, n=3)
            raise ValueError(f"unknown class {name!r}; use {' or '.join(near or classes[:4])}")
    return names


Classes = Annotated[tuple[str, ...], Field(min_length=1, max_length=200), AfterValidator(_known)]
Direction = Literal["to_left", "to_right", "both"]
"""As seen by someone who walks along the line from its first point to its second."""

_HOURS = re.compile(r"^(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})$")


class SettingsValue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(SettingsValue):
    """A span of the day, the end left out; it runs over midnight where the end is not later."""

    begin: time
    end: time

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = _HOURS.match(value.strip())
        if found is None:
            raise ValueError(f"{value!r} is no span of hours like 22:00-06:00")
        hours = [int(part) for part in found.groups()]
        if hours[0] > 24 or hours[2] > 24 or hours[1] > 59 or hours[3] > 59:
            raise ValueError(f"{value!r} is no span of hours like 22:00-06:00")
        return {"begin": time(hours[0] % 24, hours[1]), "end": time(hours[2] % 24, hours[3])}

    def __contains__(self, moment: time) -> bool:
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end

    @model_serializer
    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


class IntrusionSettings(SettingsValue):
    """Somebody steps into the zone and stays for ``dwell_s``."""

    dwell_s: Seconds = 1.0
    classes: Classes = ("person",)
    forbidden_hours: tuple[Hours, ...] = ()
    """When nobody may be there; always, where neither kind of hours is given."""
    allowed_hours: tuple[Hours, ...] = ()
    """When people may be there; not both kinds."""
    direction: Direction | None = None
    """Count only who came over the zone's line in this direction."""
    merge_s: Seconds = 5.0
    """Who comes back within this time goes on with the same event."""

    @model_validator(mode="after")
    def _one_kind_of_hours(self) -> IntrusionSettings:
        if self.forbidden_hours and self.allowed_hours:
            raise ValueError("forbidden_hours and allowed_hours exclude each other")
        return self


class LineCrossingSettings(SettingsValue):
    """Somebody's feet pass the zone's line."""

    direction: Direction = "both"
    classes: Classes = ("person",)
    merge_s: Seconds = 5.0
    """The same track over the line again in the same direction within this time is one event."""


class AbandonedObjectSettings(SettingsValue):
    """Something was put down in the zone, and its owner went away."""

    timeout_s: Seconds = 30.0
    """How long it lies unattended before it counts."""
    attended_distance: Distance = 0.15
    """Its owner is with it while nearer than this."""


class RemovedObjectSettings(SettingsValue):
    """Something that belonged to the place went away."""

    timeout_s: Seconds = 30.0
    """How long its place stays empty before it counts."""


class CrowdSettings(SettingsValue):
    """More than ``max_people`` stay in the zone, or they stand closer than ``max_density``."""

    max_people: int | None = Field(default=None, ge=0, le=10_000)
    max_density: float | None = Field(default=None, gt=0, le=10_000, allow_inf_nan=False)
    """People in a hundredth of the picture's area."""
    min_duration_s: Seconds = 10.0

    @model_validator(mode="after")
    def _something_to_exceed(self) -> CrowdSettings:
        if self.max_people is None and self.max_density is None:
            raise ValueError("crowd needs max_people or max_density")
        return self


class LoiteringSettings(SettingsValue):
    """Somebody stays in the zone for long."""

    min_duration_s: Seconds = 60.0
    radius: Distance | None = None
    """Only who stays within this distance of one place; None: anywhere in the zone."""
    classes: Classes = ("person",)
    merge_s: Seconds = 5.0


class RunningSettings(SettingsValue):
    """Somebody moves faster than people walk."""

    min_speed: float = Field(default=1.5, gt=0, le=20, allow_inf_nan=False)
    """Heights of the person's own box in a second: walking is 0.5 to 1.2."""
    min_duration_s: Seconds = 1.0


class ZoneRules(SettingsValue):
    """Without any rule, the people in a zone are counted all the same."""

    intrusion: IntrusionSettings | None = None
    line_crossing: LineCrossingSettings | None = None
    abandoned_object: AbandonedObjectSettings | None = None
    removed_object: RemovedObjectSettings | None = None
    crowd: CrowdSettings | None = None
    loitering: LoiteringSettings | None = None
    running: RunningSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_name_alone(cls, value: object) -> object:
        """``intrusion:`` and ``intrusion: true`` take every default, ``false`` none of it."""
        if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
            return {name: {} for name in value}
        if not isinstance(value, dict):
            return value
        plain = {name: {} if rule is None or rule is True else rule for name, rule in value.items()}
        return {name: rule for name, rule in plain.items() if rule is not False}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)


class TamperSettings(SettingsValue):
    """The camera was covered or moved, or shows a picture that stands still."""

    min_duration_s: Seconds = 2.0


class CameraSettings(SettingsValue):
    """What concerns the whole picture."""

    tamper: TamperSettings | None = TamperSettings()
    """None: not watched."""
    starts_at: datetime | None = None
    """Local time of the first frame, for hours of the day."""

    @field_validator("tamper", mode="before")
    @classmethod
    def _by_name_alone(cls, value: object) -> object:
        if value is None or value is True:
            return {}
        return None if value is False else value


def in_pixels(distance: float, width: int) -> float:
    """A distance of the zone file: a fraction of the picture's width, or pixels when it is above 1."""
    return distance * width if distance <= 1 else distance
