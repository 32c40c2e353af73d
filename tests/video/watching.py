"""How tests watch a drawn video: with the stand-ins, in a real worker process."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from video_doubles import BrightSpot, OneTrack, Picture

from open_autoglm.tasks.analyze_video import VideoOptions
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.video.analysis import AnalysisPlan, DetectorChoice
from open_autoglm.video.observation import Detection
from open_autoglm.video.workers.messages import DetectorSetup
from open_autoglm.video.zones import ZoneFile, parse_zones

DETECTOR = ModelUsed(asked="spot", name="spot", reason="spot: the brightest", engine="onnxruntime")
RIGHT_HALF = (
    "zones: [{id: right, polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]], rules: {intrusion: {dwell_s: 0.2}}}]"
)


SLOW = "watching:open_slow_spot"
"""A detector that leaves time to stop: a hundredth of a second for each look."""


class SlowSpot(BrightSpot):
    def detect(self, frame_bgr: Picture) -> tuple[Detection, ...]:
        time.sleep(0.01)
        return super().detect(frame_bgr)


def open_slow_spot(setup: DetectorSetup) -> SlowSpot:
    del setup
    return SlowSpot()


def right_half() -> ZoneFile:
    return parse_zones(RIGHT_HALF, "test")


def watching_options(
    detect_fps: float | None = 5.0,
    log_folder: Path | None = None,
    opener: str = "video_doubles:open_bright_spot",
) -> VideoOptions:
    """The bright spot of ``draw_video`` is a person."""
    plan = AnalysisPlan(
        detector=DetectorChoice("spot", Path("none"), "0" * 64, opener=opener),
        watcher="video_doubles:open_plain_watcher",
        tracker=OneTrack,
        detect_fps=detect_fps or 5.0,
        still_objects=False,
        cores=1,
        log_folder=log_folder,
    )
    return VideoOptions(plan, DETECTOR)


def let_workers_import_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
