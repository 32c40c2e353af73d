from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from drawn_square import HEIGHT, WIDTH, Frame, put, watched

from open_autoglm.video.geometry import Box

BAG = Box(160, 150, 20, 18)


def with_bag(from_s: float, until_s: float = 1e9, bag: Box = BAG) -> object:
    def change(frame: Frame, time_s: float) -> Frame:
        if from_s <= time_s < until_s:
            put(frame, bag)
        return frame

    return change


def test_an_empty_square_holds_nothing() -> None:
    assert not any(regions for _time, regions in watched(lambda frame, _time: frame, 15))


@pytest.mark.parametrize("size", [16, 30, 50])
def test_a_thing_put_down_is_one_added_region_at_its_place(size: int) -> None:
    bag = Box(150, 120, size, size)
    (region,) = watched(with_bag(6, bag=bag), 14)[-1][1]
    assert region.change == "added"
    assert region.visible
    assert region.since_s == pytest.approx(6, abs=0.5)
    assert region.box.overlap(bag) > 0.6


def test_it_ends_soon_after_the_thing_was_taken() -> None:
    moments = watched(with_bag(6, until_s=14), 20)
    last_s = max(time_s for time_s, regions in moments if regions)
    assert last_s == pytest.approx(14, abs=1.5)


def test_it_keeps_its_id_while_somebody_stands_before_it() -> None:
    person = Box(140, 100, 50, 80)

    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 6:
            put(frame, BAG)
        if 14 <= time_s < 24:
            put(frame, person, (200, 60, int(60 + 40 * np.sin(time_s * 5))))
        return frame

    moments = watched(change, 30, lambda time_s: (person,) if 14 <= time_s < 24 else ())
    hidden = [regions for time_s, regions in moments if 16 <= time_s < 24]
    assert all(len(regions) == 1 and not regions[0].visible for regions in hidden)
    assert {region.id for _time, regions in moments for region in regions} == {1}
    assert moments[-1][1][0].visible


def test_people_who_stand_are_no_things() -> None:
    person = Box(140, 100, 30, 80)

    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 5:
            put(frame, person, (30, 30, 90))
        return frame

    def detector(time_s: float) -> Sequence[Box]:
        return (person,) if time_s >= 5 and int(time_s * 4) % 5 else ()

    assert not any(regions for _time, regions in watched(change, 25, detector))


def test_a_thing_that_a_detector_takes_for_somebody_is_found_all_the_same() -> None:
    moments = watched(with_bag(6), 16, unsure=lambda time_s: (BAG,) if time_s >= 6 else ())
    (region,) = moments[-1][1]
    assert region.since_s == pytest.approx(6, abs=0.5)


def test_somebody_who_is_hardly_recognized_and_moves_is_no_thing() -> None:
    person = Box(140, 100, 30, 80)

    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 5:
            put(frame, person, (30, 30, 90))
            arm = 100 + 20 * (int(time_s * 2) % 3)
            put(frame, Box(140, arm, 30, 20), (160, 170, 200))
        return frame

    moments = watched(change, 20, unsure=lambda time_s: (person,) if time_s >= 5 else ())
    assert not any(regions for _time, regions in moments)


def test_what_is_seen_of_a_thing_later_came_with_the_rest() -> None:
    bag, person = Box(130, 120, 40, 40), Box(160, 60, 30, 100)

    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 6:
            put(frame, bag)
        if time_s < 14:
            put(frame, person, (200, 60, int(60 + 40 * np.sin(time_s * 5))))
        return frame

    moments = watched(change, 20, lambda time_s: (person,) if time_s < 14 else ())
    assert any(regions for time_s, regions in moments if time_s < 14)
    (region,) = moments[-1][1]
    assert region.since_s == pytest.approx(6, abs=0.5)
    assert region.box.overlap(bag) > 0.6


def test_what_lay_there_long_and_is_taken_is_a_removed_region() -> None:
    (region,) = watched(with_bag(-1, until_s=30), 36)[-1][1]
    assert region.change == "removed"
    assert region.since_s == pytest.approx(30, abs=0.5)


def test_who_stood_there_at_the_beginning_leaves_nothing_behind() -> None:
    assert not any(
        regions for _time, regions in watched(with_bag(-1, until_s=5, bag=Box(140, 100, 30, 80)), 20)
    )


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.2])
def test_a_light_switched_is_nothing_new(gain: float) -> None:
    def change(frame: Frame, time_s: float) -> Frame:
        return np.clip(frame * (gain if time_s >= 8 else 1.0), 0, 255).astype(np.uint8)

    assert not any(regions for _time, regions in watched(change, 18))


def test_a_thing_outlasts_a_change_of_light() -> None:
    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 5:
            put(frame, BAG, (40, 40, 200))
        return np.clip(frame * (0.6 if time_s >= 12 else 1.0), 0, 255).astype(np.uint8)

    moments = watched(change, 20)
    assert {region.id for _time, regions in moments for region in regions} == {1}
    assert len(moments[-1][1]) == 1


def test_a_camera_that_shakes_sees_nothing_new_and_finds_the_bag() -> None:
    rng = np.random.default_rng(3)

    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 8:
            put(frame, BAG)
        x, y = rng.uniform(-3, 3, 2)
        matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
        moved = cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.uint8)

    moments = watched(change, 18)
    assert not any(regions for time_s, regions in moments if time_s < 8)
    assert len(moments[-1][1]) == 1
    assert moments[-1][1][0].box.overlap(BAG) > 0.4


def test_in_a_noisy_night_the_bag_is_found_and_nothing_else() -> None:
    def change(frame: Frame, time_s: float) -> Frame:
        frame = (frame * 0.4).astype(np.uint8)
        if time_s >= 8:
            put(frame, BAG, (140, 140, 150))
        return frame

    moments = watched(change, 18, noise=8)
    assert {region.id for _time, regions in moments for region in regions} == {1}


def test_a_covered_camera_ends_nothing() -> None:
    def change(frame: Frame, time_s: float) -> Frame:
        if time_s >= 5:
            put(frame, BAG)
        return np.full_like(frame, 20) if 12 <= time_s < 18 else frame

    moments = watched(change, 24)
    assert {region.id for _time, regions in moments for region in regions} == {1}
    assert all(regions for time_s, regions in moments if time_s >= 12)


def test_frames_of_another_size_begin_anew() -> None:
    from open_autoglm.video.still.still_regions import StillRegions

    regions = StillRegions()
    for time_s, size in enumerate([(240, 320), (240, 320), (120, 160), (480, 640)]):
        assert regions.update(np.full((*size, 3), 90, np.uint8), float(time_s), ()) == ()
