"""Where scenes are written: the zones, places that are free, and what people do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from video_scenes.bags import COLOURS, SHAPES
from video_scenes.scene import HEIGHT, WIDTH, Actor, Scene, Stop, Thing, TrueEvent

TIMEOUT_S = 15.0
LENGTH_S = 60.0
WATCH_ALL = f"""
zones:
  - id: square
    rules:
      abandoned_object: {{timeout_s: {TIMEOUT_S:g}, attended_distance: 0.15}}
      removed_object: {{timeout_s: 10}}
      crowd: {{max_people: 11, min_duration_s: 6}}
camera: {{tamper: {{min_duration_s: 2}}}}
"""
YARD = (0.3, 0.5, 0.7, 0.9)
"""Left, top, right, bottom of the forbidden yard in fractions."""
YARD_PIXELS = (YARD[0] * WIDTH, YARD[1] * HEIGHT, YARD[2] * WIDTH, YARD[3] * HEIGHT)
FORBIDDEN = """
zones:
  - id: yard
    polygon: [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]]
    rules: {intrusion: {dwell_s: 1}, crowd: {max_people: 4, min_duration_s: 5}}
"""
LINGER_S = 15.0
LOITER = f"""
zones:
  - id: yard
    polygon: [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]]
    rules: {{loitering: {{min_duration_s: {LINGER_S:g}}}}}
"""
LINE = (0.4, 0.5, 0.96)
"""A tripwire that goes down the picture: x, upper and lower end in fractions."""
TRIPWIRE = """
zones:
  - id: yard
    line: [[0.4, 0.5], [0.4, 0.96]]
    rules: {line_crossing: {direction: both}}
"""
LITTER = ((338, 458), (110, 512), (110, 250), (178, 262))
"""Things that lie on the real square: a bag before one of them would be two truths at once."""


@dataclass(slots=True)
class Desk:
    """Where one scene is written: its chance and what was decided so far."""

    scene: Scene
    rng: np.random.Generator
    actors: int = 0
    spots: list[tuple[float, float]] = field(default_factory=list)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def spot(self) -> tuple[float, float]:
        """A place on the pavement, apart from those taken."""
        while True:
            place = (self.between(130, 600), self.between(270, 520))
            clear = all(abs(place[0] - x) > 90 or abs(place[1] - y) > 90 for x, y in self.spots)
            bare = all(abs(place[0] - x) > 45 or abs(place[1] - y) > 45 for x, y in LITTER)
            if clear and bare and not 375 < place[0] < 455:
                self.spots.append(place)
                return place

    def walk(self, *stops: tuple[float, float, float]) -> Actor:
        actor = Actor(self.actors, int(self.rng.integers(0, 1000)), tuple(Stop(*stop) for stop in stops))
        self.actors += 1
        self.scene.actors.append(actor)
        return actor

    def passer_by(self, from_s: float, y: float | None = None) -> None:
        """From one side to the other in about 11 s."""
        y = self.between(240, 540) if y is None else y
        begin, end = (-30.0, WIDTH + 30.0) if self.rng.random() < 0.5 else (WIDTH + 30.0, -30.0)
        self.walk((from_s, begin, y), (from_s + self.between(9, 13), end, y + self.between(-25, 25)))

    def thing(self, place: tuple[float, float], from_s: float, until_s: float, width: int = 0) -> Thing:
        width = width or int(self.rng.integers(18, 40))
        height = max(12, int(width * self.between(0.75, 1.15)))
        shape, colour = SHAPES[self.rng.integers(len(SHAPES))], list(COLOURS)[self.rng.integers(len(COLOURS))]
        thing = Thing(place[0], place[1], width, height, shape, colour, from_s, until_s)
        self.scene.things.append(thing)
        return thing

    def leave(self, *, taken: bool = False, width: int = 0, stay_s: float = 2.0) -> Thing:
        """Somebody comes, puts a bag down, waits beside it, and goes out of the picture."""
        x, y = self.spot()
        put_s = self.between(11, 17)
        side = 1.0 if x < WIDTH / 2 else -1.0
        out = WIDTH + 40.0 if side > 0 else -40.0
        come = -40.0 if side > 0 else WIDTH + 40.0
        arrive_s, go_s = put_s - 1.0, put_s + stay_s
        beside = x + side * 22
        arrive = (arrive_s, beside, y - 2)
        begin_s = max(0.0, arrive_s - abs(beside - come) / 80)
        speed = 75.0
        end_s = go_s + abs(out - beside) / speed
        self.walk((begin_s, come, y - 2), arrive, (go_s, beside, y - 2), (end_s, out, y - 2))
        reach = 0.15 * WIDTH
        alone_s = go_s + reach / speed
        until_s = LENGTH_S + 1
        due_s = alone_s + TIMEOUT_S
        if taken:
            until_s = due_s + self.between(6, 10)
            self.take(x, y, until_s)
        thing = self.thing((x, y), put_s, until_s, width)
        self.truth("abandoned_object", put_s, due_s=due_s)
        return thing

    def take(self, x: float, y: float, at_s: float) -> None:
        come = -40.0 if x > WIDTH / 2 else WIDTH + 40.0
        side = -20.0 if x > WIDTH / 2 else 20.0
        begin_s = at_s - 0.5 - abs(x + side - come) / 85
        out_s = at_s + 1 + abs(x + side - come) / 85
        self.walk((begin_s, come, y), (at_s - 0.5, x + side, y), (at_s + 1, x + side, y), (out_s, come, y))
        self.truth("removed_object", at_s)

    def truth(self, kind: str, start_s: float, note: str | None = None, due_s: float | None = None) -> None:
        zone = None if kind == "camera_tampered" else "square" if self.scene.zones == WATCH_ALL else "yard"
        self.scene.truth.append(TrueEvent(kind, zone, start_s, note, due_s))
