"""What happens in a composed scene, and which events are true of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

WIDTH, HEIGHT = 768, 576


@dataclass(frozen=True, slots=True)
class Stop:
    """Feet at a place at a time; between two stops a person walks straight."""

    time_s: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Actor:
    """One person. Not there before the first stop and after the last."""

    number: int
    sprite: int
    stops: tuple[Stop, ...]

    def place(self, time_s: float) -> tuple[float, float, bool, bool] | None:
        """Foot x and y, whether it walks, and whether to the right; None while it isn't there."""
        for one, two in pairwise(self.stops):
            if one.time_s <= time_s < two.time_s:
                part = (time_s - one.time_s) / (two.time_s - one.time_s)
                x, y = one.x + part * (two.x - one.x), one.y + part * (two.y - one.y)
                return x, y, abs(two.x - one.x) + abs(two.y - one.y) > 1, two.x >= one.x
        return None


@dataclass(frozen=True, slots=True)
class Thing:
    """A bag whose lower edge's middle is at x, y, from one time to another."""

    x: float
    y: float
    width: int
    height: int
    shape: str
    colour: str
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class TrueEvent:
    type: str
    zone: str | None
    start_s: float
    """When it began."""
    note: str | None = None
    due_s: float | None = None
    """When its timeout ran out, for an abandoned object."""


@dataclass(slots=True)
class Scene:
    """One recording."""

    name: str
    kind: str
    seed: int
    length_s: float
    zones: str
    """A zone file's text."""
    actors: list[Actor] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    truth: list[TrueEvent] = field(default_factory=list)
    light: list[tuple[float, tuple[float, float, float]]] = field(default_factory=list)
    """From a time on, gains of blue, green and red."""
    nudges: list[tuple[float, tuple[float, float]]] = field(default_factory=list)
    """From a time on, the picture is shifted by so many pixels."""
    trembles: float = 0.0
    """Standard deviation of the camera's shaking in pixels."""
    noise: float = 2.0
    """Standard deviation in levels."""
    covered: tuple[float, float] | None = None
    frozen: tuple[float, float] | None = None
