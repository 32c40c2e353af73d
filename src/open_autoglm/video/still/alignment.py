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
        self._width, self._height = _transformed(width), _transformed(height)
        # cv2 wants width × height; the window lets the picture's border count for nothing.
        size = (self._width, self._height)
        self._window: Plane = np.asarray(cv2.createHanningWindow(size, cv2.CV_32F), np.float32)
        self._limit = MAX_SHIFT * width

    def shift(self, picture: Gray, reference: Gray) -> tuple[float, float]:
        """How far ``picture`` stands from ``reference``, x and y in pixels; (0, 0) where that is unclear."""
        before, now = (one[: self._height, : self._width].astype(np.float32) for one in (reference, picture))
        (x, y), response = cv2.phaseCorrelate(before, now, self._window)
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


def _transformed(side: int) -> int:
    """The largest even length within ``side`` that is transformed without padding.

    Of an odd length ``cv2.phaseCorrelate`` tells every shift half a pixel too large, and the background that
    is put right by it walks away. 135 rows, half of 16:9 at 480 columns, are such a length.
    """
    fitting = (length for length in range(side - side % 2, 0, -2) if cv2.getOptimalDFTSize(length) == length)
    return next(fitting, side)
