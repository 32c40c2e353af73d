"""What the network says becomes boxes in the frame; shapes, classes, thresholds and doubles are right."""

from __future__ import annotations

import numpy as np
import pytest
from nanodet_doubles import ScriptedNanoDet

from open_autoglm.video.detect.nanodet import BLANK, NanoDet, is_nanodet
from open_autoglm.video.detect.network import Port


def frame(width: int, height: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_distances_of_a_cell_become_a_box_of_the_frame() -> None:
    network = ScriptedNanoDet()
    # The middle of the cell at column 10, row 5 of the grid of 16 is (168, 88).
    network.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    (found,) = NanoDet(network).detect(frame(416, 416))
    assert found.class_name == "person"
    assert found.score == pytest.approx(0.9, abs=1e-4)
    assert found.box == pytest.approx((168 - 32, 88 - 64, 64, 144), abs=0.1)


@pytest.mark.parametrize(
    ("width", "height", "filled"),
    [(416, 416, (416, 416)), (832, 624, (416, 359)), (1280, 720, (416, 269)), (720, 1280, (269, 416))],
)
def test_a_frame_of_any_shape_is_scaled_nearly_in_proportion(
    width: int, height: int, filled: tuple[int, int]
) -> None:
    network = ScriptedNanoDet()
    network.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    (found,) = NanoDet(network).detect(frame(width, height))
    across, down = width / filled[0], height / filled[1]
    assert found.box == pytest.approx((136 * across, 24 * down, 64 * across, 144 * down), abs=0.2)


def test_what_the_frame_does_not_fill_is_grey() -> None:
    network = ScriptedNanoDet()
    NanoDet(network).detect(np.full((360, 640, 3), 255, np.uint8))
    assert network.shown is not None
    assert network.shown.shape == (1, 3, 416, 416)
    blue = network.shown[0, 0] * 57.375 + 103.53
    assert blue[0, 0] == pytest.approx(255, abs=0.1)
    assert blue[-1, -1] == pytest.approx(BLANK, abs=0.1)


def test_a_wide_frame_is_looked_at_without_the_grey_below_it() -> None:
    wide = ScriptedNanoDet(height=288)
    wide.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    sizes: list[tuple[int, int]] = []

    def resized(size: tuple[int, int]) -> ScriptedNanoDet:
        sizes.append(size)
        return wide

    detector = NanoDet(ScriptedNanoDet(), resized=resized)
    for _ in range(2):
        (found,) = detector.detect(frame(1280, 720))
        across, down = 1280 / 416, 720 / 269
        assert found.box == pytest.approx((136 * across, 24 * down, 64 * across, 144 * down), abs=0.2)
    assert sizes == [(416, 288)]
    assert wide.shown is not None
    assert wide.shown.shape == (1, 3, 288, 416)


def test_a_frame_of_another_shape_gets_a_network_of_its_own() -> None:
    made = {(416, 288): ScriptedNanoDet(height=288), (288, 416): ScriptedNanoDet(288, height=416)}
    detector = NanoDet(ScriptedNanoDet(), resized=made.get)
    for width, height in ((1280, 720), (720, 1280)):
        detector.detect(frame(width, height))
    shown = [network.shown.shape for network in made.values() if network.shown is not None]
    assert shown == [(1, 3, 288, 416), (1, 3, 416, 288)]


def test_a_network_that_cannot_be_resized_looks_at_the_grey_too() -> None:
    square = ScriptedNanoDet()
    square.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    asked: list[tuple[int, int]] = []
    detector = NanoDet(square, resized=asked.append)
    assert [len(detector.detect(frame(1280, 720))) for _ in range(2)] == [1, 1]
    assert asked == [(416, 288)]
    assert square.shown is not None
    assert square.shown.shape == (1, 3, 416, 416)


def test_after_one_that_cannot_be_resized_the_square_serves_every_shape() -> None:
    square, wide = ScriptedNanoDet(), ScriptedNanoDet(height=288)
    square.put(16, 10, 20, (2, 4, 2, 5), 0.9)
    detector = NanoDet(square, resized={(416, 288): wide}.get)
    detector.detect(frame(1280, 720))
    assert len(detector.detect(frame(720, 1280))) == 1


def test_boxes_end_at_the_frame() -> None:
    network = ScriptedNanoDet()
    network.put(32, 0, 0, (10, 10, 1, 1), 0.9)
    (found,) = NanoDet(network).detect(frame(416, 416))
    assert found.box == pytest.approx((0, 0, 48, 48), abs=0.1)


def test_of_two_boxes_of_one_object_the_surer_stays() -> None:
    network = ScriptedNanoDet()
    network.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    network.put(16, 10, 6, (2, 5, 2, 4), 0.7)
    network.put(16, 20, 5, (2, 4, 2, 5), 0.5)
    assert [found.score for found in NanoDet(network).detect(frame(416, 416))] == pytest.approx([0.9, 0.5])


def test_two_classes_at_one_place_both_stay() -> None:
    network = ScriptedNanoDet()
    network.put(16, 10, 5, (2, 4, 2, 5), 0.9)
    network.put(16, 10, 5, (2, 4, 2, 5), 0.6, class_number=24)
    found = NanoDet(network).detect(frame(416, 416))
    assert [one.class_name for one in found] == ["person", "backpack"]


def test_what_is_too_unsure_is_left_out() -> None:
    network = ScriptedNanoDet()
    network.put(16, 10, 5, (2, 4, 2, 5), 0.2)
    assert NanoDet(network).detect(frame(416, 416)) == ()
    assert len(NanoDet(network, min_score=0.1).detect(frame(416, 416))) == 1


def test_a_nanodet_is_known_by_its_ports() -> None:
    assert is_nanodet(ScriptedNanoDet())
    assert is_nanodet(ScriptedNanoDet(size=320))
    assert not is_nanodet(ScriptedNanoDet(classes=20))


@pytest.mark.parametrize("shape", [(1, 416, 416, 3), (1, 3, None, None), (1, 3, 416)])
def test_another_input_is_no_nanodet(shape: tuple[int | None, ...]) -> None:
    network = ScriptedNanoDet()
    network.inputs = (Port("input", shape),)
    assert not is_nanodet(network)
