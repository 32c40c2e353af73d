"""Types of pictures, and what differs between two of them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Height × width × 3, BGR."""
Gray = NDArray[np.uint8]
"""Height × width."""
Mask = NDArray[np.uint8]
"""Height × width, 0 or 255."""
Plane = NDArray[np.float32]
"""Height × width; Height × width × 3 where it is said."""


def difference(one: Picture, other: Picture) -> Gray:
    """The largest difference of a pixel's three colours, in levels."""
    blue, green, red = cv2.split(cv2.absdiff(one, other))
    return _gray(cv2.max(cv2.max(blue, green), red))


def gradient(picture: Picture) -> Gray:
    """The largest step between a pixel and its neighbours, in levels of gray."""
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    kernel = np.ones((3, 3), np.uint8)
    return _gray(cv2.subtract(cv2.dilate(gray, kernel), cv2.erode(gray, kernel)))


def _gray(value: Any) -> Gray:
    return np.asarray(value, dtype=np.uint8)
