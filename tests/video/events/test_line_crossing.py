from __future__ import annotations

import pytest
from scripted_scenes import MIDDLE, judged, scenes, walk

from open_autoglm.video.events.line_crossing import LineCrossingRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.rule_settings import LineCrossingSettings


def rule(**settings: object) -> LineCrossingRule:
    return LineCrossingRule(MIDDLE, LineCrossingSettings.model_validate(settings), EventNumbers())


def test_when_and_which_way() -> None:
    there = walk((0, 200, 300), (10, 400, 300))
    back = walk((2, 400, 200), (12, 200, 200))
    first, second = judged(rule(), scenes({1: there, 2: back}, 15))
    assert (first.note, second.note) == ("to_left", "to_right")
    assert first.start_seconds == pytest.approx(5, abs=0.05)
    assert first.end_seconds == first.start_seconds
    assert second.start_seconds == pytest.approx(7, abs=0.05)


def test_the_time_is_exact_at_two_detections_a_second() -> None:
    there = walk((0, 200, 300), (7, 410, 300))
    (event,) = judged(rule(), scenes({1: there}, 10, fps=2))
    assert event.start_seconds == pytest.approx(10 / 3, abs=0.05)


def test_only_the_asked_direction() -> None:
    there = walk((0, 200, 300), (10, 400, 300))
    assert judged(rule(direction="to_right"), scenes({1: there}, 12)) == []
    assert len(judged(rule(direction="to_left"), scenes({1: there}, 12))) == 1


def test_past_the_end_of_the_line_is_no_crossing() -> None:
    assert judged(rule(), scenes({1: walk((0, 200, 450), (10, 400, 450))}, 12)) == []


def test_trembling_on_the_line_is_no_crossing() -> None:
    def trembling(time_s: float) -> tuple[float, float]:
        return 300.0 + (5 if int(time_s * 5) % 2 else -5), 300.0

    assert judged(rule(), scenes({1: trembling}, 20)) == []


def test_a_pause_on_the_line_does_not_move_the_time() -> None:
    pause = walk((0, 250, 300), (5, 298, 300), (25, 298, 300), (26, 350, 300))
    (event,) = judged(rule(), scenes({1: pause}, 30))
    assert event.start_seconds == pytest.approx(25, abs=0.25)


def test_to_and_fro_is_merged() -> None:
    fro = walk((0, 280, 300), (1, 320, 300), (2, 280, 300), (3, 320, 300), (4, 280, 300))
    events = judged(rule(merge_s=5), scenes({1: fro}, 6))
    assert sorted(event.note or "" for event in events) == ["to_left", "to_right"]


def test_a_track_that_is_missed_for_a_second_on_the_line_has_crossed() -> None:
    there = walk((0, 200, 300), (10, 400, 300))
    moments = scenes({1: lambda time_s: None if 4.5 < time_s < 5.5 else there(time_s)}, 12)
    (event,) = judged(rule(), moments)
    assert event.start_seconds == pytest.approx(5, abs=0.1)
