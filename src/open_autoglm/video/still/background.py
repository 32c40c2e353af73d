"""Two pictures of each place: what was always there, and what stands there now if it isn't that.

The slow picture follows what it resembles. The quick one takes whatever else is seen and counts for how long
it stays: passers-by never stay, a bag does. (The idea of two speeds is that of Porikli, Ivanov and Haga,
"Robust abandoned object detection using dual foregrounds", 2008.)
"""

from __future__ import annotations

import cv2
import numpy as np

from open_autoglm.video.still.arrays import Gray, Mask, Picture, Plane, difference, gradient

HOLD_LIMIT_S = 8.0
"""What has stayed so long or longer outlasts somebody who stands before it for as long."""

SLOW_S = 20.0
QUICK_S = 3.0

LEAST_DIFFERENCE = 16.0
"""Levels; below it nothing differs, however quiet the picture is."""

NOISES = 5.0
"""So many times the picture's noise is a difference."""

EDGE_SHARE = 0.35
"""Of the step beside a pixel: an edge that trembles by a third of a pixel differs by that much."""

EDGES_EVERY_S = 2.0

GLIMPSE_S = 3.0
"""What the background showed for a shorter time was never known to belong there."""


class Background:
    def __init__(self, first: Picture) -> None:
        height, width = first.shape[:2]
        self.slow: Plane = first.astype(np.float32)
        """Height × width × 3."""
        self.slow_8: Picture = first.copy()
        self.quick: Plane = first.astype(np.float32)
        self.hold: Plane = np.zeros((height, width), np.float32)
        """Seconds for which the quick picture has been seen, less those for which it wasn't."""
        self.since: Plane = np.zeros((height, width), np.float32)
        """Seconds of the recording at which the quick picture came."""
        self.known: Plane = np.zeros((height, width), np.float32)
        """Seconds for which the slow picture has been seen."""
        self.bare_s: Plane = np.zeros((height, width), np.float32)
        """Seconds of the recording at which the slow picture was last seen."""
        self.is_slow: Mask = np.zeros((height, width), np.uint8)
        self.is_quick: Mask = np.zeros((height, width), np.uint8)
        self.limit: Gray = np.full((height, width), int(LEAST_DIFFERENCE), np.uint8)
        self._before = first
        self._noise = 2.0
        self._edges_at = -EDGES_EVERY_S

    def update(self, picture: Picture, time_s: float, passed_s: float, covered: Mask) -> None:
        """Take in the next picture. ``covered``: where people are, whom the background must not learn."""
        self._measure(picture, time_s)
        quick_8 = np.asarray(cv2.convertScaleAbs(self.quick), np.uint8)
        self.is_slow = _within(difference(picture, self.slow_8), self.limit)
        matches = _within(difference(picture, quick_8), self.limit)
        self.is_quick = matches & ~self.is_slow
        seen = self.is_slow & ~covered
        cv2.accumulateWeighted(picture, self.slow, min(0.5, passed_s / SLOW_S), seen)
        cv2.accumulateWeighted(picture, self.quick, min(0.5, passed_s / QUICK_S), self.is_quick)
        self.known += (seen > 0) * np.float32(passed_s)
        self.bare_s[seen > 0] = time_s
        # Seeing the background ends what was believed to stand there; being hidden only delays it.
        change = np.full_like(self.hold, -passed_s)
        change[self.is_quick > 0] = passed_s
        change[self.is_slow > 0] = -3 * passed_s
        nothing = self.hold <= 0
        self.hold = np.clip(self.hold + change, 0, HOLD_LIMIT_S)
        new = (nothing | (self.hold <= 0)) & (self.is_slow == 0)
        self.quick[new] = picture[new]
        self.since[new] = time_s
        self.hold[new] = passed_s / 2
        self.slow_8 = np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)

    def standing(self, for_s: float) -> Mask:
        """Where something else than the background has stayed."""
        return np.where((self.hold >= for_s) & (self.is_slow == 0), 255, 0).astype(np.uint8)

    def stillness(self, place: tuple[slice, slice], for_s: float) -> float:
        """Of what differs from the background there, the share that has stayed as it is; 0 for none."""
        differs = self.is_slow[place] == 0
        stays = differs & (self.is_quick[place] > 0) & (self.hold[place] >= for_s)
        return float(stays.sum()) / max(1, int(differs.sum()))

    def learn(self, where: Mask) -> None:
        """What stands there now belongs to the background from now on."""
        chosen = where > 0
        self.slow[chosen] = self.quick[chosen]
        self.slow_8[chosen] = np.clip(self.quick[chosen], 0, 255).astype(np.uint8)
        self.known[chosen] = self.hold[chosen]
        self.hold[chosen] = 0

    def learn_ghosts(self) -> None:
        """Places whose background was seen for too short a time to be one, and that show something else."""
        ghost = (self.hold >= 1.0) & (self.known < GLIMPSE_S)
        if ghost.any():
            self.learn(np.where(ghost, 255, 0).astype(np.uint8))

    @property
    def noise(self) -> float:
        """Standard deviation from picture to picture, in levels."""
        return self._noise

    def _measure(self, picture: Picture, time_s: float) -> None:
        # Every fourth row and column is enough for a median.
        now, before = (np.ascontiguousarray(one[::4, ::4]) for one in (picture, self._before))
        step = float(np.median(difference(now, before)))
        # The median of the largest of three differences of two noisy values is about twice their deviation.
        self._noise += 0.1 * (step / 2 - self._noise)
        self._before = picture
        if time_s - self._edges_at >= EDGES_EVERY_S:
            self._edges_at = time_s
            base = max(LEAST_DIFFERENCE, NOISES * self._noise)
            edges = gradient(self.slow_8).astype(np.float32)
            self.limit = np.clip(base + EDGE_SHARE * edges, 0, 90).astype(np.uint8)


def _within(values: Gray, limit: Gray) -> Mask:
    return np.asarray(cv2.compare(values, limit, cv2.CMP_LE), np.uint8)
