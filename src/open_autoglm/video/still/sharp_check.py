"""Asks the frame at full resolution whether a small candidate is really there."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.still.arrays import Gray, Picture

KEPT_EVERY_S = 8.0
KEPT = 6
MAX_SIDE = 1920
"""A larger frame is kept at this size: a bag is large enough there."""

SMALL = 48.0
"""Pixels of the frame: what is larger needs no second look."""

LEAST_CHANGED = 0.12
"""Of the candidate's box that must differ at full resolution."""
LEAST_LEVELS = 10


class SharpCheck:
    """Keeps a few gray frames of the last minute at full resolution."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Gray]] = deque(maxlen=KEPT)

    def remember(self, frame_bgr: Picture, time_s: float) -> None:
        if not self._kept or time_s - self._kept[-1][0] >= KEPT_EVERY_S:
            self._kept.append((time_s, self._gray(frame_bgr)))

    def confirms(self, frame_bgr: Picture, box: Box, since_s: float, shift: tuple[float, float]) -> bool:
        """Whether a candidate that came at ``since_s`` differs at full resolution from a frame before.

        True as well where it is not small or no earlier frame is kept. The camera may have moved by
        ``shift`` pixels since: the best fit within a few pixels counts.
        """
        earlier = [gray for at_s, gray in self._kept if at_s < since_s - 0.5]
        if max(box.width, box.height) > SMALL or not earlier:
            return True
        scale = self._scale(frame_bgr)
        reach = 2 + int(max(abs(shift[0]), abs(shift[1])) * scale)
        height, width = earlier[-1].shape
        left, top = max(reach, int(box.x * scale)), max(reach, int(box.y * scale))
        right = min(width - reach, int((box.x + box.width) * scale) + 1)
        bottom = min(height - reach, int((box.y + box.height) * scale) + 1)
        if right - left < 4 or bottom - top < 4:
            return False
        now = self._gray(frame_bgr)[top:bottom, left:right]
        before = earlier[-1][top - reach : bottom + reach, left - reach : right + reach]
        fit = cv2.matchTemplate(before, now, cv2.TM_SQDIFF)
        _least, _most, (x, y), _where = cv2.minMaxLoc(fit)
        apart = cv2.absdiff(now, before[y : y + now.shape[0], x : x + now.shape[1]])
        return float((np.asarray(apart) >= LEAST_LEVELS).mean()) >= LEAST_CHANGED

    def _gray(self, frame: Picture) -> Gray:
        gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        scale = self._scale(frame)
        if scale < 1.0:
            gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return np.asarray(gray, np.uint8)

    def _scale(self, frame: Picture) -> float:
        return float(min(1.0, MAX_SIDE / max(frame.shape[:2])))
