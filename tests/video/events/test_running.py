from __future__ import annotations

import pytest
from scripted_scenes import MIDDLE, judged, scenes, walk

from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.running import RunningRule
from open_autoglm.video.rule_settings import RunningSettings


def rule(**settings: object) -> RunningRule:
    return RunningRule(MIDDLE, RunningSettings.model_validate(settings), EventNumbers())


def test_faster_than_asked_is_running() -> None:
    """160 pixels a second, 80 pixels tall: two heights a second."""
    runs = walk((0, 200, 110), (2.4, 200, 110), (2.5, 200, 110), (4, 200, 350), (5, 360, 350), (9, 400, 350))
    (event,) = judged(rule(), scenes({1: runs}, 9, fps=10))
    assert event.numbers["speed_at_peak"] == pytest.approx(2, abs=0.1)
    assert event.start_seconds == pytest.approx(2.5, abs=0.4)
    assert event.end_seconds == pytest.approx(5.2, abs=0.5)


def test_walking_is_not() -> None:
    assert judged(rule(), scenes({1: walk((0, 200, 120), (5, 400, 390))}, 6)) == []


def test_a_jump_to_somebody_else_is_not() -> None:
    def jumps(time_s: float) -> tuple[float, float]:
        return (210.0, 120.0) if int(time_s) % 2 == 0 else (390.0, 390.0)

    assert judged(rule(), scenes({1: jumps}, 10, fps=5)) == []
