"""How the light differs from what it was, place by place, without taking an object for a change of light."""

from __future__ import annotations

import cv2
import numpy as np

from open_autoglm.video.still.arrays import Picture, Plane

GRID = (32, 24)
"""Blocks across and down. Light is the median over 5 × 5 of them: what is smaller than that is no light."""

NOTICED = 0.04
"""A smaller change of the median block is left to the background, which follows slowly."""

RANGE = (0.2, 5.0)


def light_change(picture: Picture, background: Picture) -> Plane | None:
    """Gain from background to picture, rows × columns of GRID × 3 colours; None while light is as it was."""
    now = cv2.resize(picture, GRID, interpolation=cv2.INTER_AREA).astype(np.float32) + 2.0
    before = cv2.resize(background, GRID, interpolation=cv2.INTER_AREA).astype(np.float32) + 2.0
    gain = np.clip(now / before, *RANGE)
    if abs(float(np.median(gain)) - 1) < NOTICED:
        return None
    return np.asarray(cv2.merge([cv2.medianBlur(one, 5) for one in cv2.split(gain)]), np.float32)


def relit(values: Plane, gain: Plane) -> Plane:
    """A picture's float values (height × width × 3) in the other light."""
    size = (values.shape[1], values.shape[0])
    full = cv2.resize(gain, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(values * full, 0, 255), np.float32)
