from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scripted_scenes import MIDDLE, Place, judged, scenes, walk

from open_autoglm.video.events.abandoned_object import AbandonedObjectRule, RemovedObjectRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import CameraState, StillRegion
from open_autoglm.video.rule_settings import AbandonedObjectSettings, RemovedObjectSettings
from open_autoglm.video.scene import Scene

BAG = Box(290, 280, 20, 20)
"""Its lower edge's middle is at 300, 300."""


def rule(timeout_s: float = 10, distance: float = 64) -> AbandonedObjectRule:
    settings = AbandonedObjectSettings(timeout_s=timeout_s, attended_distance=distance)
    return AbandonedObjectRule(MIDDLE, settings, EventNumbers())


def with_region(
    moments: Iterator[Scene],
    from_s: float,
    until_s: float = 1e9,
    *,
    hidden: tuple[float, float] = (0, 0),
    **changes: object,
) -> Iterator[Scene]:
    """A still region as the watcher tells it: known two seconds after it came."""
    for moment in moments:
        if from_s + 2 <= moment.time_s < until_s:
            region = StillRegion(id=1, box=BAG, change="added", since_s=from_s, contrast=60)
            visible = not hidden[0] <= moment.time_s < hidden[1]
            yield replace(moment, still=(region.model_copy(update={"visible": visible, **changes}),))
        else:
            yield moment


def owner(leaves_s: float) -> Place:
    """Comes at 0 from the left, is with the bag at 5 s, leaves at 40 pixels a second."""
    return walk((0, 100, 300), (5, 290, 300), (leaves_s, 290, 300), (leaves_s + 20, -510, 300))


def test_left_by_its_owner() -> None:
    (event,) = judged(rule(), with_region(scenes({4: owner(9)}, 40), 6))
    assert (event.id, event.zone, event.owner_track_id) == ("abandoned_object-1", "yard", 4)
    assert event.start_seconds == 6
    # 64 pixels away 1.6 s after leaving, and ten seconds more.
    assert event.decided_seconds == pytest.approx(20.6, abs=0.5)
    assert event.numbers["owner_distance_pixels"] > 64
    assert event.end_seconds == 40


def test_an_owner_who_stays_near_attends_it() -> None:
    people = {4: walk((0, 100, 300), (5, 290, 300), (40, 250, 300))}
    assert judged(rule(), with_region(scenes(people, 40), 6)) == []


def test_an_owner_who_comes_back_in_time_attends_it() -> None:
    people = {
        4: walk((0, 100, 300), (5, 290, 300), (9, 290, 300), (13, 100, 300), (17, 290, 300), (40, 291, 300))
    }
    assert judged(rule(), with_region(scenes(people, 39), 6)) == []


def test_an_owner_whose_track_gets_another_number_still_attends_it() -> None:
    people = {4: walk((0, 100, 300), (5, 290, 300), (12, 290, 300)), 5: walk((13, 292, 300), (40, 285, 300))}
    assert judged(rule(), with_region(scenes(people, 39), 6)) == []


def test_without_anybody_seen_it_counts_from_its_coming() -> None:
    (event,) = judged(rule(), with_region(scenes({}, 30), 6))
    assert event.decided_seconds == pytest.approx(16, abs=0.3)
    assert event.owner_track_id is None


def test_passers_by_change_nothing() -> None:
    people = {4: owner(9), 5: walk((14, 100, 310), (24, 500, 310))}
    (event,) = judged(rule(), with_region(scenes(people, 40), 6, hidden=(17, 20)))
    assert event.owner_track_id == 4
    assert event.decided_seconds == pytest.approx(20.6, abs=0.5)


def test_taken_again_ends_it_and_is_an_event() -> None:
    people = {4: owner(9), 6: walk((25, 500, 300), (30, 300, 300), (36, 520, 300))}
    moments = with_region(scenes(people, 40), 6, 32, hidden=(29.5, 32))
    events = {event.type: event for event in judged(rule(), moments)}
    assert set(events) == {"abandoned_object", "removed_object"}
    assert events["abandoned_object"].end_seconds == events["removed_object"].start_seconds
    assert events["removed_object"].start_seconds == pytest.approx(30.2, abs=1)
    assert events["removed_object"].track_ids == (6,)


def test_taken_before_the_timeout_is_nothing() -> None:
    assert judged(rule(), with_region(scenes({4: owner(9)}, 40), 6, 15)) == []


def test_a_camera_that_was_moved_takes_nothing_away() -> None:
    moved = CameraState(brightness=90, sharpness=50, background_match=0.1, difference=2)
    moments = with_region(scenes({4: owner(9)}, 40), 6, 30)
    events = judged(rule(), (replace(one, camera=moved) if one.time_s >= 28 else one for one in moments))
    assert [event.type for event in events] == ["abandoned_object"]


def test_outside_the_zone_is_nothing() -> None:
    far = Box(500, 280, 20, 20)
    assert judged(rule(), with_region(scenes({}, 30), 6, box=far)) == []


def test_a_person_who_stands_still_is_no_thing() -> None:
    people = {4: walk((0, 300, 300), (40, 301, 300))}
    moments = with_region(scenes(people, 39), 6, box=Box(285, 220, 30, 80))
    assert judged(rule(distance=10), moments) == []


def test_an_empty_place_counts_after_its_timeout() -> None:
    removed = RemovedObjectRule(MIDDLE, RemovedObjectSettings(timeout_s=10), EventNumbers())
    people = {4: walk((0, 100, 300), (6, 290, 300), (12, 100, 300))}
    (event,) = judged(removed, with_region(scenes(people, 40), 6, 30, change="removed"))
    assert (event.type, event.start_seconds, event.track_ids) == ("removed_object", 6, (4,))
    assert event.decided_seconds == pytest.approx(16, abs=0.3)
    assert event.end_seconds == pytest.approx(30, abs=0.3)
