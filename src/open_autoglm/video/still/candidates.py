"""Places in the reduced picture that may be things: what hangs together and has a thing's size and shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.still.arrays import Mask

LEAST_AREA = 12
"""Pixels of the reduced picture."""
LEAST_SIDE = 3
LARGEST_SHARE = 0.12
"""Of the picture: what is larger is no object but a change of the place."""
LEAST_FILL = 0.3
"""Of its box that it covers: less is an outline or a streak of light."""
LONGEST = 8
"""Times as long as broad."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """All lengths in pixels of the reduced picture."""

    x: int
    y: int
    mask: Mask
    """Of its box alone."""
    area: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        height, width = self.mask.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    @property
    def box(self) -> Box:
        height, width = self.mask.shape
        return Box(self.x, self.y, width, height)


def candidates(standing: Mask) -> Iterator[Candidate]:
    """``standing``: where something has stayed that is not the background."""
    kernel = np.ones((2, 2), np.uint8)
    opened = np.asarray(cv2.morphologyEx(standing, cv2.MORPH_OPEN, kernel), np.uint8)
    if not opened.any():
        return
    joined = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _centers = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if _could_be_object(width, height, area, standing.shape):
            place = slice(y, y + height), slice(x, x + width)
            yield Candidate(x, y, np.where(labels[place] == label, 255, 0).astype(np.uint8), area)


def _could_be_object(width: int, height: int, area: int, shape: tuple[int, ...]) -> bool:
    if area < LEAST_AREA or min(width, height) < LEAST_SIDE:
        return False
    if width * height > LARGEST_SHARE * shape[0] * shape[1]:
        return False
    return area >= LEAST_FILL * width * height and max(width, height) <= LONGEST * min(width, height)
