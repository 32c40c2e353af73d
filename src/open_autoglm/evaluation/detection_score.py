"""How well objects are found: average precision, the best F1, and how far counts are off.

A box that is found counts as right when it overlaps one of the truth by at least half (intersection over
union) that no surer box has taken. Average precision is the area under the precision curve made to fall
only, over all points, as PASCAL VOC 2010 and COCO have it for one threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.video.geometry import Box

MIN_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class ScoredBox:
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class DetectionScore:
    average_precision: float
    """0 to 1."""
    best_f1: float
    best_threshold: float
    """The score from which on boxes must count to reach ``best_f1``."""
    count_error: float
    """Mean of how many too many or too few a frame has at ``best_threshold``."""


def score_detections(
    found: Sequence[Sequence[ScoredBox]],
    truth: Sequence[Sequence[Box]],
    *,
    min_overlap: float = MIN_OVERLAP,
) -> DetectionScore:
    """Score the boxes found in each frame against those that are there; both list the same frames.

    ValueError where there is no truth at all or the numbers of frames differ.
    """
    people = sum(map(len, truth))
    if len(found) != len(truth) or not people:
        raise ValueError("truth is needed for the same frames")
    outcomes = [
        outcome
        for boxes, expected in zip(found, truth, strict=True)
        for outcome in _outcomes(boxes, expected, min_overlap)
    ]
    outcomes.sort(key=lambda outcome: -outcome[0])
    precisions: list[float] = []
    recalls: list[float] = []
    right = 0
    best_f1, best_threshold = 0.0, 1.0
    for number, (score, is_right) in enumerate(outcomes, start=1):
        right += is_right
        precisions.append(right / number)
        recalls.append(right / people)
        if (f1 := 2 * right / (number + people)) > best_f1:
            best_f1, best_threshold = f1, score
    return DetectionScore(
        _area(precisions, recalls),
        best_f1,
        best_threshold,
        count_error(found, [len(boxes) for boxes in truth], best_threshold),
    )


def count_error(found: Sequence[Sequence[ScoredBox]], counts: Sequence[int], threshold: float) -> float:
    """Mean difference between how many boxes of at least ``threshold`` a frame has and how many are there."""
    errors = [
        abs(sum(one.score >= threshold for one in boxes) - count)
        for boxes, count in zip(found, counts, strict=True)
    ]
    return sum(errors) / len(errors)


def _outcomes(
    boxes: Sequence[ScoredBox], expected: Sequence[Box], min_overlap: float
) -> list[tuple[float, bool]]:
    """Score of each box and whether it is right; the surest choose first."""
    free = list(expected)
    outcomes = []
    for one in sorted(boxes, key=lambda one: -one.score):
        best = max(free, key=one.box.overlap, default=None)
        is_right = best is not None and one.box.overlap(best) >= min_overlap
        if is_right and best is not None:
            free.remove(best)
        outcomes.append((one.score, is_right))
    return outcomes


def _area(precisions: Sequence[float], recalls: Sequence[float]) -> float:
    area, highest = 0.0, 0.0
    for number in range(len(precisions) - 1, -1, -1):
        highest = max(highest, precisions[number])
        area += highest * (recalls[number] - (recalls[number - 1] if number else 0.0))
    return area
