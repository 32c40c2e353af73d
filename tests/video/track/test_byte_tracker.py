"""Everybody keeps one number: through gaps, past one another, at any rate of detections."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import Detection, Observation
from open_autoglm.video.scene import TrackedObject
from open_autoglm.video.track.byte_tracker import ByteTracker

WALK = 60.0
"""Pixels a second; people are 80 high."""


def person(x: float, y: float = 200.0, score: float = 0.8, name: str = "person") -> Detection:
    return Detection(box=Box(x, y, 32, 80), class_name=name, score=score)


def follow(
    moments: Iterable[tuple[float, Iterable[Detection] | None]], tracker: ByteTracker | None = None
) -> list[tuple[TrackedObject, ...]]:
    tracker = tracker or ByteTracker()
    return [
        tracker.update(
            Observation(
                time_s=time_s,
                frame=round(time_s * 10),
                detections=None if found is None else tuple(found),
            )
        )
        for time_s, found in moments
    ]


def numbers(tracks: Iterable[TrackedObject]) -> list[int]:
    return [track.track_id for track in tracks]


@pytest.mark.parametrize("fps", [10, 5, 2])
def test_somebody_who_walks_keeps_the_number(fps: int) -> None:
    told = follow((step / fps, [person(50 + WALK * step / fps)]) for step in range(8 * fps))
    assert all(numbers(tracks) == [1] for tracks in told)
    assert {track.since_s for tracks in told for track in tracks} == {0.0}


@pytest.mark.parametrize("fps", [10, 5, 2])
def test_two_who_pass_each_other_keep_their_numbers(fps: int) -> None:
    told = follow(
        (step / fps, [person(50 + WALK * step / fps), person(450 - WALK * step / fps, y=215)])
        for step in range(6 * fps)
    )
    first, last = told[0], told[-1]
    assert first[0].box.x < first[1].box.x
    assert [track.box.x for track in last] == pytest.approx(
        [50 + WALK * (6 - 1 / fps), 450 - WALK * (6 - 1 / fps)]
    )


def test_a_gap_is_bridged_and_told_as_unseen() -> None:
    def found(time_s: float) -> list[Detection]:
        return [] if 3.0 <= time_s < 4.5 else [person(50 + WALK * time_s)]

    told = follow((step / 5, found(step / 5)) for step in range(40))
    assert numbers(told[14]) == numbers(told[-1]) == [1]
    gone = told[17]
    assert not gone[0].seen
    assert gone[0].box.x == pytest.approx(50 + WALK * 3.4, abs=12)
    assert told[21] == ()


def test_who_comes_back_after_long_is_somebody_new() -> None:
    told = follow([(0.0, [person(50)]), (0.2, [person(50)]), (0.4, []), (9.0, [person(50)])])
    assert numbers(told[-1]) == [2]


def test_an_unsure_detection_goes_on_but_never_begins() -> None:
    told = follow(
        (step / 5, [person(50, score=0.3 if step else 0.8), person(400, score=0.3)]) for step in range(10)
    )
    assert all(numbers(tracks) == [1] and tracks[0].seen for tracks in told)


def test_a_doubtful_newcomer_is_told_of_when_seen_twice() -> None:
    told = follow([(0.0, []), (0.2, [person(50, score=0.6)]), (0.4, [person(50, score=0.6)]), (0.6, [])])
    assert [numbers(tracks) for tracks in told] == [[], [], [1], [1]]
    assert told[2][0].since_s == 0.2


def test_a_mistake_of_one_frame_is_never_told_of() -> None:
    told = follow([(0.0, []), (0.2, [person(50, score=0.6)]), *((0.4 + n / 5, []) for n in range(8))])
    assert all(tracks == () for tracks in told)


def test_one_detection_in_three_seconds_is_enough_to_be_told_of() -> None:
    told = follow([(0.0, []), (3.0, [person(50, score=0.6)]), (6.0, [person(55, score=0.6)])])
    assert [numbers(tracks) for tracks in told] == [[], [], [1]]


def test_a_frame_without_detector_moves_everybody_on() -> None:
    told = follow([*((step / 5, [person(50 + WALK * step / 5)]) for step in range(10)), (1.9, None)])
    assert not told[-1][0].seen
    assert told[-1][0].box.x == pytest.approx(50 + WALK * 1.9, abs=3)


def test_a_person_and_a_bag_at_one_place_are_two() -> None:
    told = follow((step / 5, [person(50), person(50, name="suitcase")]) for step in range(5))
    assert [track.class_name for track in told[-1]] == ["person", "suitcase"]


def test_a_truck_that_is_once_taken_for_a_bus_stays_one_object() -> None:
    names = ["truck", "truck", "bus", "truck"]
    told = follow((step / 5, [person(50, name=name)]) for step, name in enumerate(names))
    assert [numbers(tracks) for tracks in told] == [[1]] * 4
    assert told[-1][0].class_name == "truck"


def test_seen_boxes_are_those_of_the_detector() -> None:
    told = follow((step / 5, [person(50 + 17 * step)]) for step in range(5))
    assert [tracks[0].box.x for tracks in told] == [50 + 17 * step for step in range(5)]


def test_a_crowd_costs_little() -> None:
    crowd = [person(40.0 * n, 100.0 * row) for n in range(30) for row in range(10)]
    told = follow((step / 5, crowd) for step in range(3))
    assert [len(tracks) for tracks in told] == [300] * 3
