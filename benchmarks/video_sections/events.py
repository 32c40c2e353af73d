"""Events of composed scenes and of the clean clip: precision, recall, delay, false events, cost."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
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
from open_autoglm.video.zones import default_zones, parse_zones
from video_scenes.cast import CLIP, Cast, load_cast
from video_scenes.render import Rendered, rendered
from video_scenes.scene import Scene, TrueEvent
from video_scenes.scripts import Half, scenes

FPS = 5.0
"""Frames that are looked at in a second."""

WITHIN_S = 2.0

MISSED = 0.08
"""Of all people that the scripted detector misses, each moment by itself."""
TREMBLE = 0.03
"""Standard deviation of its boxes, in heights."""


@dataclass(slots=True)
class Outcome:
    """What was found in one scene."""

    name: str
    kind: str
    truth: list[TrueEvent]
    found: list[Event]
    frames: int = 0
    cpu_s: float = 0.0
    remarks: list[str] = field(default_factory=list)


def measure(half: Half = "report", only: tuple[str, ...] = ()) -> str:
    """The section's text. ``only`` names kinds of scenes; all of them where it is empty."""
    chosen = [scene for scene in scenes(half) if not only or scene.kind in only]
    with ProcessPoolExecutor(2) as pool:
        outcomes = list(pool.map(look_at, chosen))
    lines = [f"Events at ±{WITHIN_S:g} s in {len(chosen)} composed scenes of 60 s, the half to {half}:"]
    lines += _table(outcomes)
    lines += [f"  {outcome.name}: {remark}" for outcome in outcomes for remark in outcome.remarks]
    frames = sum(outcome.frames for outcome in outcomes)
    cost = 1000 * sum(outcome.cpu_s for outcome in outcomes) / max(1, frames)
    lines.append(f"Still objects and camera: {cost:.1f} ms of one core a frame of 768x576.")
    if not only:
        false = clean_clip()
        lines.append(f"False events on the clean clip: {len(false)} {[event.id for event in false]}")
    return "\n".join(lines)


@cache
def _cast() -> Cast:
    cv2.setNumThreads(1)
    return load_cast()


def look_at(scene: Scene) -> Outcome:
    """Analyse one scene; people come from the script, with the errors of a detector."""
    zones = parse_zones(scene.zones, scene.name)
    rules = make_rules(zones, 768, 576)
    still, camera = StillRegions(), CameraWatch()
    outcome = Outcome(scene.name, scene.kind, scene.truth, [])
    states: dict[str, Event] = {}
    rng = np.random.default_rng(scene.seed + 7)
    since: dict[int, float] = {}
    last_s = 0.0
    for frame in rendered(scene, _cast(), FPS):
        tracks = tuple(_tracks(frame, since, rng))
        seen = [track.box for track in tracks if track.seen]
        begin = time.process_time()
        regions, state = (
            still.update(frame.picture, frame.time_s, seen),
            camera.update(frame.picture, frame.time_s),
        )
        outcome.cpu_s += time.process_time() - begin
        outcome.frames += 1
        moment = Moment(frame.time_s, 768, 576, True, tracks, regions, state)
        for rule in rules:
            states |= {event.id: event for event in rule.update(moment)}
        last_s = frame.time_s
    for rule in rules:
        states |= {event.id: event for event in rule.finish(last_s)}
    outcome.found = list(states.values())
    _remark(outcome)
    return outcome


def _tracks(frame: Rendered, since: dict[int, float], rng: np.random.Generator) -> Iterator[TrackedObject]:
    for number, (x, y, width, height) in frame.people.items():
        if x + width < 8 or x > 760:
            continue
        since.setdefault(number, frame.time_s)
        error = rng.normal(0, TREMBLE, 4)
        box = Box(
            x + error[0] * width,
            y + error[1] * height,
            width * (1 + error[2]),
            height * (1 + error[3]),
        )
        yield TrackedObject(number, "person", box, 0.8, bool(rng.random() >= MISSED), since[number])


def clean_clip(fps: float = FPS) -> list[Event]:
    """Events of the default zones on vtest.avi, with no detector: people who stand must not become things."""
    video = cv2.VideoCapture(str(CLIP))
    rules = make_rules(default_zones(), 768, 576)
    still, camera = StillRegions(), CameraWatch()
    states: dict[str, Event] = {}
    number = 0
    while (read := video.read())[0]:
        time_s = number / 10
        number += 1
        if (number - 1) % round(10 / fps):
            continue
        picture = np.asarray(read[1], np.uint8)
        moment = Moment(
            time_s, 768, 576, True, (), still.update(picture, time_s, ()), camera.update(picture, time_s)
        )
        for rule in rules:
            states |= {event.id: event for event in rule.update(moment)}
    for rule in rules:
        states |= {event.id: event for event in rule.finish(number / 10)}
    return list(states.values())


def _pairs(outcome: Outcome) -> tuple[list[tuple[TrueEvent, Event]], list[TrueEvent], list[Event]]:
    """Matched, missed and false events: nearest starts first, each used once."""
    candidates = sorted(
        (abs(true.start_s - event.start_seconds), i, j)
        for i, true in enumerate(outcome.truth)
        for j, event in enumerate(outcome.found)
        if event.type == true.type
        and event.zone == true.zone
        and true.note in (None, event.note)
        and abs(true.start_s - event.start_seconds) <= WITHIN_S
    )
    trues: set[int] = set()
    events: set[int] = set()
    matched = []
    for _apart, i, j in candidates:
        if i not in trues and j not in events:
            trues.add(i)
            events.add(j)
            matched.append((outcome.truth[i], outcome.found[j]))
    missed = [true for i, true in enumerate(outcome.truth) if i not in trues]
    return matched, missed, [event for j, event in enumerate(outcome.found) if j not in events]


def _remark(outcome: Outcome) -> None:
    _matched, missed, false = _pairs(outcome)
    outcome.remarks += [f"missed {true.type} at {true.start_s:.1f} s" for true in missed]
    for event in false:
        outcome.remarks.append(
            f"false {event.type} {event.note or ''} from {event.start_seconds:.1f} s, decided "
            f"{event.decided_seconds:.1f}, box {[round(v) for v in event.box or ()]} {event.numbers}"
        )


def _table(outcomes: list[Outcome]) -> Iterator[str]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    delays: list[float] = []
    for outcome in outcomes:
        matched, missed, false = _pairs(outcome)
        for true, event in matched:
            counts[true.type][0] += 1
            if true.due_s is not None:
                delays.append(event.decided_seconds - true.due_s)
        for true in missed:
            counts[true.type][1] += 1
        for event in false:
            counts[event.type][2] += 1
    yield "  type               true  found  precision  recall"
    for kind, (hit, miss, wrong) in sorted(counts.items()):
        precision = hit / (hit + wrong) if hit + wrong else 1.0
        recall = hit / (hit + miss) if hit + miss else 1.0
        yield f"  {kind:18} {hit + miss:4}  {hit + wrong:5}  {precision:9.2f}  {recall:6.2f}"
    if delays:
        yield f"  delay past the timeout: median {np.median(delays):.1f} s, largest {max(delays):.1f} s"


if __name__ == "__main__":
    import sys

    arguments = sys.argv[1:]
    print(
        measure(
            "report" if "report" in arguments else "tune",
            tuple(a for a in arguments if a not in ("report", "tune")),
        )
    )
