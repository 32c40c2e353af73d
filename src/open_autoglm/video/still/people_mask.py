"""Where people are or just were, so that nobody who stands still is taken for a thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.still.arrays import Mask, Plane
from open_autoglm.video.still.background import Background

REMEMBERED_S = 1.5
"""A detector misses people now and then; where one was, one is for so long."""

STIFF_SHARE = 0.85
"""A bag may look like somebody to a detector; but nobody stands so still that so much of what differs from
the background stays as it is for ``STIFF_S``: of people it was .64 at most, of bags .95 and more."""
STIFF_S = 4.0

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

    def update(
        self,
        people: Sequence[Box],
        unsure: Sequence[Box],
        background: Background,
        time_s: float,
        passed_s: float,
    ) -> None:
        """Boxes are in pixels of the frame; the background is that of the frame before."""
        self._seen = [kept for kept in self._seen if time_s - kept[0] <= REMEMBERED_S]
        self._seen += [(time_s, box) for box in people]
        self._seen += [(time_s, box) for box in unsure if not self._is_thing(box, background)]
        self.covered = np.zeros_like(self.covered)
        for _seen_s, box in self._seen:
            side, below = SIDE_MARGIN * box.width, FEET_MARGIN * box.height
            self._cover(box.x - side, box.y, box.width + 2 * side, box.height + below)
            side, around = SHADOW_SIDE * box.width, SHADOW_HEIGHT * box.height
            bottom = box.y + box.height
            self._cover(box.x - side, bottom - around, box.width + 2 * side, 1.5 * around)
        self.clear_s = np.where(self.covered > 0, 0, self.clear_s + passed_s).astype(np.float32)

    def _is_thing(self, box: Box, background: Background) -> bool:
        place = self._place(box.x, box.y, box.width, box.height)
        return background.stillness(place, STIFF_S) >= STIFF_SHARE

    def _cover(self, x: float, y: float, width: float, height: float) -> None:
        self.covered[self._place(x, y, width, height)] = 255

    def _place(self, x: float, y: float, width: float, height: float) -> tuple[slice, slice]:
        """Rows and columns of the reduced picture."""
        left, top = int(x * self._scale), int(y * self._scale)
        right, bottom = round((x + width) * self._scale), round((y + height) * self._scale)
        return slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))
