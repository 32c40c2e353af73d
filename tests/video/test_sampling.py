"""Which frames are looked at depends on their times and two rates, and on nothing else."""

from __future__ import annotations

import pytest

from open_autoglm.video.sampling import MeasuredCost, Sampler, background_fps, choose_rate


def chosen(rate: float, detect_fps: float | None, seconds: float = 4.0) -> tuple[int, int]:
    """Frames analysed and frames detected."""
    sampler = Sampler(detect_fps, background_fps(detect_fps))
    choices = [sampler.choose(number / rate) for number in range(round(rate * seconds))]
    return sum(c.analyse for c in choices), sum(c.detect for c in choices)


@pytest.mark.parametrize(
    ("rate", "detect_fps", "analysed", "detected"),
    [
        (25, 5.0, 20, 20),
        (25, 2.0, 16, 8),
        (29.97, 1.0, 16, 4),
        (10, 5.0, 20, 20),
        (3, 5.0, 12, 12),
        (25, None, 16, 0),
    ],
)
def test_so_many_frames_are_looked_at(
    rate: float, detect_fps: float | None, analysed: int, detected: int
) -> None:
    assert chosen(rate, detect_fps) == (analysed, detected)


def test_after_a_pause_the_first_frame_is_looked_at() -> None:
    sampler = Sampler(2.0, 4.0)
    sampler.choose(0.0)
    assert sampler.choose(100.05).detect


def test_both_look_at_the_same_frames() -> None:
    for rate in (1.0, 2.0, 3.0, 4.0, 5.0, 10.0):
        assert background_fps(rate) >= 4
        assert background_fps(rate) % rate == 0


def cost(detect_s: float, cores: int = 2, look_s: float = 0.008) -> MeasuredCost:
    return MeasuredCost(0.0015, look_s, detect_s, frame_rate=25, cores=cores)


@pytest.mark.parametrize(
    ("measured", "file_rate", "live_rate"),
    [
        (cost(0.030), 5.0, 5.0),
        (cost(0.060), 3.0, 5.0),
        (cost(0.250), 2.0, 5.0),
        (cost(2.0), 1.0, 1.0),
        (cost(0.060, cores=8), 5.0, 5.0),
    ],
)
def test_the_rate_is_the_highest_that_holds(
    measured: MeasuredCost, file_rate: float, live_rate: float
) -> None:
    assert choose_rate(measured, "file") == file_rate
    assert choose_rate(measured, "live") == live_rate
