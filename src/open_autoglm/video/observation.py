"""What is seen in one frame: the word of the worker process, free of zones and rules.

A recording's observations are its whole content for everything after them. They are kept, so that a run
that was cut off goes on, and other zones are tried without decoding again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from open_autoglm.video.geometry import Box


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Detection(_Value):
    """One object that the detector names."""

    box: Box
    class_name: str
    """As COCO has it: person, backpack, suitcase …"""
    score: float = Field(ge=0, le=1)


class StillRegion(_Value):
    """A place that differs from what the camera used to see there, and has not moved since."""

    id: int
    """The same for the same region from frame to frame, also through a short occlusion."""
    box: Box
    change: Literal["added", "removed"]
    """Whether something came to lie there, or what had been part of the background went away."""
    since_s: float
    """When it first lay there, in seconds of the recording."""
    visible: bool = True
    """False while somebody stands before it."""
    contrast: float = Field(ge=0)
    """Mean difference from the background in grey levels."""


class CameraState(_Value):
    """Whether the camera sees what it used to see."""

    brightness: float
    """Mean grey level, 0 to 255."""
    sharpness: float
    """Variance of the Laplacian at the size it is analysed at."""
    background_match: float = Field(ge=-1, le=1)
    """Correlation of the picture's edges with the background's: near 0 where it was covered or moved."""
    difference: float = Field(ge=0)
    """Mean change since the frame analysed before, in grey levels: 0 for a frozen picture."""
    shift: tuple[float, float] = (0.0, 0.0)
    """How far the picture stands from the background, x and y in pixels."""


class Observation(_Value):
    """One analysed frame."""

    time_s: float = Field(ge=0)
    """Of the frame's own timestamp, counted from the first frame."""
    frame: int = Field(ge=0)
    """Its number among the decoded frames, from 0."""
    detections: tuple[Detection, ...] | None
    """None where the detector was not asked for this frame."""
    still: tuple[StillRegion, ...] = ()
    camera: CameraState | None = None


class Gap(_Value):
    """A part of the recording that could not be analysed."""

    start_s: float
    end_s: float
    reason: str


class VideoFacts(_Value):
    """What the file or stream says of itself, checked against what was decoded."""

    name: str
    width: int
    height: int
    codec: str
    container: str
    live: bool = False
    duration_s: float | None = None
    """From the container; None where it says nothing believable. The last timestamp is what counts."""
    frame_rate: float | None = None
    """Mean of the container; timestamps are what counts."""
    started_at: datetime | None = None
    """Local time of the first frame: as the container's tags have it, or the clock's for a live source."""
