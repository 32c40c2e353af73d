"""How far a camera stands from where it stood is told alike for pictures of every size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_autoglm.video.still.alignment import Alignment

SIZES = [(240, 180), (240, 135), (239, 134), (135, 240), (240, 179), (225, 125), (64, 48)]


def grass(width: int, height: int, seed: int) -> np.ndarray:
    fine = np.random.default_rng(seed).normal(128, 60, (height, width)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(fine, (0, 0), 1.5), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_picture_does_not_stand_apart_from_itself(width: int, height: int) -> None:
    picture = grass(width, height, seed=1)
    assert Alignment(width, height).shift(picture, picture) == pytest.approx((0, 0), abs=0.02)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_shift_is_told_in_pixels(width: int, height: int) -> None:
    whole = grass(width + 8, height + 8, seed=2)
    before, now = whole[:height, :width], whole[1 : height + 1, 2 : width + 2]
    assert Alignment(width, height).shift(now, before) == pytest.approx((-2, -1), abs=0.35)


def test_pictures_of_different_things_have_no_shift() -> None:
    assert Alignment(240, 135).shift(grass(240, 135, seed=3), grass(240, 135, seed=4)) == (0, 0)
