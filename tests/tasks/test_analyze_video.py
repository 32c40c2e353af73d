"""The whole task over a drawn video: what is found, told, kept when it fails, and kept when it is stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from video_doubles import draw_video
from watching import SLOW, let_workers_import_doubles, right_half, watching_options

from open_autoglm.errors import EngineUnavailable, UsageError
from open_autoglm.tasks.analyze_video import VideoOptions, VideoProgress, WatchedVideo, analyze_video
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.video.zones import parse_zones

MODEL = ModelUsed(asked="tiny", name="tiny", reason="it fits", engine="scripted")


@pytest.fixture(autouse=True)
def _workers(monkeypatch: pytest.MonkeyPatch) -> None:
    let_workers_import_doubles(monkeypatch)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return draw_video(tmp_path / "yard.mp4", 60)


def watch(video: Path, open_model=None, options: VideoOptions | None = None, **more) -> WatchedVideo:
    options = options or replace(watching_options(), zones=right_half(), model=MODEL)
    with RecordingFrames(video, live=False) as frames:
        return analyze_video(video, frames, open_model, options, **more)


def test_events_tracks_counts_and_a_report_come_of_a_recording(video: Path) -> None:
    seen: list[VideoProgress] = []
    watched = watch(video, on_progress=seen.append)
    result = watched.result
    assert [event.type for event in result.events] == ["intrusion"]
    assert result.counts == {"person": 1}
    assert result.tracks[0].path
    assert result.curves[0].zone == "right"
    assert max(result.curves[0].people) == 1
    assert result.report is not None
    assert result.report.sentences[-1].events == ("intrusion-1",)
    assert result.model is None
    assert len(watched.boxes) > 5
    assert not watched.stopped
    assert {"open", "done"} <= {progress.stage for progress in seen}
    assert any(progress.analysis and progress.analysis.duration_s for progress in seen)


@pytest.mark.parametrize(("hours", "found"), [("21:00-23:00", 1), ("02:00-04:00", 0)])
def test_hours_of_the_day_are_those_of_the_clock_in_the_recording(
    tmp_path: Path, hours: str, found: int
) -> None:
    video = draw_video(tmp_path / "night.mp4", 60, tags={"creation_time": "2026-05-01T22:00:00"})
    text = f"zones: [{{id: all, rules: {{intrusion: {{dwell_s: 1, forbidden_hours: ['{hours}']}}}}}}]"
    options = replace(watching_options(), zones=parse_zones(text, "test"))
    assert len(watch(video, options=options).result.events) == found


def test_a_model_is_opened_after_watching_and_named_in_the_result(video: Path, scripted) -> None:
    engine, script = scripted(["1. nothing", "[1] nothing"])
    stages: list[str] = []

    def open_model():
        stages.append("opened")
        return engine

    options = replace(watching_options(), zones=right_half(), model=MODEL, questions=("Who entered?",))
    result = watch(video, open_model, options, on_progress=lambda p: stages.append(p.stage)).result
    assert stages.index("opened") > stages.index("done")
    assert result.model == MODEL
    assert len(script.requests) == 2
    assert result.answers[0].events == ("intrusion-1",)


def test_no_model_is_opened_for_a_recording_without_events(tmp_path: Path) -> None:
    def refuse():
        raise AssertionError("nothing is there to be told")

    empty = draw_video(tmp_path / "empty.mp4", 20, paint=lambda _number, picture: picture.fill(40))
    result = watch(empty, refuse).result
    assert result.events == ()
    assert result.report is not None


def test_a_model_that_fails_leaves_the_rules_and_an_error(video: Path) -> None:
    def fail():
        raise EngineUnavailable("The engine has stopped.")

    result = watch(video, fail).result
    assert "The engine has stopped." in result.errors[0]
    assert result.report is not None
    assert result.model is None


def test_stopped_while_watching_it_tells_what_was_found(video: Path, tmp_path: Path) -> None:
    options = replace(watching_options(log_folder=tmp_path / "log", opener=SLOW), zones=right_half())
    stop = False

    def on_progress(progress: VideoProgress) -> None:
        nonlocal stop
        stop = stop or bool(progress.analysis and progress.analysis.position_s > 1)

    long = draw_video(tmp_path / "long.mp4", 600)
    watched = watch(long, None, options, on_progress=on_progress, cancelled=lambda: stop)
    assert watched.stopped
    assert "It was stopped at" in watched.result.notes[-1]
    assert watched.result.report is not None
    whole = watch(long, None, options)
    assert not whole.stopped
    assert whole.result.performance.kept_seconds > 0
    assert whole.result.analysed_seconds > 59


def test_zones_outside_the_picture_are_refused(video: Path) -> None:
    zones = parse_zones("zones: [{id: a, polygon: [[500, 5], [900, 5], [900, 90]]}]", "test")
    with pytest.raises(UsageError, match="outside the picture"):
        watch(video, None, replace(watching_options(), zones=zones))


@pytest.mark.parametrize(
    ("language", "questions", "zone", "said"),
    [
        ("auto", (), "right", "en"),
        ("auto", ("什么时候？",), "right", "zh"),
        ("auto", (), "大门入口", "zh"),
        ("zh", ("When?",), "right", "zh"),
    ],
)
def test_the_language_is_the_readers(video: Path, language, questions, zone: str, said: str) -> None:
    zones = parse_zones(f"zones: [{{id: {zone}, rules: {{intrusion: {{}}}}}}]", "test")
    options = replace(watching_options(), zones=zones, language=language, questions=questions)
    report = watch(video, None, options).result.report
    assert report is not None
    assert report.language == said
