from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from open_autoglm.errors import UsageError
from open_autoglm.video.events.event import Event
from open_autoglm.video.geometry import Box
from open_autoglm.video.people_count import people_counts
from open_autoglm.video.rules import make_rules
from open_autoglm.video.scene import Scene, TrackedObject
from open_autoglm.video.zones import default_zones, parse_zones

LABELS = Path(__file__).parents[2].parent / "shared/data/video/vtest.people.frames-1-400.mot.txt"
SQUARE = """
zones:
  - id: door
    polygon: [[0.78, 0.3], [1, 0.3], [1, 0.6], [0.78, 0.6]]
    rules: {intrusion: {dwell_s: 1}, loitering: {min_duration_s: 20}}
  - id: square
    line: [[0.5, 0.2], [0.5, 1.0]]
    rules: {line_crossing: , crowd: {max_people: 6, min_duration_s: 3}}
"""


def labelled_scenes() -> list[Scene]:
    """The labels of the clip as scenes, 5 a second."""
    frames: dict[int, list[TrackedObject]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        frame, track, x, y, width, height, *_rest = map(float, line.split(","))
        box = Box(x, y, width, height)
        frames.setdefault(int(frame), []).append(TrackedObject(int(track), "person", box, 1.0, True, 0.0))
    return [
        Scene((frame - 1) / 10, 768, 576, True, tuple(frames.get(frame, ())), (), None)
        for frame in range(1, 401, 2)
    ]


def judged(text: str) -> list[Event]:
    states: dict[str, Event] = {}
    rules = make_rules(parse_zones(text, "zones.yaml"), 768, 576)
    for scene in labelled_scenes():
        for rule in rules:
            states |= {event.id: event for event in rule.update(scene)}
    for rule in rules:
        states |= {event.id: event for event in rule.finish(40.0)}
    return list(states.values())


def test_hours_need_a_start() -> None:
    zones = parse_zones("zones: [{id: a, rules: {intrusion: {allowed_hours: ['08:00-18:00']}}}]", "z")
    with pytest.raises(UsageError, match="when the recording started") as caught:
        make_rules(zones, 640, 480)
    assert "starts_at" in (caught.value.hint or "")
    assert make_rules(zones, 640, 480, starts_at=datetime(2026, 5, 1, 7, 0))


def test_a_zone_outside_the_picture_is_refused() -> None:
    zones = parse_zones("zones: [{id: a, polygon: [[0, 0], [1000, 0], [1000, 700]]}]", "z")
    with pytest.raises(UsageError, match="outside the picture of 640x480"):
        make_rules(zones, 640, 480)


def test_a_zone_without_rules_only_counts() -> None:
    zones = parse_zones("{zones: [{id: a}], camera: {tamper: false}}", "z")
    assert make_rules(zones, 640, 480) == ()
    assert [count.zone for count in people_counts(zones, 640, 480)] == ["a"]


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
def test_every_stay_of_a_labelled_person_is_in_one_intrusion() -> None:
    """Stays are counted here frame by frame, apart from how the rule does it."""
    intrusions = [event for event in judged(SQUARE) if event.type == "intrusion"]
    inside: dict[int, list[float]] = {}
    for scene in labelled_scenes():
        for track in scene.tracks:
            foot = track.box.foot
            if foot.x > 0.78 * 768 and 0.3 * 576 < foot.y < 0.6 * 576:
                inside.setdefault(track.track_id, []).append(scene.time_s)
    assert len(intrusions) >= 8
    for event in intrusions:
        times = inside[event.track_ids[0]]
        assert any(0 <= time_s - event.start_seconds <= 0.2 for time_s in times)
        assert event.end_seconds == 40 or any(0 <= (event.end_seconds or 0) - t <= 0.2 for t in times)
    for track_id, times in inside.items():
        for begin in times:
            if all(round(begin + step / 5, 1) in times for step in range(7)):
                covering = [
                    event
                    for event in intrusions
                    if track_id in event.track_ids
                    and event.start_seconds - 0.01 <= begin < (event.end_seconds or 99)
                ]
                assert len(covering) == 1, (track_id, begin)


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
def test_crowds_of_a_labelled_clip_are_when_more_than_six_are_there() -> None:
    crowds = [event for event in judged(SQUARE) if event.type == "crowd"]
    counts = {scene.time_s: len(scene.tracks) for scene in labelled_scenes()}
    assert len(crowds) == 2
    for crowd in crowds:
        during = [
            n for time_s, n in counts.items() if crowd.start_seconds <= time_s <= (crowd.end_seconds or 40)
        ]
        assert sum(n > 6 for n in during) / len(during) > 0.9
        before = [n for time_s, n in counts.items() if 0 < crowd.start_seconds - time_s <= 1]
        assert sum(n > 6 for n in before) <= 2


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
def test_who_passes_a_line_in_a_labelled_clip_is_on_its_other_side_after() -> None:
    crossings = [event for event in judged(SQUARE) if event.type == "line_crossing"]
    assert len(crossings) >= 10
    moments = labelled_scenes()
    for event in crossings:
        feet = [
            (moment.time_s, track.box.foot.x)
            for moment in moments
            for track in moment.tracks
            if track.track_id == event.track_ids[0]
        ]
        before = [x for time_s, x in feet if 0 <= event.start_seconds - time_s <= 0.4]
        after = [x for time_s, x in feet if 0 <= time_s - event.start_seconds <= 0.4]
        went_right = before[0] < 384 < after[-1]
        assert went_right == (event.note == "to_left")
        assert went_right or before[0] > 384 > after[-1]


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
@pytest.mark.parametrize(("faster", "runners"), [(1.0, 0), (2.5, 10)])
def test_nobody_runs_in_a_calm_clip_and_everybody_when_it_plays_faster(faster: float, runners: int) -> None:
    (rule,) = make_rules(
        parse_zones("{zones: [{id: a, rules: [running]}], camera: {tamper: false}}", "z"), 768, 576
    )
    found: set[tuple[int, ...]] = set()
    for moment in labelled_scenes():
        found |= {event.track_ids for event in rule.update(replace(moment, time_s=moment.time_s / faster))}
    found |= {event.track_ids for event in rule.finish(40.0 / faster)}
    assert len(found) == runners


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
def test_the_default_zones_find_nothing_in_a_calm_clip() -> None:
    rules = make_rules(default_zones(), 768, 576)
    assert [event for scene in labelled_scenes() for rule in rules for event in rule.update(scene)] == []


@pytest.mark.shared_data
@pytest.mark.skipif(not LABELS.is_file(), reason="needs ../shared/data")
def test_the_count_curve_of_the_whole_picture() -> None:
    (count,) = people_counts(default_zones(), 768, 576)
    moments = labelled_scenes()
    for moment in moments:
        count.add(moment)
    assert count.seconds == tuple(range(40))
    means = [sum(len(m.tracks) for m in moments[s * 5 : s * 5 + 5]) / 5 for s in range(40)]
    assert count.people == pytest.approx(means, abs=0.01)
