"""What is asked of an analysis, what it says on its way, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from open_autoglm.video.events.event import Event, Rule
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.observation import Gap, Observation, VideoFacts
from open_autoglm.video.scene import TrackedObject
from open_autoglm.video.track_history import TrackHistory
from open_autoglm.video.workers.openers import DETECTOR_OPENER, WATCHER_OPENER

RuleMaker = Callable[[VideoFacts], Sequence[Rule]]
"""Makes the rules once the size of the picture is known. May raise UsageError for zones that don't fit it."""


class Tracking(Protocol):
    """Gives detections their identity; see ``video/track``."""

    def update(self, observation: Observation) -> tuple[TrackedObject, ...]: ...


def open_tracker() -> Tracking:
    from open_autoglm.video.track.byte_tracker import ByteTracker

    return ByteTracker()


@dataclass(frozen=True, slots=True)
class DetectorChoice:
    """Which detector the worker opens. ``name`` and ``digest`` stand in the result and key the kept log."""

    name: str
    path: Path
    """The ONNX file."""
    digest: str = ""
    """SHA-256 of the file where the caller knows it; else its size and time of change are used."""
    backend: Literal["onnxruntime", "openvino"] = "onnxruntime"
    opener: str = DETECTOR_OPENER
    """``module:function`` that opens it in the worker; tests name their own."""


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """How a recording is analysed. Nothing here depends on the recording but the rules."""

    detector: DetectorChoice | None
    """None: nothing is detected; still objects and the camera are watched alone."""
    rules: Sequence[Rule] | RuleMaker = ()
    detect_fps: float | None = None
    """Detections in a second of the recording; None: what this machine holds, measured at the start."""
    still_objects: bool = True
    """Watch for objects that are left or taken, and for tampering with the camera."""
    tracker: Callable[[], Tracking] = open_tracker
    watcher: str = WATCHER_OPENER
    """``module:function`` that makes what watches for still objects in the worker; tests name their own."""
    every_frame: bool = False
    """Decode also the frames that no other needs and nobody looks at; they are skipped otherwise."""
    cores: int | None = None
    """Physical cores to use; None: all of them."""
    log_folder: Path | None = None
    """Where observations are kept for the next run; None: nowhere."""
    resume: bool = True
    """Take what an earlier run kept of the same recording; False begins anew."""
    ring_folder: Path | None = None
    """For a live source: an empty folder for the pictures of the last minutes; None: no pictures."""
    max_live_s: float | None = None
    """End a live source after so many seconds; None: when it is stopped."""
    limits: VideoLimits = field(default_factory=VideoLimits)


@dataclass(frozen=True, slots=True)
class AnalysisProgress:
    """Where the analysis stands; comes about twice a second, and once when it is opened and done."""

    stage: Literal["open", "measure", "analyse", "reconnect", "done"]
    facts: VideoFacts | None = None
    position_s: float = 0.0
    """Seconds of the recording that are analysed."""
    duration_s: float | None = None
    """None where it is unknown or the source is live."""
    frames_per_second: float = 0.0
    """Decoded, over the last seconds."""
    real_time_factor: float = 0.0
    """Seconds of the recording in a second of work, over the last seconds."""
    seconds_left: float | None = None
    """None before it can be said, and for live sources."""
    events: int = 0
    people: int = 0
    """In the picture now."""
    kept_seconds: float = 0.0
    """Of the recording, taken from an earlier run."""
    message: str | None = None
    """For people: why it reconnects, what was skipped."""


@dataclass(frozen=True, slots=True)
class AnalysisCost:
    """The same fields as the result's ``Performance``."""

    frames_decoded: int = 0
    frames_analysed: int = 0
    detections_run: int = 0
    wall_seconds: float = 0.0
    real_time_factor: float = 0.0
    detect_fps: float = 0.0
    kept_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything found. Whole or, where ``stopped`` is set, up to ``analysed_seconds``."""

    facts: VideoFacts
    analysed_seconds: float
    """Timestamp of the last analysed frame."""
    events: tuple[Event, ...]
    """In the order they began; each in its last state, all with an end unless ``stopped`` cut them off."""
    tracks: tuple[TrackHistory, ...]
    gaps: tuple[Gap, ...]
    cost: AnalysisCost
    stopped: bool = False
    """Whether it was cancelled before the end."""
    notes: tuple[str, ...] = ()
    """What the reader should know: the chosen rate, a header that was wrong; nothing failed."""
    errors: tuple[str, ...] = ()
    """What failed; what was found before it is whole."""
    log: Path | None = None
    """The kept observations, for ``analyzer.replay`` with other rules or for outputs of every frame."""
