"""From a file to events: whole, cut off, gone on with, with damage in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from video_doubles import OneTrack, Picture, draw_video

from open_autoglm.errors import Cancelled, DamagedInput, InputError, InputMissing, UsageError
from open_autoglm.stop_signal import StopSignal
from open_autoglm.video.analyzer import (
    AnalysisPlan,
    AnalysisProgress,
    DetectorChoice,
    analyze,
    replay,
)
from open_autoglm.video.events.event import Event
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.observation import VideoFacts
from open_autoglm.video.scene import Scene


class RightHalf:
    """An intrusion while the spot is in the right half."""

    def __init__(self) -> None:
        self._event: Event | None = None

    def update(self, scene: Scene) -> tuple[Event, ...]:
        if not scene.detected:
            return ()
        inside = any(track.box.foot.x > scene.width / 2 for track in scene.tracks)
        if inside and self._event is None:
            now = scene.time_s
            self._event = Event(
                id="intrusion-1",
                type="intrusion",
                zone="right",
                start_seconds=now,
                decided_seconds=now,
                peak_seconds=now,
                end_seconds=None,
                confidence=0.9,
            )
            return (self._event,)
        return () if inside else self.finish(scene.time_s)

    def finish(self, time_s: float) -> tuple[Event, ...]:
        if self._event is None or self._event.end_seconds is not None:
            return ()
        self._event = self._event.model_copy(update={"end_seconds": time_s})
        return (self._event,)


def plan(
    opener: str = "video_doubles:open_bright_spot", deed: str = "none", **options: object
) -> AnalysisPlan:
    return AnalysisPlan(
        DetectorChoice("spot", Path(deed), opener=opener),
        tracker=OneTrack,
        watcher="video_doubles:open_plain_watcher",
        **{"rules": lambda facts: (RightHalf(),), "detect_fps": 5.0, "cores": 2, **options},  # type: ignore[arg-type]
    )


def red_at(*numbers: int) -> Callable[[int, Picture], None]:
    def paint(number: int, picture: Picture) -> None:
        if number in numbers:
            picture[:30, :30] = (0, 0, 255)

    return paint


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """Ten seconds; the spot's foot passes the middle at 3.0 s and begins again at 5.5 s."""
    return draw_video(tmp_path / "walk.mp4", 100)


def test_a_recording_becomes_events_tracks_and_figures(walk: Path) -> None:
    heard: list[Event] = []
    told: list[AnalysisProgress] = []
    scenes: list[Scene] = []
    analysis = analyze(walk, plan(), on_event=heard.append, on_progress=told.append, on_scene=scenes.append)
    (event,) = analysis.events
    assert event.start_seconds == pytest.approx(3.0, abs=0.21)
    assert event.end_seconds is not None
    assert [one.end_seconds is None for one in heard] == [True, False]
    assert heard[-1] == event
    assert (analysis.stopped, analysis.gaps, analysis.errors) == (False, (), ())
    assert analysis.analysed_seconds == pytest.approx(9.8, abs=0.11)
    assert len(scenes) == analysis.cost.frames_analysed == analysis.cost.detections_run == 50
    assert analysis.cost.frames_decoded == 100
    (track,) = analysis.tracks
    assert (track.id, track.class_name, track.sightings) == (1, "person", 50)
    assert 9 <= len(track.path) <= 11
    assert scenes[0].camera is not None
    assert scenes[0].still[0].id == 1
    assert list(dict.fromkeys(one.stage for one in told))[:2] == ["open", "measure"]
    assert told[-1].stage == "done"
    assert told[-1].duration_s == pytest.approx(10.0)


def test_the_rate_is_measured_where_none_is_asked_for_and_said(walk: Path) -> None:
    analysis = analyze(walk, plan(detect_fps=None))
    assert analysis.cost.detect_fps == 5.0
    assert any("looks 5 times a second" in note for note in analysis.notes)


def test_without_a_detector_the_camera_is_watched_alone(walk: Path) -> None:
    analysis = analyze(walk, AnalysisPlan(None, tracker=OneTrack, watcher="video_doubles:open_plain_watcher"))
    assert analysis.cost.detections_run == 0
    assert analysis.cost.frames_analysed == 40
    assert analysis.tracks == ()


def test_a_second_run_takes_what_was_kept(walk: Path, tmp_path: Path) -> None:
    kept = plan(log_folder=tmp_path / "log", detect_fps=None)
    first = analyze(walk, kept)
    second = analyze(walk, kept)
    assert second.events == first.events
    assert second.tracks == first.tracks
    assert second.notes == first.notes
    assert second.cost.frames_decoded == 0
    assert second.cost.kept_seconds == first.analysed_seconds
    assert analyze(walk, plan(log_folder=tmp_path / "log", detect_fps=None, resume=False)).cost.frames_decoded


