"""What ``video_analysis`` returns; its JSON form is versioned."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.video.events.event import Event
from open_autoglm.video.geometry import Point
from open_autoglm.video.observation import Gap, VideoFacts

SCHEMA_VERSION = "1"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZoneShape(_Value):
    """A zone as it lies in the picture, for whoever draws it. Points in fractions of width and height."""

    id: str
    polygon: tuple[Point, ...]
    line: tuple[Point, ...] = ()
    """Two points of a tripwire; empty where the zone has none."""
    rules: tuple[str, ...]


class TrackSummary(_Value):
    id: int
    class_name: str
    first_seconds: float
    last_seconds: float
    mean_score: float
    path: tuple[Point, ...] = ()
    """Where its foot point was, in fractions, at most once a second."""


class CountCurve(_Value):
    """People inside a zone over time, one value a second."""

    zone: str
    seconds: tuple[float, ...]
    people: tuple[float, ...]


class Performance(_Value):
    frames_decoded: int
    frames_analysed: int
    detections_run: int
    wall_seconds: float
    real_time_factor: float
    """Seconds of recording in a second of work, over what this run analysed itself."""
    detect_fps: float
    kept_seconds: float = 0.0
    """Of the recording, taken from an earlier run."""


class ReportSentence(_Value):
    text: str
    events: tuple[str, ...]
    """Ids of the events it rests on; empty for a sentence about counts of tracks."""
    written_by: Literal["model", "rules"]


class RecordingReport(_Value):
    """A plain account of the recording."""

    language: Literal["zh", "en"]
    sentences: tuple[ReportSentence, ...]
    rests_on: str
    """Whether pictures were looked at by a vision model, or detections alone decided; one sentence."""


class RecordingAnswer(_Value):
    """The answer to ``--ask``."""

    question: str
    answer: str
    events: tuple[str, ...]


class PictureNote(_Value):
    """What a vision model said of an event's picture."""

    event: str
    description: str
    agrees: bool | None
    """Whether it sees what the event says; None where it did not say."""


class AnalysedVideo(_Value):
    """The whole result."""

    schema_version: str = SCHEMA_VERSION
    video: VideoFacts
    analysed_seconds: float
    """The timestamp of the last frame that was analysed."""
    detector: ModelUsed
    model: ModelUsed | None = None
    """Who wrote the report; None without one."""
    zones: tuple[ZoneShape, ...]
    events: tuple[Event, ...]
    tracks: tuple[TrackSummary, ...]
    counts: dict[str, int] = Field(default_factory=dict)
    """Tracks by class name."""
    curves: tuple[CountCurve, ...] = ()
    gaps: tuple[Gap, ...] = ()
    report: RecordingReport | None = None
    picture_notes: tuple[PictureNote, ...] = ()
    answers: tuple[RecordingAnswer, ...] = ()
    performance: Performance
    notes: tuple[str, ...] = ()
    """What the reader of the result should know; nothing failed."""
    errors: tuple[str, ...] = ()
    """What failed; the rest is whole."""
