"""The scenes: each kind in several variants, half of them to tune on and half to report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from video_scenes.desk import (
    FORBIDDEN,
    LENGTH_S,
    LINE,
    LOITER,
    TRIPWIRE,
    WATCH_ALL,
    YARD_PIXELS,
    Desk,
)
from video_scenes.scene import HEIGHT, WIDTH, Scene

Half = Literal["tune", "report"]

VARIANTS = 3
"""Of each kind in each half."""


def _left(desk: Desk) -> None:
    desk.leave(stay_s=desk.between(1, 6))
    for _person in range(3):
        desk.passer_by(desk.between(2, 45))


def _small(desk: Desk) -> None:
    desk.leave(width=16)
    desk.passer_by(desk.between(2, 40))


def _taken(desk: Desk) -> None:
    desk.leave(taken=True)
    desk.passer_by(desk.between(2, 40))


def _attended(desk: Desk) -> None:
    """The owner stays near until the end, or takes the bag again in time."""
    x, y = desk.spot()
    put_s = desk.between(10, 14)
    desk.walk((put_s - 9, -40, y), (put_s - 1, x + 25, y), (LENGTH_S + 1, x + 25.5, y))
    desk.thing((x, y), put_s, LENGTH_S + 1)
    desk.passer_by(desk.between(18, 40))
    x, y = desk.spot()
    desk.walk((12, WIDTH + 40, y), (20, x + 20, y), (33, x + 20.5, y), (41, WIDTH + 40, y))
    desk.thing((x, y), 21, 32)


def _occluded(desk: Desk) -> None:
    thing = desk.leave()
    begin = thing.from_s + desk.between(5, 8)
    y = thing.y + 14
    desk.walk(
        (begin - 6, -40, y), (begin, thing.x, y), (begin + 5, thing.x + 0.5, y), (begin + 12, WIDTH + 40, y)
    )
    for _person in range(3):
        desk.passer_by(desk.between(begin, 45), thing.y + desk.between(4, 20))


def _belonging(desk: Desk) -> None:
    """Something that lay there from the beginning is carried off."""
    x, y = desk.spot()
    at_s = desk.between(34, 38)
    desk.thing((x, y), -1, at_s)
    desk.take(x, y, at_s)
    desk.passer_by(desk.between(2, 20))


def _light(desk: Desk) -> None:
    desk.leave()
    gain = desk.between(0.55, 0.75) if desk.rng.random() < 0.5 else desk.between(1.12, 1.25)
    warm = desk.between(0.95, 1.05)
    at_s = desk.between(4, 9) if desk.rng.random() < 0.5 else desk.between(24, 28)
    desk.scene.light = [(at_s, (gain * warm, gain, gain / warm)), (48.0, (1.0, 1.0, 1.0))]
    desk.passer_by(desk.between(2, 40))


def _nudge(desk: Desk) -> None:
    desk.leave()
    desk.scene.trembles = desk.between(0.2, 0.8)
    desk.scene.nudges = [(desk.between(5, 40), (desk.between(-5, 5), desk.between(-4, 4)))]
    desk.passer_by(desk.between(2, 40))


def _night(desk: Desk) -> None:
    desk.leave(width=int(desk.rng.integers(24, 40)))
    desk.scene.light = [(0.0, (0.42, 0.38, 0.36))]
    desk.scene.noise = desk.between(6, 9)
    desk.passer_by(desk.between(2, 40))


def _nothing(desk: Desk) -> None:
    """Light, nudges, people who stand for long: and nothing left."""
    for _person in range(2):
        x, y = desk.spot()
        come_s = desk.between(6, 10)
        desk.walk((come_s - 6, -40, y), (come_s, x, y), (50, x + 1, y), (58, WIDTH + 40, y))
    for _person in range(4):
        desk.passer_by(desk.between(0, 45))
    desk.scene.light = [(desk.between(12, 20), (0.7, 0.7, 0.72)), (desk.between(30, 40), (1.1, 1.1, 1.1))]
    desk.scene.nudges = [(desk.between(8, 40), (desk.between(-5, 5), desk.between(-5, 5)))]


def _zones(desk: Desk) -> None:
    """Some walk through the yard, some around it."""
    desk.scene.zones = FORBIDDEN
    left, top, right, bottom = YARD_PIXELS
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


def _crowd(desk: Desk) -> None:
    desk.scene.zones = FORBIDDEN.replace("intrusion: {dwell_s: 1}, ", "")
    left, top, right, bottom = YARD_PIXELS
    arrivals = []
    for number in range(6):
        arrive_s = desk.between(8, 22)
        x = left + 25 + number * (right - left - 50) / 5
        y = desk.between(top + 40, bottom - 20)
        go_s = desk.between(42, 46)
        desk.walk((arrive_s - 7, -40, y), (arrive_s, x, y), (go_s, x + 1, y), (go_s + 7, WIDTH + 40, y))
        entered_s = arrive_s - 7 + 7 * (left + 40) / (x + 40)
        arrivals.append(entered_s)
    desk.truth("crowd", sorted(arrivals)[4])
    desk.passer_by(desk.between(30, 45), top - 30)


def _covered(desk: Desk) -> None:
    begin = desk.between(20, 30)
    desk.scene.covered = (begin, begin + desk.between(6, 15))
    desk.truth("camera_tampered", begin, "covered")
    desk.passer_by(desk.between(2, 40))


def _moved(desk: Desk) -> None:
    begin = desk.between(20, 30)
    way = (desk.between(90, 160) * (1 if desk.rng.random() < 0.5 else -1), desk.between(-90, 90))
    desk.scene.nudges = [(begin, way), (begin + desk.between(10, 18), (0.0, 0.0))]
    desk.truth("camera_tampered", begin, "moved")
    desk.passer_by(desk.between(2, 40))


def _frozen(desk: Desk) -> None:
    begin = desk.between(20, 30)
    desk.scene.frozen = (begin, begin + desk.between(8, 20))
    desk.truth("camera_tampered", begin, "frozen")
    desk.passer_by(desk.between(2, 40))


def _line(desk: Desk) -> None:
    """Some walk over the line, one after the other way; others turn before it or pass beyond its end."""
    desk.scene.zones = TRIPWIRE
    x, top, bottom = LINE[0] * WIDTH, LINE[1] * HEIGHT, LINE[2] * HEIGHT
    # Who walks down along the line has the picture's left at the right hand.
    for start_s, to_left_hand in ((3.0, True), (12.0, False), (29.0, True), (38.0, False)):
        begin_s, speed = start_s + desk.between(0, 4), desk.between(55, 85)
        y = desk.between(top + 30, bottom - 30)
        come, go = (-40.0, WIDTH + 40.0) if to_left_hand else (WIDTH + 40.0, -40.0)
        desk.walk((begin_s, come, y), (begin_s + (WIDTH + 80) / speed, go, y))
        note = "to_left" if to_left_hand else "to_right"
        desk.truth("line_crossing", begin_s + abs(x - come) / speed, note)
    turn_s, y = desk.between(24, 28), desk.between(top + 40, bottom - 40)
    near = x - desk.between(30, 50)
    desk.walk((turn_s - 5, -40, y), (turn_s, near, y), (turn_s + 1, near, y), (turn_s + 6, -40, y))
    desk.passer_by(desk.between(5, 40), top - desk.between(40, 60))
    away = x + desk.between(60, 120)
    desk.walk((46, away, 200), (57, away, 600))


def _loitering(desk: Desk) -> None:
    """Somebody waits in the yard, somebody walks to and fro in it; others pass, wait less or elsewhere."""
    desk.scene.zones = LOITER
    left, top, right, bottom = YARD_PIXELS
    y, speed = desk.between(top + 40, bottom - 30), 70.0
    x, come_s = desk.between(left + 40, left + 110), desk.between(1, 5)
    stay_s = desk.between(20, 30)
    arrive_s = come_s + (x + 40) / speed
    desk.walk(
        (come_s, -40, y),
        (arrive_s, x, y),
        (arrive_s + stay_s, x + 0.5, y),
        (arrive_s + stay_s + 6, -40, y),
    )
    desk.truth("loitering", come_s + (left + 40) / speed)
    y, come_s = desk.between(top + 40, bottom - 30), desk.between(18, 24)
    stops = [(come_s, WIDTH + 40.0, y)]
    near, far = right - desk.between(15, 30), right - desk.between(100, 130)
    at_s = come_s + (WIDTH + 40 - far) / speed
    for number in range(9):
        stops.append((at_s, far if number % 2 == 0 else near, y))
        at_s += abs(near - far) / desk.between(30, 40)
    stops.append((at_s + 6, WIDTH + 40.0, y))
    desk.walk(*stops)
    desk.truth("loitering", come_s + (WIDTH + 40 - right) / speed)
    short_s, x, y = desk.between(44, 46), desk.between(left + 60, right - 60), bottom - desk.between(20, 60)
    desk.walk((short_s - 5, -40, y), (short_s, x, y), (short_s + 4, x, y), (short_s + 9, -40, y))
    desk.walk((10, WIDTH + 40, top - 60), (16, right - 60, top - 60), (50, right - 60.5, top - 60))
    desk.passer_by(desk.between(2, 40))


KINDS: dict[str, Callable[[Desk], None]] = {
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
    "line": _line,
    "loitering": _loitering,
}


def scenes(half: Half, variants: int = VARIANTS) -> list[Scene]:
    """All scenes of one half; the same every time."""
    made = []
    for kind_number, (kind, write) in enumerate(KINDS.items()):
        for variant in range(variants):
            seed = 1000 * kind_number + variant + (500 if half == "report" else 0)
            scene = Scene(f"{kind}-{half}-{variant + 1}", kind, seed, LENGTH_S, WATCH_ALL)
            write(Desk(scene, np.random.default_rng(seed)))
            made.append(scene)
    return made
