"""Results of recordings, written by hand."""

from __future__ import annotations

from typing import Any

from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.video_result import AnalysedVideo, Performance
from open_autoglm.video.events.event import Event, EventType
from open_autoglm.video.observation import VideoFacts


def event(kind: EventType, start: float, end: float | None, number: int = 1, **more: Any) -> Event:
    return Event(
        id=f"{kind}-{number}",
        type=kind,
        zone=more.pop("zone", "yard"),
        start_seconds=start,
        decided_seconds=start,
        peak_seconds=start,
        end_seconds=end,
        confidence=0.9,
        **more,
    )


INTRUSION = event("intrusion", 201, 220, zone="gate", class_name="person", track_ids=(7,))
BAG = event("abandoned_object", 525, 700, class_name="suitcase", owner_track_id=12)
CROWD = event("crowd", 730, 760, numbers={"people_at_peak": 9})
COVERED = event("camera_tampered", 800, 900, zone=None, note="covered")


def recording(*events: Event, **more: Any) -> AnalysedVideo:
    return AnalysedVideo(
        video=VideoFacts(name="yard.mp4", width=1280, height=720, codec="h264", container="mp4"),
        analysed_seconds=900,
        detector=ModelUsed(asked="nanodet", name="nanodet", reason="as asked", engine="onnxruntime"),
        zones=(),
        events=events,
        tracks=(),
        performance=Performance(
            frames_decoded=1,
            frames_analysed=1,
            detections_run=1,
            wall_seconds=1,
            real_time_factor=1,
            detect_fps=5,
        ),
        **{"counts": {"person": 19}, **more},
    )
