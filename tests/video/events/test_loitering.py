from __future__ import annotations

import pytest
from scripted_scenes import MIDDLE, judged, scenes, walk

from open_autoglm.video.events.loitering import LoiteringRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.rule_settings import LoiteringSettings


def rule(**settings: object) -> LoiteringRule:
    return LoiteringRule(MIDDLE, LoiteringSettings.model_validate(settings), EventNumbers())


WAITS = walk((0, 100, 300), (2, 300, 300), (32, 310, 300), (34, 500, 300))
"""Inside from 1 to 33 s, at one place from 2 to 32 s."""


def test_from_the_first_step_inside() -> None:
    (event,) = judged(rule(min_duration_s=20), scenes({1: WAITS}, 40))
    assert event.start_seconds == pytest.approx(1, abs=0.21)
    assert event.decided_seconds == pytest.approx(21, abs=0.41)
    assert event.end_seconds == pytest.approx(33, abs=0.21)


def test_passing_is_no_loitering() -> None:
    assert judged(rule(min_duration_s=20), scenes({1: walk((0, 100, 300), (15, 500, 300))}, 20)) == []


def test_with_a_radius_only_at_one_place() -> None:
    pacing = walk((0, 210, 300), (15, 390, 300), (30, 210, 300))
    assert judged(rule(min_duration_s=20, radius=40), scenes({1: pacing}, 30)) == []
    assert len(judged(rule(min_duration_s=20), scenes({1: pacing}, 30))) == 1
    assert len(judged(rule(min_duration_s=20, radius=0.05), scenes({1: WAITS}, 40))) == 1
