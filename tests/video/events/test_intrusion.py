from __future__ import annotations

from datetime import datetime

import pytest
from scripted_scenes import MIDDLE, judged, person, scene, scenes, walk

from open_autoglm.video.events.intrusion import IntrusionRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.rule_settings import IntrusionSettings


def rule(starts_at: datetime | None = None, **settings: object) -> IntrusionRule:
    return IntrusionRule(
        MIDDLE, IntrusionSettings.model_validate(settings), EventNumbers(), starts_at=starts_at
    )


THROUGH = walk((0, 0, 300), (12, 600, 300))
"""Enters at 4 s, on the line at 6 s, leaves at 8 s."""


def test_from_the_first_step_inside_to_the_last() -> None:
    (event,) = judged(rule(), scenes({7: THROUGH}, 15))
    assert event.id == "intrusion-1"
    assert (event.type, event.zone, event.class_name) == ("intrusion", "yard", "person")
    assert event.start_seconds == pytest.approx(4, abs=0.21)
    assert event.end_seconds == pytest.approx(8, abs=0.21)
    assert event.decided_seconds == pytest.approx(5, abs=0.21)
    assert event.track_ids == (7,)
    assert event.numbers["dwell_s"] == 1
    assert event.numbers["seconds_inside"] == pytest.approx(4, abs=0.41)


def test_it_is_said_while_it_goes_on() -> None:
    watched = rule()
    said = [event for moment in scenes({7: THROUGH}, 15) for event in watched.update(moment)]
    assert [(event.id, event.end_seconds is None) for event in said] == [
        ("intrusion-1", True),
        ("intrusion-1", False),
    ]


def test_shorter_than_the_dwell_time_is_nothing() -> None:
    assert judged(rule(dwell_s=5), scenes({7: THROUGH}, 15)) == []


def test_walking_along_the_border_is_nothing() -> None:
    beside = walk((0, 195, 0), (12, 195, 480))
    assert judged(rule(), scenes({7: beside}, 15)) == []


def test_a_trembling_foot_on_the_border_does_not_add_up() -> None:
    def trembling(time_s: float) -> tuple[float, float]:
        return (201.0 if int(time_s * 5) % 5 == 0 else 198.0), 300.0

    assert judged(rule(), scenes({7: trembling}, 20)) == []


def test_who_comes_back_soon_goes_on_with_the_event() -> None:
    back = walk((0, 100, 300), (2, 300, 300), (4, 450, 300), (6, 300, 300), (8, 100, 300))
    (event,) = judged(rule(merge_s=10), scenes({7: back}, 12))
    assert event.numbers["entries"] == 2
    assert event.end_seconds == pytest.approx(7, abs=0.21)


def test_who_comes_back_late_is_another_event() -> None:
    back = walk((0, 100, 300), (2, 300, 300), (4, 450, 300), (20, 450, 300), (22, 300, 300), (24, 100, 300))
    assert len(judged(rule(merge_s=10), scenes({7: back}, 26))) == 2


def test_a_new_number_for_the_same_person_is_the_same_event() -> None:
    before = walk((0, 100, 300), (4, 300, 300))
    after = walk((5, 310, 300), (9, 500, 300))
    (event,) = judged(rule(), scenes({7: before, 9: after}, 14))
    assert event.track_ids == (7, 9)
    assert event.start_seconds == pytest.approx(2, abs=0.21)
    assert event.end_seconds == pytest.approx(6.9, abs=0.21)


def test_two_people_are_two_events() -> None:
    second = walk((1, 0, 200), (13, 600, 200))
    assert [event.track_ids for event in judged(rule(), scenes({7: THROUGH, 8: second}, 18))] == [(7,), (8,)]


def test_still_inside_at_the_end() -> None:
    stays = walk((0, 100, 300), (4, 300, 300), (30, 300, 300))
    (event,) = judged(rule(), scenes({7: stays}, 20))
    assert event.end_seconds == 20


def test_other_classes_may_pass() -> None:
    moments = [scene(index / 5, [person(1, 300, 300, name="dog")]) for index in range(20)]
    assert judged(rule(), moments) == []
    assert judged(rule(classes=["dog"]), moments)[0].class_name == "dog"


def test_frames_without_detection_change_nothing() -> None:
    moments = []
    for moment in scenes({7: THROUGH}, 15):
        moments += [moment, scene(moment.time_s + 0.1, [], detected=False)]
    (event,) = judged(rule(), moments)
    assert event.start_seconds == pytest.approx(4, abs=0.21)


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ({"forbidden_hours": ["22:00-06:00"]}, 1),
        ({"forbidden_hours": ["06:00-22:00"]}, 0),
        ({"allowed_hours": ["22:00-06:00"]}, 0),
        ({"allowed_hours": ["06:00-22:00", "23:00-23:30"]}, 1),
    ],
)
def test_hours_of_the_day(hours: dict[str, list[str]], found: int) -> None:
    night = datetime(2026, 5, 1, 23, 59, 55)
    assert len(judged(rule(starts_at=night, **hours), scenes({7: THROUGH}, 15))) == found


def test_who_is_inside_when_the_hours_begin_starts_then() -> None:
    evening = datetime(2026, 5, 1, 21, 59, 54)
    (event,) = judged(rule(starts_at=evening, forbidden_hours=["22:00-06:00"]), scenes({7: THROUGH}, 15))
    assert event.start_seconds == pytest.approx(6, abs=0.21)


@pytest.mark.parametrize(("direction", "found"), [("to_left", 1), ("to_right", 0), ("both", 1)])
def test_only_who_came_over_the_line(direction: str, found: int) -> None:
    """The line runs down, so somebody who walks to the picture's right goes to its left hand."""
    events = judged(rule(direction=direction), scenes({7: THROUGH}, 15))
    assert len(events) == found
    assert all(event.start_seconds == pytest.approx(6.2, abs=0.3) for event in events)


def test_times_are_exact_at_two_detections_a_second() -> None:
    """Enters at 4.2 s, leaves at 5.3 s: of 1.1 s inside, two sightings half a second apart are seen."""
    quick = walk((4, 163.6, 300), (5.5, 436.4, 300))
    (event,) = judged(rule(), scenes({7: quick}, 10, fps=2))
    assert event.start_seconds == pytest.approx(4.2, abs=0.02)
    assert event.end_seconds == pytest.approx(5.3, abs=0.02)
