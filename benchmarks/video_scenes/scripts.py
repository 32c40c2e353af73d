"""The scenes: each kind in several variants, half of them to tune on and half to report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from video_scenes.bags import COLOURS, SHAPES
from video_scenes.scene import HEIGHT, WIDTH, Actor, Scene, Stop, Thing, TrueEvent

Half = Literal["tune", "report"]

TIMEOUT_S = 15.0
LENGTH_S = 60.0
VARIANTS = 3
"""Of each kind in each half."""

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
FORBIDDEN = """
zones:
  - id: yard
    polygon: [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]]
    rules: {intrusion: {dwell_s: 1}, crowd: {max_people: 4, min_duration_s: 5}}
"""
LITTER = ((338, 458), (110, 512), (110, 250), (178, 262))
"""Things that lie on the real square: a bag before one of them would be two truths at once."""


@dataclass(slots=True)
class _Desk:
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
        zone = None if kind == "camera_tampered" else ("yard" if self.scene.zones == FORBIDDEN else "square")
        self.scene.truth.append(TrueEvent(kind, zone, start_s, note, due_s))


def _left(desk: _Desk) -> None:
    desk.leave(stay_s=desk.between(1, 6))
    for _person in range(3):
        desk.passer_by(desk.between(2, 45))


def _small(desk: _Desk) -> None:
    desk.leave(width=16)
    desk.passer_by(desk.between(2, 40))


def _taken(desk: _Desk) -> None:
    desk.leave(taken=True)
    desk.passer_by(desk.between(2, 40))


def _attended(desk: _Desk) -> None:
    """The owner stays near until the end, or takes the bag again in time."""
    x, y = desk.spot()
    put_s = desk.between(10, 14)
    desk.walk((put_s - 9, -40, y), (put_s - 1, x + 25, y), (LENGTH_S + 1, x + 25.5, y))
    desk.thing((x, y), put_s, LENGTH_S + 1)
    desk.passer_by(desk.between(18, 40))
    x, y = desk.spot()
    desk.walk((12, WIDTH + 40, y), (20, x + 20, y), (33, x + 20.5, y), (41, WIDTH + 40, y))
    desk.thing((x, y), 21, 32)


def _occluded(desk: _Desk) -> None:
    thing = desk.leave()
    begin = thing.from_s + desk.between(5, 8)
    y = thing.y + 14
    desk.walk(
        (begin - 6, -40, y), (begin, thing.x, y), (begin + 5, thing.x + 0.5, y), (begin + 12, WIDTH + 40, y)
    )
    for _person in range(3):
        desk.passer_by(desk.between(begin, 45), thing.y + desk.between(4, 20))


def _belonging(desk: _Desk) -> None:
    """Something that lay there from the beginning is carried off."""
    x, y = desk.spot()
    at_s = desk.between(34, 38)
    desk.thing((x, y), -1, at_s)
    desk.take(x, y, at_s)
    desk.passer_by(desk.between(2, 20))


def _light(desk: _Desk) -> None:
    desk.leave()
    gain = desk.between(0.55, 0.75) if desk.rng.random() < 0.5 else desk.between(1.12, 1.25)
    warm = desk.between(0.95, 1.05)
    at_s = desk.between(4, 9) if desk.rng.random() < 0.5 else desk.between(24, 28)
    desk.scene.light = [(at_s, (gain * warm, gain, gain / warm)), (48.0, (1.0, 1.0, 1.0))]
    desk.passer_by(desk.between(2, 40))


def _nudge(desk: _Desk) -> None:
    desk.leave()
    desk.scene.trembles = desk.between(0.2, 0.8)
    desk.scene.nudges = [(desk.between(5, 40), (desk.between(-5, 5), desk.between(-4, 4)))]
    desk.passer_by(desk.between(2, 40))


def _night(desk: _Desk) -> None:
    desk.leave(width=int(desk.rng.integers(24, 40)))
    desk.scene.light = [(0.0, (0.42, 0.38, 0.36))]
    desk.scene.noise = desk.between(6, 9)
    desk.passer_by(desk.between(2, 40))


def _nothing(desk: _Desk) -> None:
    """Light, nudges, people who stand for long: and nothing left."""
    for _person in range(2):
        x, y = desk.spot()
        come_s = desk.between(6, 10)
        desk.walk((come_s - 6, -40, y), (come_s, x, y), (50, x + 1, y), (58, WIDTH + 40, y))
    for _person in range(4):
        desk.passer_by(desk.between(0, 45))
    desk.scene.light = [(desk.between(12, 20), (0.7, 0.7, 0.72)), (desk.between(30, 40), (1.1, 1.1, 1.1))]
    desk.scene.nudges = [(desk.between(8, 40), (desk.between(-5, 5), desk.between(-5, 5)))]


def _zones(desk: _Desk) -> None:
    """Some walk through the yard, some around it."""
    desk.scene.zones = FORBIDDEN
    left, top, right, bottom = (part * size for part, size in zip(YARD, (WIDTH, HEIGHT) * 2, strict=True))
    for start_s in (desk.between(3, 6), desk.between(26, 30)):
        y = desk.between(top + 30, bottom - 20)
        speed = desk.between(55, 85)
        desk.walk((start_s, -40, y), (start_s + (WIDTH + 80) / speed, WIDTH + 40, y))
        desk.truth("intrusion", start_s + (left + 40) / speed)
    for start_s in (desk.between(1, 10), desk.between(15, 30), desk.between(30, 40)):
        y = top - desk.between(14, 40) if desk.rng.random() < 0.5 else bottom + desk.between(14, 30)
        desk.walk((start_s, WIDTH + 40, y), (start_s + 12, -40, y))
    x = left - desk.between(30, 60)
    desk.walk((5, x, 200), (20, x, 600))
    # Steps in for less than the dwell time.
    at_s = desk.between(46, 49)
    y = bottom - 60
    out, edge = right + 260, right + 5
    desk.walk(
        (at_s - 5, out, y),
        (at_s, edge, y),
        (at_s + 0.3, right - 8, y),
        (at_s + 0.6, edge, y),
        (at_s + 5, out, y),
    )


def _crowd(desk: _Desk) -> None:
    desk.scene.zones = FORBIDDEN.replace("intrusion: {dwell_s: 1}, ", "")
    left, top, right, bottom = (part * size for part, size in zip(YARD, (WIDTH, HEIGHT) * 2, strict=True))
    arrivals = []
    for number in range(6):
        arrive_s = desk.between(8, 22)
        x = left + 25 + number * (right - left - 50) / 5
        y = desk.between(top + 40, bottom - 20)
        go_s = desk.between(42, 46)
        desk.walk((arrive_s - 7, -40, y), (arrive_s, x, y), (go_s, x + 1, y), (go_s + 7, WIDTH + 40, y))
        entered_s = arrive_s - 7 + 7 * (left + 40) / (x + 40)
        arrivals.append(entered_s)
    desk.scene.truth.append(TrueEvent("crowd", "yard", sorted(arrivals)[4]))
    desk.passer_by(desk.between(30, 45), top - 30)


def _covered(desk: _Desk) -> None:
    begin = desk.between(20, 30)
    desk.scene.covered = (begin, begin + desk.between(6, 15))
    desk.truth("camera_tampered", begin, "covered")
    desk.passer_by(desk.between(2, 40))


def _moved(desk: _Desk) -> None:
    begin = desk.between(20, 30)
    way = (desk.between(90, 160) * (1 if desk.rng.random() < 0.5 else -1), desk.between(-90, 90))
    desk.scene.nudges = [(begin, way), (begin + desk.between(10, 18), (0.0, 0.0))]
    desk.truth("camera_tampered", begin, "moved")
    desk.passer_by(desk.between(2, 40))


def _frozen(desk: _Desk) -> None:
    begin = desk.between(20, 30)
    desk.scene.frozen = (begin, begin + desk.between(8, 20))
    desk.truth("camera_tampered", begin, "frozen")
    desk.passer_by(desk.between(2, 40))


KINDS: dict[str, Callable[[_Desk], None]] = {
    "left": _left,
    "small": _small,
    "taken": _taken,
    "attended": _attended,
    "occluded": _occluded,
    "belonging": _belonging,
    "light": _light,
    "nudge": _nudge,
    "night": _night,
    "nothing": _nothing,
    "zones": _zones,
    "crowd": _crowd,
    "covered": _covered,
    "moved": _moved,
    "frozen": _frozen,
}


def scenes(half: Half, variants: int = VARIANTS) -> list[Scene]:
    """All scenes of one half; the same every time."""
    made = []
    for kind_number, (kind, write) in enumerate(KINDS.items()):
        for variant in range(variants):
            seed = 1000 * kind_number + variant + (500 if half == "report" else 0)
            scene = Scene(f"{kind}-{half}-{variant + 1}", kind, seed, LENGTH_S, WATCH_ALL)
            write(_Desk(scene, np.random.default_rng(seed)))
            made.append(scene)
    return made
