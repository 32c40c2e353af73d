"""What a worker opens by name: the detector and the watcher. Tests name their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from open_autoglm.video.geometry import Box
from open_autoglm.video.workers.watcher import Watched, Watcher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from open_autoglm.video.workers.messages import DetectorSetup
    from open_autoglm.video.workers.seeing import FrameDetector

DETECTOR_OPENER = "open_autoglm.video.workers.openers:open_onnx_detector"
WATCHER_OPENER = "open_autoglm.video.workers.openers:open_watcher"


def named(name: str) -> Callable[..., Any]:
    """The function that ``module:function`` names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def open_onnx_detector(setup: DetectorSetup) -> FrameDetector:
    """Raises ModelFileRejected for a file that is no detector, ExtraMissing for an absent backend."""
    from open_autoglm.video.detect.open_detector import open_detector

    # One thread each: several frames are detected at once, which wastes less than sharing one frame.
    detector: FrameDetector = open_detector(Path(setup.path), backend=setup.backend, threads=1)
    return detector


def open_watcher() -> Watcher:
    from open_autoglm.video.camera_state import CameraWatch
    from open_autoglm.video.still.still_regions import StillRegions

    return _StillAndCamera(StillRegions(), CameraWatch())


class _StillAndCamera:
    def __init__(self, still: Any, camera: Any) -> None:
        self._still = still
        self._camera = camera

    def look(
        self, frame_bgr: NDArray[np.uint8], time_s: float, people: Sequence[Box], unsure: Sequence[Box] = ()
    ) -> Watched:
        still = self._still.update(frame_bgr, time_s, people, unsure)
        return Watched(still, self._camera.update(frame_bgr, time_s))
