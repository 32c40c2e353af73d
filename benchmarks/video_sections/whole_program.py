"""Scenes written as files and analysed as a user's are: decoder, detector, tracker and rules."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import psutil

from open_autoglm.video.analysis import AnalysisPlan, DetectorChoice
from open_autoglm.video.analyzer import analyze
from open_autoglm.video.rules import make_rules
from open_autoglm.video.zones import ZoneFile, default_zones, parse_zones
from video_scenes.cast import CLIP, Cast, load_cast
from video_scenes.scene import Scene
from video_scenes.write import write_scene
from video_sections.installed_detector import DETECTOR, weights
from video_sections.outcome import Outcome

DETECT_FPS = 5.0


def look_at(scene: Scene) -> Outcome:
    """The cost is that of everything, the parent's share apart."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_scene(scene, _cast(), Path(folder))
        before = _children_s()
        analysis = analyze(str(path), _plan(parse_zones(scene.zones, scene.name)))
    return Outcome(scene, analysis.events, analysis.cost.frames_analysed, _children_s() - before)


def clean_clip() -> list[str]:
    """Ids of what is found on vtest.avi with the default zones, where nothing happens."""
    return [event.id for event in analyze(str(CLIP), _plan(default_zones())).events]


def _plan(zones: ZoneFile) -> AnalysisPlan:
    return AnalysisPlan(
        detector=DetectorChoice(DETECTOR, weights()),
        rules=lambda facts: make_rules(zones, facts.width, facts.height),
        detect_fps=DETECT_FPS,
        cores=1,
    )


@cache
def _cast() -> Cast:
    return load_cast()


def _children_s() -> float:
    """Processor seconds of the workers that have ended."""
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)
