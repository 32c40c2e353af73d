"""Puts a picture back where the camera stood before it shook."""

from __future__ import annotations

import cv2
import numpy as np

from open_autoglm.video.still.arrays import Gray, Picture, Plane

MAX_SHIFT = 0.03
"""Of the width: a camera that stands farther off looks at something else."""

MIN_RESPONSE = 0.08
"""Below this the peak of the phase correlation is chance."""

LEAST_SHIFT = 0.2
"""Pixels: less is not worth the loss of sharpness."""


class Alignment:
    """Finds shifts by phase correlation (Kuglin and Hines, 1975) against the gray picture it was given."""

    def __init__(self, width: int, height: int) -> None:
        # cv2 wants width × height; the window lets the picture's border count for nothing.
        self._window: Plane = np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F), np.float32)
        self._limit = MAX_SHIFT * width

    def shift(self, picture: Gray, reference: Gray) -> tuple[float, float]:
        """How far ``picture`` stands from ``reference``, x and y in pixels; (0, 0) where that is unclear."""
        (x, y), response = cv2.phaseCorrelate(
            reference.astype(np.float32), picture.astype(np.float32), self._window
        )
        if response < MIN_RESPONSE or max(abs(x), abs(y)) > self._limit:
            return 0.0, 0.0
        return float(x), float(y)


def moved_back(picture: Picture, shift: tuple[float, float]) -> Picture:
    """The picture without its shift; what comes in at the border repeats the border."""
    if max(abs(shift[0]), abs(shift[1])) < LEAST_SHIFT:
        return picture
    matrix = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
