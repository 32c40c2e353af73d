"""Where people are or just were, so that nobody who stands still is taken for a thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.still.arrays import Mask, Plane

REMEMBERED_S = 1.5
"""A detector misses people now and then; where one was, one is for so long."""

SIDE_MARGIN = 0.06
"""Of a person's width."""
FEET_MARGIN = 0.03
"""Of a person's height, below."""
SHADOW_SIDE = 0.3
"""Of a person's width: so far to each side the shadow at the feet may reach."""
SHADOW_HEIGHT = 0.14
"""Of a person's height, above and below the feet."""


class PeopleMask:
    """In the reduced picture, ``scale`` of the frame's size."""

    def __init__(self, height: int, width: int, scale: float) -> None:
        self._scale = scale
        self._seen: list[tuple[float, Box]] = []
        self.covered: Mask = np.zeros((height, width), np.uint8)
        """Where somebody is or was a moment ago, shadows at the feet included."""
        self.clear_s: Plane = np.zeros((height, width), np.float32)
        """Seconds since somebody was last in front of each pixel."""

    def update(self, people: Sequence[Box], time_s: float, passed_s: float) -> None:
        """``people`` are boxes in pixels of the frame."""
        self._seen = [kept for kept in self._seen if time_s - kept[0] <= REMEMBERED_S]
        self._seen += [(time_s, box) for box in people]
        self.covered = np.zeros_like(self.covered)
        for _seen_s, box in self._seen:
            side, below = SIDE_MARGIN * box.width, FEET_MARGIN * box.height
            self._cover(box.x - side, box.y, box.width + 2 * side, box.height + below)
            side, around = SHADOW_SIDE * box.width, SHADOW_HEIGHT * box.height
            bottom = box.y + box.height
            self._cover(box.x - side, bottom - around, box.width + 2 * side, 1.5 * around)
        self.clear_s = np.where(self.covered > 0, 0, self.clear_s + passed_s).astype(np.float32)

    def _cover(self, x: float, y: float, width: float, height: float) -> None:
        left, top = int(x * self._scale), int(y * self._scale)
        right, bottom = round((x + width) * self._scale), round((y + height) * self._scale)
        self.covered[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 255
