"""What happened, from when to when, and the numbers that decided it."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from open_autoglm.video.geometry import Box
from open_autoglm.video.scene import Scene

EventType = Literal[
    "intrusion",
    "line_crossing",
    "abandoned_object",
    "removed_object",
    "crowd",
    "loitering",
    "running",
    "camera_tampered",
]


class Event(BaseModel):
    """One event. While it goes on, ``end_seconds`` is None; its id stays the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """``<type>-<number>``, unique in a recording."""
    type: EventType
    zone: str | None
    """Its id; None for what concerns the whole camera."""
    start_seconds: float
    """When it began: the first step inside, the moment a bag was put down, the first minute of a crowd."""
    decided_seconds: float
    """When it was certain: after the dwell time or the timeout."""
    peak_seconds: float
    """Where to look: the moment that shows it best."""
    end_seconds: float | None
    class_name: str | None = None
    track_ids: tuple[int, ...] = ()
    owner_track_id: int | None = None
    """Who left the object, where that was seen."""
    box: Box | None = None
    """Of the object at its peak, in pixels."""
    confidence: float = Field(ge=0, le=1)
    numbers: dict[str, float] = Field(default_factory=dict)
    """What decided: seconds inside, people at the peak, distance of the owner …; names with their unit."""
    note: str | None = None
    """A kind within the type: covered, moved or frozen; entered or left; a direction."""

    @model_validator(mode="before")
    @classmethod
    def _clocks_are_computed(cls, value: Any) -> Any:
        """What was written as JSON is read back, though it holds them."""
        if isinstance(value, dict):
            return {name: one for name, one in value.items() if name not in ("start", "peak", "end")}
        return value

    @computed_field  # type: ignore[prop-decorator]
    @property
    def start(self) -> str:
        return clock(self.start_seconds)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def peak(self) -> str:
        return clock(self.peak_seconds)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def end(self) -> str | None:
        return None if self.end_seconds is None else clock(self.end_seconds)


def clock(seconds: float) -> str:
    """``HH:MM:SS`` of a moment, rounded down as players do."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


class Rule(Protocol):
    """Judges one zone for one kind of event. Scenes come in the order of their times."""

    def update(self, scene: Scene) -> tuple[Event, ...]:
        """Events that began, changed or ended with this scene."""
        ...

    def finish(self, time_s: float) -> tuple[Event, ...]:
        """Close what is still going on: the recording has ended here."""
        ...
