from __future__ import annotations

import random

import pytest
from scripted_scenes import MIDDLE, Place, judged, scenes

from open_autoglm.video.events.crowd import CrowdRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.rule_settings import CrowdSettings


def rule(**settings: object) -> CrowdRule:
    return CrowdRule(MIDDLE, CrowdSettings.model_validate(settings), EventNumbers())


def standing(track_id: int, from_s: float, until_s: float, x: float | None = None) -> Place:
    place = (220.0 + 20 * track_id if x is None else x, 300.0)
    return lambda time_s: place if from_s <= time_s < until_s else None


def gathering(count: int, from_s: float, until_s: float) -> dict[int, Place]:
    return {track_id: standing(track_id, from_s, until_s) for track_id in range(count)}


def test_more_than_allowed_for_long_enough() -> None:
    (event,) = judged(rule(max_people=3, min_duration_s=5), scenes(gathering(4, 10, 30), 40))
    assert (event.id, event.type, event.zone) == ("crowd-1", "crowd", "yard")
    assert event.start_seconds == pytest.approx(10, abs=0.21)
    assert event.end_seconds == pytest.approx(30, abs=0.41)
    assert event.decided_seconds == pytest.approx(16, abs=0.41)
    assert event.numbers["people_at_peak"] == 4
    assert event.numbers["max_people"] == 3
    assert event.track_ids == (0, 1, 2, 3)


def test_as_many_as_allowed_are_no_crowd() -> None:
    assert judged(rule(max_people=4, min_duration_s=5), scenes(gathering(4, 10, 30), 40)) == []


def test_too_short_is_no_crowd() -> None:
    assert judged(rule(max_people=3, min_duration_s=25), scenes(gathering(4, 10, 30), 40)) == []


def test_who_stands_outside_does_not_count() -> None:
    people = gathering(3, 10, 30) | {9: standing(9, 10, 30, x=500)}
    assert judged(rule(max_people=3, min_duration_s=5), scenes(people, 40)) == []


def test_the_peak_is_where_most_were() -> None:
    people = gathering(4, 10, 30) | {track: standing(track, 20, 22) for track in (5, 6)}
    (event,) = judged(rule(max_people=3, min_duration_s=5), scenes(people, 40))
    assert 20 <= event.peak_seconds < 22
    assert event.numbers["people_at_peak"] == 6


def test_a_detector_that_misses_somebody_now_and_then_does_not_end_it() -> None:
    chance = random.Random(5)
    people: dict[int, Place] = {}
    for track_id in range(5):
        place = standing(track_id, 10, 40)
        people[track_id] = lambda time_s, place=place: place(time_s) if chance.random() > 0.15 else None  # type: ignore[misc]
    (event,) = judged(rule(max_people=3, min_duration_s=5), scenes(people, 50))
    assert event.start_seconds == pytest.approx(10, abs=1)
    assert event.end_seconds == pytest.approx(40, abs=1)


def test_two_crowds_with_a_pause_between_are_two() -> None:
    people = gathering(4, 5, 15) | {track_id + 10: standing(track_id, 25, 40) for track_id in range(4)}
    first, second = judged(rule(max_people=3, min_duration_s=5), scenes(people, 50))
    assert (first.id, second.id) == ("crowd-1", "crowd-2")
    assert second.start_seconds == pytest.approx(25, abs=0.21)


def test_going_on_at_the_end() -> None:
    (event,) = judged(rule(max_people=3, min_duration_s=5), scenes(gathering(4, 10, 99), 30))
    assert event.end_seconds == 30


def test_by_density() -> None:
    """The zone covers 19.5 hundredths of the picture: four people are 0.205 in each."""
    crowd = gathering(4, 10, 30)
    assert judged(rule(max_density=0.21, min_duration_s=5), scenes(crowd, 40)) == []
    (event,) = judged(rule(max_density=0.2, min_duration_s=5), scenes(crowd, 40))
    assert event.numbers["density_at_peak"] == pytest.approx(0.2048)


def test_at_two_detections_a_second() -> None:
    (event,) = judged(rule(max_people=3, min_duration_s=5), scenes(gathering(4, 10, 30), 40, fps=2))
    assert event.start_seconds == pytest.approx(10, abs=0.51)
    assert event.end_seconds == pytest.approx(30, abs=0.51)