def test_kept_observations_are_judged_by_other_rules(walk: Path, tmp_path: Path) -> None:
    first = analyze(walk, plan(log_folder=tmp_path / "log"))
    assert first.log is not None
    again = replay(first.log, plan())
    assert again.events == first.events
    assert replay(first.log, plan(rules=())).events == ()


def test_what_was_found_before_a_stop_is_kept_and_gone_on_with(walk: Path, tmp_path: Path) -> None:
    kept = plan(log_folder=tmp_path / "log")
    whole = analyze(walk, plan())
    stop = StopSignal()
    slow_until_stopped: list[Scene] = []

    def stop_at_four(scene: Scene) -> None:
        slow_until_stopped.append(scene)
        if scene.time_s >= 4.0:
            stop.stop()

    began = time.monotonic()
    part = analyze(walk, kept, on_scene=stop_at_four, cancelled=stop)
    assert time.monotonic() - began < 10
    assert part.stopped
    assert 4.0 <= part.analysed_seconds < 9.8
    assert part.events[0].end_seconds is None
    rest = analyze(walk, kept)
    assert rest.cost.kept_seconds == part.analysed_seconds
    assert rest.events == whole.events
    assert rest.tracks == whole.tracks
    assert rest.cost.frames_analysed == whole.cost.frames_analysed - len(slow_until_stopped)


def test_stopped_before_anything_was_seen_is_an_error(walk: Path) -> None:
    with pytest.raises(Cancelled):
        analyze(walk, plan(), cancelled=lambda: True)


@pytest.mark.parametrize(
    ("deed", "reason"),
    [("crash", "crashed"), ("hang", "gave no frame"), ("fail", "nothing to divide")],
)
def test_what_befalls_the_worker_is_a_gap(tmp_path: Path, deed: str, reason: str) -> None:
    path = draw_video(tmp_path / "red.mp4", 150, paint=red_at(40, 41))
    analysis = analyze(
        path,
        plan("video_doubles:open_crashing", deed, limits=VideoLimits(stall_timeout_s=2.0)),
    )
    (gap,) = analysis.gaps
    assert reason in gap.reason
    assert gap.start_s <= 4.0 < gap.end_s
    assert gap.end_s - gap.start_s < 8
    assert analysis.analysed_seconds > 14
    assert not analysis.errors


def test_a_place_that_crashes_every_worker_ends_the_analysis_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open_autoglm.video.workers.session.MAX_LOST_IN_A_ROW", 2)
    path = draw_video(tmp_path / "red.mp4", 200, paint=red_at(*range(40, 200)))
    analysis = analyze(path, plan("video_doubles:open_crashing", "crash"))
    assert analysis.analysed_seconds < 4.5
    assert "in a row" in analysis.errors[0]
    assert analysis.gaps[-1].end_s == pytest.approx(20.0)


def test_still_regions_of_a_new_worker_are_others(tmp_path: Path) -> None:
    path = draw_video(tmp_path / "red.mp4", 150, paint=red_at(40, 41))
    scenes: list[Scene] = []
    analyze(path, plan("video_doubles:open_crashing", "crash"), on_scene=scenes.append)
    assert {scene.still[0].id for scene in scenes} == {1, 1_000_001}


def test_a_header_that_claims_too_much_is_named(tmp_path: Path) -> None:
    whole = draw_video(tmp_path / "whole.avi", 444)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 4])
    analysis = analyze(cut, plan())
    assert 2 < analysis.analysed_seconds < 15
    assert not analysis.stopped
    assert analysis.facts.duration_s == pytest.approx(analysis.analysed_seconds, abs=2.0)


def test_what_is_no_video_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        analyze(tmp_path / "none.mp4", plan())
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(DamagedInput, match="0 bytes"):
        analyze(empty, plan())
    text = tmp_path / "notes.txt"
    text.write_text("nothing\n" * 50, encoding="utf-8")
    with pytest.raises(InputError):
        analyze(text, plan())


def test_zones_that_do_not_fit_are_refused_before_anything_is_analysed(walk: Path) -> None:
    def refuse(facts: VideoFacts) -> tuple[()]:
        raise UsageError(f"A zone lies outside the {facts.width} × {facts.height} picture.")

    with pytest.raises(UsageError, match="160 × 120"):
        analyze(walk, plan(rules=refuse))
