"""A stream that breaks off is opened again; its events are told as they happen."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from stream_servers import broken_stream
from video_doubles import OneTrack, draw_video

from open_autoglm.stop_signal import StopSignal
from open_autoglm.video.analyzer import AnalysisPlan, AnalysisProgress, DetectorChoice, analyze
from open_autoglm.video.frames import FrameSource
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.scene import Scene


def plan(ring: Path | None = None, **limits: float) -> AnalysisPlan:
    return AnalysisPlan(
        DetectorChoice("spot", Path("none"), opener="video_doubles:open_bright_spot"),
        tracker=OneTrack,
        watcher="video_doubles:open_plain_watcher",
        detect_fps=5.0,
        cores=1,
        ring_folder=ring,
        limits=VideoLimits(**{"open_timeout_s": 5.0, "live_silence_s": 2.0, **limits}),  # type: ignore[arg-type]
    )


@pytest.fixture
def two_seconds(tmp_path: Path) -> Path:
    return draw_video(tmp_path / "two.ts", 50, rate=25, codec="mpeg2video")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_stream_that_breaks_off_is_opened_again(scheme: str, two_seconds: Path, tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    ring.mkdir()
    heard: list[tuple[float, float]] = []
    told: list[AnalysisProgress] = []
    began = time.monotonic()

    def hear(scene: Scene) -> None:
        heard.append((scene.time_s, time.monotonic() - began))

    with broken_stream(scheme, [two_seconds, two_seconds], seconds=1.5) as address:
        analysis = analyze(address, plan(ring, live_give_up_s=1.5), on_scene=hear, on_progress=told.append)
    assert analysis.facts.live
    assert not analysis.errors
    assert analysis.gaps
    assert "lost" in analysis.gaps[0].reason or "ended" in analysis.gaps[0].reason
    assert any("did not come back within 1.5 s" in note for note in analysis.notes)
    assert "reconnect" in {one.stage for one in told}
    assert not any(".;" in (one.message or "") for one in told)
    for before, after in pairwise(told):
        # Until a picture comes, it is said to be away.
        if (before.stage, after.stage) == ("reconnect", "analyse"):
            assert after.position_s > before.position_s
    times = [moment for moment, _ in heard]
    assert times == sorted(set(times))
    assert times[-1] > 3.0
    # Events as they happen: the first half was told before the second one was sent.
    assert min(told_at for moment, told_at in heard if moment > 1.0) < heard[-1][1] - 0.8
    with FrameSource.of_ring(ring) as frames:
        assert list(frames.frames_at((times[2], times[-1])))


def test_a_live_source_is_stopped_when_asked(two_seconds: Path) -> None:
    stop = StopSignal()
    with broken_stream("http", [two_seconds], seconds=8.0) as address:
        began = time.monotonic()
        analysis = analyze(
            address,
            plan(),
            on_scene=lambda scene: stop.stop() if scene.time_s > 0.1 else None,
            cancelled=stop,
        )
    assert analysis.stopped
    assert time.monotonic() - began < 20


def test_a_live_source_can_be_ended_after_a_time(two_seconds: Path) -> None:
    with broken_stream("http", [two_seconds], seconds=1.0) as address:
        analysis = analyze(address, replace(plan(), max_live_s=1.0))
    assert not analysis.stopped
    assert 0.5 < analysis.analysed_seconds <= 1.0


def test_it_ends_after_that_time_even_while_the_stream_is_away(two_seconds: Path) -> None:
    with broken_stream("http", [two_seconds], seconds=0.5) as address:
        began = time.monotonic()
        analysis = analyze(address, replace(plan(), max_live_s=4.0))
    assert time.monotonic() - began < 20
    assert not analysis.stopped
    assert not any("come back" in note for note in analysis.notes)
    assert 1.5 < analysis.analysed_seconds < 4.0
