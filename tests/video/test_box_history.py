from __future__ import annotations

import pytest

from open_autoglm.video.box_history import BoxHistory
from open_autoglm.video.geometry import Box
from open_autoglm.video.scene import Scene, TrackedObject


def moment(frame: int, *tracks: tuple[int, float], detected: bool = True, seen: bool = True) -> Scene:
    """Ten frames a second; each track by its number and the left edge of its box."""
    objects = tuple(TrackedObject(n, "person", Box(x, 10, 20, 50), 0.5, seen, 0.0) for n, x in tracks)
    return Scene(frame / 10, 100, 80, detected, objects, (), None, frame=frame)


def history(*moments: Scene) -> BoxHistory:
    boxes = BoxHistory()
    for scene in moments:
        boxes.add(scene)
    return boxes


def test_what_was_seen_is_kept() -> None:
    boxes = history(moment(0, (1, 5.0), (2, 50.0)), moment(1, detected=False), moment(2, (2, 52.0)))
    first, second = boxes
    assert [track.track_id for track in first.boxes] == [1, 2]
    assert (second.frame, second.time_s) == (2, 0.2)
    assert second.boxes[0].box == Box(52, 10, 20, 50)
    assert (boxes.width, boxes.height, len(boxes)) == (100, 80, 2)


def test_where_a_box_is_only_supposed_it_is_not_kept() -> None:
    assert [scene.boxes for scene in history(moment(0, (1, 5.0), seen=False))] == [()]


def test_the_nearest_moment() -> None:
    boxes = history(moment(0, (1, 0.0)), moment(10, (1, 10.0)))
    assert boxes.near(0.6)[0].box.x == 10
    assert boxes.near(0.4)[0].box.x == 0
    assert boxes.near(5.0) == ()
    assert BoxHistory().near(0.0) == ()


def test_frames_between_two_detections_are_filled() -> None:
    boxes = history(moment(0, (1, 0.0), (2, 50.0)), moment(5, (1, 5.0)), moment(10, (1, 10.0), (2, 60.0)))
    frames = list(boxes.every_frame())
    assert [shown.frame for shown in frames] == list(range(11))
    paths = {n: [b.box.x for shown in frames for b in shown.boxes if b.track_id == n] for n in (1, 2)}
    assert paths[1] == pytest.approx(list(range(11)))
    assert paths[2] == pytest.approx([50 + n for n in range(11)])
    assert [shown.frame for shown in boxes.every_frame(0.3, 0.6)] == [3, 4, 5, 6]


def test_a_long_absence_is_not_filled() -> None:
    boxes = history(
        moment(0, (1, 0.0)), *(moment(n, (2, 0.0)) for n in range(5, 30, 5)), moment(30, (1, 9.0))
    )
    assert [shown.frame for shown in boxes.every_frame() for b in shown.boxes if b.track_id == 1] == [0, 30]
    gap = history(moment(0, (1, 0.0)), moment(1_000_000, (1, 0.0)))
    assert [shown.frame for shown in gap.every_frame()] == [0, 1_000_000]
