"""Scenes with exactly known times, for tests of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event, Rule
from open_autoglm.video.geometry import Box, Point
from open_autoglm.video.scene import Scene, TrackedObject

WIDTH, HEIGHT = 640, 480
Place = Callable[[float], tuple[float, float] | None]
"""The foot point at a time, or None while it is not there."""

MIDDLE = Area(
    "yard",
    (Point(200, 100), Point(400, 100), Point(400, 400), Point(200, 400)),
    WIDTH,
    HEIGHT,
    (Point(300, 100), Point(300, 400)),
)
"""x from 200 to 400, y from 100 to 400; its line runs down the middle."""


def person(track_id: int, x: float, y: float, *, since_s: float = 0.0, name: str = "person") -> TrackedObject:
    """Somebody 80 pixels tall with the feet at x, y."""
    return TrackedObject(track_id, name, Box(x - 15, y - 80, 30, 80), 0.8, seen=True, since_s=since_s)


def scenes(people: dict[int, Place], until_s: float, *, fps: float = 5.0) -> Iterator[Scene]:
    """``people`` by track id, from 0 to ``until_s``."""
    since: dict[int, float] = {}
    for index in range(int(until_s * fps) + 1):
        time_s = index / fps
        tracks = []
        for track_id, place in people.items():
            if (foot := place(time_s)) is not None:
                since.setdefault(track_id, time_s)
                tracks.append(person(track_id, *foot, since_s=since[track_id]))
        yield scene(time_s, tracks)


def scene(time_s: float, tracks: Iterable[TrackedObject], *, detected: bool = True) -> Scene:
    return Scene(time_s, WIDTH, HEIGHT, detected, tuple(tracks), (), None)


def judged(rule: Rule, moments: Iterable[Scene], end_s: float | None = None) -> list[Event]:
    """Every event in its last state, in the order they became certain; ids must not be reused."""
    states: dict[str, Event] = {}
    time_s = 0.0
    for moment in moments:
        time_s = moment.time_s
        for event in rule.update(moment):
            states[event.id] = event
    for event in rule.finish(time_s if end_s is None else end_s):
        states[event.id] = event
    return list(states.values())


def walk(*stops: tuple[float, float, float]) -> Place:
    """Straight from stop to stop, each (time, x, y); not there before the first and after the last."""

    def place(time_s: float) -> tuple[float, float] | None:
        for (time_a, x_a, y_a), (time_b, x_b, y_b) in pairwise(stops):
            if time_a <= time_s <= time_b:
                part = (time_s - time_a) / (time_b - time_a)
                return x_a + part * (x_b - x_a), y_a + part * (y_b - y_a)
        return None

    return place
