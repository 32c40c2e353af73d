"""What rules judge: one moment with everybody's identity."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import CameraState, StillRegion


@dataclass(frozen=True, slots=True)
class TrackedObject:
    """One object at one moment."""

    track_id: int
    class_name: str
    box: Box
    score: float
    seen: bool
    """False where the detector missed it and the box is where it must be."""
    since_s: float
    """When the track began."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``tracks`` is empty and ``detected`` False for a frame that the detector was not asked about."""

    time_s: float
    width: int
    height: int
    detected: bool
    tracks: tuple[TrackedObject, ...]
    still: tuple[StillRegion, ...]
    camera: CameraState | None
    frame: int = 0
    """Its number among the decoded frames, from 0."""
