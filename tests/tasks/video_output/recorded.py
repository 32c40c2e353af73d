"""A small result with everything in it, and frames drawn for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.video_result import (
    AnalysedVideo,
    CountCurve,
    Performance,
    PictureNote,
    RecordingAnswer,
    RecordingReport,
    ReportSentence,
    TrackSummary,
    ZoneShape,
)
from open_autoglm.video.box_history import BoxHistory
from open_autoglm.video.drawing import encode_jpeg
from open_autoglm.video.events.event import Event
from open_autoglm.video.geometry import Box, Point
from open_autoglm.video.observation import Gap, VideoFacts
from open_autoglm.video.scene import Scene, TrackedObject

WIDTH, HEIGHT, LENGTH_S = 160, 120, 20.0

INTRUSION = Event(
    id="intrusion-1",
    type="intrusion",
    zone="<gate>",
    start_seconds=3.25,
    decided_seconds=4.25,
    peak_seconds=5.0,
    end_seconds=8.5,
    class_name="person",
    track_ids=(7,),
    box=Box(60, 40, 20, 50),
    confidence=0.9,
    numbers={"seconds_inside": 5.25, "dwell_s": 1.0},
)
LEFT = Event(
    id="abandoned_object-1",
    type="abandoned_object",
    zone="<gate>",
    start_seconds=6.0,
    decided_seconds=12.0,
    peak_seconds=12.0,
    end_seconds=None,
    class_name="suitcase",
    owner_track_id=7,
    box=Box(100, 90, 12, 10),
    confidence=0.8,
)
COVERED = Event(
    id="camera_tampered-1",
    type="camera_tampered",
    zone=None,
    start_seconds=17.0,
    decided_seconds=19.0,
    peak_seconds=19.0,
    end_seconds=20.0,
    confidence=1.0,
    note="covered",
)


def recorded(language: Literal["zh", "en"] = "en") -> AnalysedVideo:
    return AnalysedVideo(
        video=VideoFacts(
            name="yard </script><b>.mp4",
            width=WIDTH,
            height=HEIGHT,
            codec="h264",
            container="mp4",
            frame_rate=10,
        ),
        analysed_seconds=LENGTH_S,
        detector=ModelUsed(asked="auto", name="nanodet", reason="the only one", engine="onnxruntime"),
        zones=(
            ZoneShape(
                id="<gate>",
                polygon=(Point(0.3, 0.3), Point(0.9, 0.3), Point(0.9, 0.9)),
                line=(Point(0.1, 0.1), Point(0.1, 0.9)),
                rules=("intrusion", "crowd"),
            ),
        ),
        events=(INTRUSION, LEFT, COVERED),
        tracks=(
            TrackSummary(
                id=7,
                class_name="person",
                first_seconds=0,
                last_seconds=10,
                mean_score=0.9,
                path=tuple(Point(x / 10, 0.6) for x in range(11)),
            ),
        ),
        counts={"person": 1},
        curves=(
            CountCurve(zone="<gate>", seconds=tuple(map(float, range(20))), people=(0.0,) * 5 + (1.0,) * 15),
        ),
        gaps=(Gap(start_s=15, end_s=16, reason="the worker crashed"),),
        report=RecordingReport(
            language=language,
            sentences=(
                ReportSentence(text="Somebody came <in>.", events=("intrusion-1",), written_by="model"),
                ReportSentence(text="One person was tracked.", events=(), written_by="rules"),
            ),
            rests_on="It rests on detections alone.",
        ),
        picture_notes=(PictureNote(event="abandoned_object-1", description="A bag | alone.", agrees=True),),
        answers=(RecordingAnswer(question="When?", answer="At 00:00:03.", events=("intrusion-1",)),),
        performance=Performance(
            frames_decoded=200,
            frames_analysed=200,
            detections_run=100,
            wall_seconds=4,
            real_time_factor=5,
            detect_fps=5,
        ),
        notes=("A note.",),
        errors=("A failure.",),
    )


def walked() -> BoxHistory:
    """Track 7 from left to right in ten seconds, seen five times a second; the video has ten frames."""
    boxes = BoxHistory()
    for index in range(51):
        box = Box(index * 2.0, 40, 20, 50)
        track = TrackedObject(7, "person", box, 0.9, seen=True, since_s=0)
        boxes.add(Scene(index / 5, WIDTH, HEIGHT, True, (track,), (), None, frame=index * 2))
    return boxes


class Picture(NamedTuple):
    time_s: float
    frame_time_s: float
    jpeg: bytes


class DrawnFrames:
    """Grey frames, brighter with time; none after the end."""

    def __init__(self) -> None:
        self.widths: list[int | None] = []

    def frames_at(
        self, times: Sequence[float], *, width: int | None = None, quality: int = 85
    ) -> Iterator[Picture]:
        self.widths.append(width)
        return (Picture(time_s, time_s, _frame(time_s)) for time_s in sorted(times) if time_s <= LENGTH_S)

    def frames_between(
        self,
        start_s: float,
        end_s: float,
        *,
        fps: float | None = None,
        width: int | None = None,
        quality: int = 85,
    ) -> Iterator[Picture]:
        times = (index / 10 for index in range(int(LENGTH_S * 10)))
        return (Picture(time_s, time_s, _frame(time_s)) for time_s in times if start_s <= time_s <= end_s)


def _frame(time_s: float) -> bytes:
    return encode_jpeg(np.full((HEIGHT, WIDTH, 3), 60 + int(time_s * 5), np.uint8))
