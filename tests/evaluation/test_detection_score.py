"""Average precision, best F1 and count error on cases that can be reckoned by hand."""

from __future__ import annotations

import pytest

from open_autoglm.evaluation.detection_score import ScoredBox, count_error, score_detections
from open_autoglm.video.geometry import Box

ONE, OTHER, ELSEWHERE = Box(0, 0, 10, 20), Box(50, 0, 10, 20), Box(90, 90, 10, 20)


def test_everything_found_and_nothing_else_is_perfect() -> None:
    score = score_detections([[ScoredBox(ONE, 0.9), ScoredBox(OTHER, 0.6)]], [[ONE, OTHER]])
    assert (score.average_precision, score.best_f1, score.count_error) == (1.0, 1.0, 0.0)
    assert score.best_threshold == 0.6


def test_a_mistake_between_two_right_ones_lowers_the_area() -> None:
    found = [[ScoredBox(ONE, 0.9), ScoredBox(ELSEWHERE, 0.8), ScoredBox(OTHER, 0.7)]]
    score = score_detections(found, [[ONE, OTHER]])
    assert score.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert score.best_f1 == pytest.approx(0.8)
    assert score.count_error == 1.0


def test_a_box_counts_once() -> None:
    found = [[ScoredBox(ONE, 0.9), ScoredBox(ONE, 0.8)]]
    score = score_detections(found, [[ONE, OTHER]])
    assert score.average_precision == 0.5
    assert score.best_threshold == 0.9


def test_half_an_overlap_is_enough_and_less_is_not() -> None:
    half, less = Box(0, 0, 10, 10), Box(0, 0, 10, 9.9)
    assert score_detections([[ScoredBox(half, 0.9)]], [[ONE]]).average_precision == 1.0
    assert score_detections([[ScoredBox(less, 0.9)]], [[ONE]]).average_precision == 0.0


def test_what_was_never_found_limits_the_area() -> None:
    score = score_detections([[ScoredBox(ONE, 0.9)], []], [[ONE], [ONE]])
    assert score.average_precision == 0.5
    assert score.count_error == 0.5


def test_counts_are_compared_frame_by_frame() -> None:
    found = [[ScoredBox(ONE, 0.9), ScoredBox(OTHER, 0.3)], [ScoredBox(ONE, 0.9)]]
    assert count_error(found, [1, 2], 0.5) == 0.5
    assert count_error(found, [1, 2], 0.2) == 1.0


def test_without_truth_there_is_no_score() -> None:
    with pytest.raises(ValueError, match="truth"):
        score_detections([[ScoredBox(ONE, 0.9)]], [[]])
    with pytest.raises(ValueError, match="truth"):
        score_detections([[]], [[ONE], [ONE]])
