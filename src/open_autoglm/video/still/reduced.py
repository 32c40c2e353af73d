"""The smaller picture that still objects are looked for in."""

from __future__ import annotations

import cv2
import numpy as np

from open_autoglm.video.still.arrays import Gray, Picture

WORKING_WIDTH = 480
"""Pixels of its longer side."""


def reduced(frame: Picture, scale: float) -> Picture:
    """The frame at ``scale`` of its size; slightly blurred where it is small already."""
    if scale == 1.0:
        return np.asarray(cv2.GaussianBlur(frame, (3, 3), 0), np.uint8)
    size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
    # Halving is five times as fast as one step to a size that doesn't divide, and what is left needs no mean.
    halved_once = False
    while frame.shape[1] >= 2 * size[0] and frame.shape[0] >= 2 * size[1]:
        half = (frame.shape[1] // 2, frame.shape[0] // 2)
        frame = np.asarray(cv2.resize(frame, half, interpolation=cv2.INTER_AREA), np.uint8)
        halved_once = True
    how = cv2.INTER_LINEAR if halved_once else cv2.INTER_AREA
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)


def halved(picture: Picture) -> Gray:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return _gray(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def likeness(one: Picture, other: Picture) -> float:
    """Correlation of what is finer than light: near 1 for the same place, whatever its light."""
    fine = []
    for picture in (one, other):
        small = cv2.resize(_gray(picture), (96, 72), interpolation=cv2.INTER_AREA).astype(np.float32)
        values = small - cv2.blur(small, (9, 9))
        fine.append(values / (float(values.std()) + 1e-3))
    return float((fine[0] * fine[1]).mean())


def _gray(picture: Picture) -> Gray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
