from __future__ import annotations

import numpy as np
import pytest
from drawn_square import Frame, square

from open_autoglm.video.camera_state import CameraWatch


def noisy(frame: Frame, seed: int) -> Frame:
    noise = np.random.default_rng(seed).normal(0, 2, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def used_to_the_square() -> CameraWatch:
    watch = CameraWatch()
    for index in range(10):
        watch.update(noisy(square(), index), index / 4)
    return watch


def test_the_same_place_matches_in_any_light() -> None:
    watch = used_to_the_square()
    assert watch.update(noisy(square(), 20), 2.5).background_match > 0.9
    assert watch.update(noisy((square() * 0.6).astype(np.uint8), 21), 2.75).background_match > 0.8


def test_a_covered_lens_matches_nothing_and_is_flat() -> None:
    watch = used_to_the_square()
    usual = watch.update(noisy(square(), 20), 2.5)
    state = watch.update(noisy(np.full_like(square(), 30), 21), 2.75)
    assert state.background_match < 0.3
    assert state.sharpness < 0.1 * usual.sharpness
    assert state.brightness == pytest.approx(30, abs=2)


def test_a_frame_repeated_differs_by_nothing() -> None:
    watch = used_to_the_square()
    frame = noisy(square(), 20)
    assert watch.update(frame, 2.5).difference > 1
    assert watch.update(frame, 2.75).difference == 0


def test_a_moved_camera_tells_how_far() -> None:
    watch = used_to_the_square()
    state = watch.update(noisy(np.roll(square(), 24, axis=1), 20), 2.5)
    assert state.background_match < 0.5
    assert state.shift[0] == pytest.approx(24, abs=3)
