"""How well identities hold: IDF1.

Every true person is given at most one track, and every track to one person, so that as many sightings as
possible agree over the whole recording; IDF1 is the share of agreeing sightings among all of both sides
("Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", Ristani et al., 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.video.geometry import Box
from open_autoglm.video.track.assignment import best_pairs

MIN_OVERLAP = 0.5
"""Intersection over union from which on two boxes are one sighting."""

Identified = Mapping[int, Box]
"""The boxes of one frame by the number of the person or track."""


@dataclass(frozen=True, slots=True)
class TrackingScore:
    idf1: float
    precision: float
    """Share of the tracks' boxes that agree."""
    recall: float
    """Share of the true boxes that agree."""
    switches: int
    """How often a person who was followed goes on under another number."""


def score_tracks(
    found: Sequence[Identified], truth: Sequence[Identified], *, min_overlap: float = MIN_OVERLAP
) -> TrackingScore:
    """Both list the same frames. ValueError where their numbers differ or there is no truth."""
    true_boxes = sum(map(len, truth))
    found_boxes = sum(map(len, found))
    if len(found) != len(truth) or not true_boxes:
        raise ValueError("truth is needed for the same frames")
    together: dict[tuple[int, int], float] = {}
    for boxes, expected in zip(found, truth, strict=True):
        for person, true_box in expected.items():
            for track, box in boxes.items():
                if true_box.overlap(box) >= min_overlap:
                    together[person, track] = together.get((person, track), 0) + 1
    agreeing = sum(together[pair] for pair in best_pairs(together))
    return TrackingScore(
        idf1=2 * agreeing / (true_boxes + found_boxes),
        precision=agreeing / found_boxes if found_boxes else 0.0,
        recall=agreeing / true_boxes,
        switches=_switches(found, truth, min_overlap),
    )


def _switches(found: Sequence[Identified], truth: Sequence[Identified], min_overlap: float) -> int:
    """As MOTChallenge counts them: the track of before is kept where it still fits."""
    followed_by: dict[int, int] = {}
    switches = 0
    for boxes, expected in zip(found, truth, strict=True):
        overlaps = {
            (person, track): overlap
            for person, true_box in expected.items()
            for track, box in boxes.items()
            if (overlap := true_box.overlap(box)) >= min_overlap
        }
        kept = {
            pair: value + (2.0 if followed_by.get(pair[0]) == pair[1] else 0.0)
            for pair, value in overlaps.items()
        }
        for person, track in best_pairs(kept):
            switches += followed_by.get(person, track) != track
            followed_by[person] = track
    return switches
