"""IDF1 and identity switches on cases that can be reckoned by hand."""

from __future__ import annotations

import pytest

from open_autoglm.evaluation.tracking_score import score_tracks
from open_autoglm.video.geometry import Box

LEFT, RIGHT = Box(0, 0, 10, 20), Box(100, 0, 10, 20)


def test_the_numbers_themselves_don_t_matter() -> None:
    truth = [{1: LEFT, 2: RIGHT}] * 4
    score = score_tracks([{7: LEFT, 3: RIGHT}] * 4, truth)
    assert (score.idf1, score.precision, score.recall, score.switches) == (1.0, 1.0, 1.0, 0)


def test_a_number_that_changes_half_way_costs_half() -> None:
    score = score_tracks([{1: LEFT}] * 2 + [{2: LEFT}] * 2, [{9: LEFT}] * 4)
    assert (score.idf1, score.switches) == (0.5, 1)


def test_two_who_swap_their_numbers_are_two_switches() -> None:
    truth = [{1: LEFT, 2: RIGHT}] * 4
    score = score_tracks([{1: LEFT, 2: RIGHT}] * 3 + [{2: LEFT, 1: RIGHT}], truth)
    assert (score.idf1, score.switches) == (0.75, 2)


def test_missed_and_invented_boxes_lower_their_own_figure() -> None:
    score = score_tracks([{1: LEFT, 5: RIGHT}, {}], [{1: LEFT}, {1: LEFT}])
    assert (score.precision, score.recall, score.idf1) == (0.5, 0.5, 0.5)


def test_a_short_absence_is_no_switch() -> None:
    assert score_tracks([{1: LEFT}, {}, {1: LEFT}], [{4: LEFT}] * 3).switches == 0


def test_nothing_found_is_zero_and_no_truth_is_refused() -> None:
    assert score_tracks([{}], [{1: LEFT}]).idf1 == 0.0
    with pytest.raises(ValueError, match="truth"):
        score_tracks([{1: LEFT}], [{}])
