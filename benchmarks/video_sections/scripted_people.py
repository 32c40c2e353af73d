"""Scenes whose people come from the script, with a detector's errors: what the rest of the program does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np

from open_autoglm.video.camera_state import CameraWatch
from open_autoglm.video.events.event import Event
from open_autoglm.video.geometry import Box
from open_autoglm.video.rules import make_rules
from open_autoglm.video.scene import Scene as Moment
from open_autoglm.video.scene import TrackedObject
from open_autoglm.video.still.still_regions import StillRegions
from open_autoglm.video.zones import parse_zones
from video_scenes.cast import Cast, load_cast
from video_scenes.render import Rendered, rendered
from video_scenes.scene import HEIGHT, WIDTH, Scene
from video_sections.outcome import Outcome

FPS = 5.0
"""Frames that are looked at in a second."""
MISSED = 0.08
"""Of all people that the scripted detector misses, each moment by itself."""
TREMBLE = 0.03
"""Standard deviation of its boxes, in heights."""


def look_at(scene: Scene) -> Outcome:
    """Identities are true; the cost is that of still objects and camera."""
    rules = make_rules(parse_zones(scene.zones, scene.name), WIDTH, HEIGHT)
    still, camera = StillRegions(), CameraWatch()
    states: dict[str, Event] = {}
    rng = np.random.default_rng(scene.seed + 7)
    since: dict[int, float] = {}
    frames, cpu_s, last_s = 0, 0.0, 0.0
    for frame in rendered(scene, _cast(), FPS):
        tracks = tuple(_tracks(frame, since, rng))
        began = time.process_time()
        regions = still.update(frame.picture, frame.time_s, [track.box for track in tracks if track.seen])
        state = camera.update(frame.picture, frame.time_s)
        cpu_s += time.process_time() - began
        moment = Moment(frame.time_s, WIDTH, HEIGHT, True, tracks, regions, state)
        for rule in rules:
            states |= {event.id: event for event in rule.update(moment)}
        frames, last_s = frames + 1, frame.time_s
    for rule in rules:
        states |= {event.id: event for event in rule.finish(last_s)}
    return Outcome(scene, tuple(states.values()), frames, cpu_s)


@cache
def _cast() -> Cast:
    cv2.setNumThreads(1)
    return load_cast()


def _tracks(frame: Rendered, since: dict[int, float], rng: np.random.Generator) -> Iterator[TrackedObject]:
    for number, (x, y, width, height) in frame.people.items():
        if x + width < 8 or x > WIDTH - 8:
            continue
        since.setdefault(number, frame.time_s)
        error = rng.normal(0, TREMBLE, 4)
        box = Box(
            x + error[0] * width, y + error[1] * height, width * (1 + error[2]), height * (1 + error[3])
        )
        yield TrackedObject(number, "person", box, 0.8, bool(rng.random() >= MISSED), since[number])
