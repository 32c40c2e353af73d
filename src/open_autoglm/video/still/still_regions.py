"""Finds what came to lie in the picture or went away from it, whoever passes and whatever the light does."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import StillRegion
from open_autoglm.video.still.alignment import Alignment, moved_back
from open_autoglm.video.still.arrays import Mask, Picture
from open_autoglm.video.still.background import Background
from open_autoglm.video.still.candidates import candidates
from open_autoglm.video.still.light import light_change, relit
from open_autoglm.video.still.people_mask import PeopleMask
from open_autoglm.video.still.reduced import WORKING_WIDTH, halved, likeness, reduced
from open_autoglm.video.still.region_list import Moment, RegionList
from open_autoglm.video.still.sharp_check import SharpCheck

BORN_S = 2.0
"""What has not moved for so long is a still region."""

LEAST_CLEAR_S = 1.0
"""Nobody was in front of a place for so long before it is judged."""

CONFUSED_SHARE = 0.5
"""More of the picture differs from all that is known: the camera was covered or moved."""
CONFUSED_S = 20.0
"""For so long the old picture is waited for; then the new one is the place to watch."""

LIVELY_NOISE = 0.3
"""Levels of noise from which on a repeated picture is none of the camera's."""

ABSORB_S = 60.0
"""A change too small or too large to be an object belongs to the place after so long."""


class StillRegions:
    """Frames come in the order of their times and may be any number of seconds apart; about 4 a second do."""

    def __init__(self) -> None:
        self._background: Background | None = None
        self._alignment: Alignment | None = None
        self._sharp = SharpCheck()
        self._list = RegionList()
        self._people = PeopleMask(1, 1, 1.0)
        self._odd = np.zeros((1, 1), np.float32)
        """Seconds for which each pixel has stood still without being an object."""
        self._time_s = 0.0
        self._before: Picture | None = None
        self._light_at_s = -inf
        """When light last changed at once."""
        self._confused_since_s: float | None = None
        self.shift = (0.0, 0.0)
        """How far the last frame stood from the background, in its own pixels."""

    def update(
        self, frame_bgr: Picture, time_s: float, people: Sequence[Box], unsure: Sequence[Box] = ()
    ) -> tuple[StillRegion, ...]:
        """``frame_bgr`` is height × width × 3 of the same size each time; ``people`` are boxes in it.

        What is ``unsure`` counts as people only while it moves: a detector takes some bags for somebody.
        """
        scale = min(1.0, WORKING_WIDTH / max(frame_bgr.shape[:2]))
        picture = reduced(frame_bgr, scale)
        if self._background is None or self._background.slow_8.shape != picture.shape:
            self._begin(picture, frame_bgr, time_s, scale)
            return ()
        passed_s = min(1.0, max(0.0, time_s - self._time_s))
        self._time_s = time_s
        background = self._background
        if self._is_repeated(picture):
            return self._list.values()
        picture = self._steadied(picture, scale)
        self._follow_the_light(picture)
        self._people.update(people, unsure, background, time_s, passed_s)
        covered = self._people.covered
        if self._is_confused(picture, time_s, covered):
            for region in self._list.regions:
                region.visible = False
            return self._list.values()
        background.update(picture, time_s, passed_s, covered)
        self._sharp.remember(frame_bgr, time_s)
        moment = Moment(
            time_s=time_s,
            picture=picture,
            frame=frame_bgr,
            scale=scale,
            shift=self.shift,
            background=background,
            covered=covered,
            clear_s=self._people.clear_s,
            light_at_s=self._light_at_s,
        )
        self._list.look(moment, passed_s)
        background.learn_ghosts()
        self._find(moment, passed_s)
        return self._list.values()

    def _begin(self, picture: Picture, frame: Picture, time_s: float, scale: float) -> None:
        height, width = picture.shape[:2]
        self._background = Background(picture)
        self._alignment = Alignment(width // 2, height // 2)
        self._sharp = SharpCheck()
        self._sharp.remember(frame, time_s)
        self._list = RegionList()
        self._people = PeopleMask(height, width, scale)
        self._odd = np.zeros((height, width), np.float32)
        self._time_s = time_s
        self._confused_since_s = None

    def _is_repeated(self, picture: Picture) -> bool:
        """Whether it is the picture before once more, where pictures differ by their noise: a frozen camera.

        Nothing stands still in it that did not before.
        """
        assert self._background is not None  # noqa: S101 - see ``update``
        before, self._before = self._before, picture
        if before is None or self._background.noise < LIVELY_NOISE:
            return False
        return not cv2.absdiff(picture[::4, ::4], before[::4, ::4]).any()

    def _steadied(self, picture: Picture, scale: float) -> Picture:
        assert self._background is not None  # noqa: S101 - see ``update``
        assert self._alignment is not None  # noqa: S101 - see ``update``
        x, y = self._alignment.shift(halved(picture), halved(self._background.slow_8))
        shift = (2 * x, 2 * y)
        self.shift = (shift[0] / scale, shift[1] / scale)
        return moved_back(picture, shift)

    def _follow_the_light(self, picture: Picture) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        gain = light_change(picture, background.slow_8)
        if gain is None or likeness(picture, background.slow_8) < 0.5:
            return
        self._light_at_s = self._time_s
        background.slow = relit(background.slow, gain)
        background.quick = relit(background.quick, gain)
        background.slow_8 = np.clip(background.slow, 0, 255).astype(np.uint8)
        size = (picture.shape[1], picture.shape[0])
        full = cv2.resize(gain, size, interpolation=cv2.INTER_LINEAR)
        for region in self._list.regions:
            region.look = np.clip(region.look * full[region.place], 0, 255).astype(np.float32)

    def _is_confused(self, picture: Picture, time_s: float, covered: Mask) -> bool:
        """Whether the camera sees something else altogether; learns the new view when it stays."""
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        # Every fourth row and column is enough to judge a share.
        free = covered[::4, ::4] == 0
        apart = np.abs(picture[::4, ::4].astype(np.int16) - background.slow_8[::4, ::4]).max(axis=2)
        share = float((apart > background.limit[::4, ::4])[free].mean()) if free.any() else 0.0
        if share <= CONFUSED_SHARE:
            self._confused_since_s = None
            return False
        if self._confused_since_s is None:
            self._confused_since_s = time_s
        if time_s - self._confused_since_s >= CONFUSED_S:
            self._background = Background(picture)
            self._list.regions = []
            self._confused_since_s = None
        return True

    def _find(self, moment: Moment, passed_s: float) -> None:
        """Regions that have come."""
        background = moment.background
        standing = background.standing(BORN_S)
        standing[moment.clear_s < LEAST_CLEAR_S] = 0
        objects = self._list.settled(*standing.shape)
        standing[objects > 0] = 0
        for candidate in candidates(standing):
            objects[candidate.place] |= candidate.mask
            self._list.take(candidate, moment, self._sharp)
        self._odd = np.where((standing > 0) & (objects == 0), self._odd + passed_s, 0).astype(np.float32)
        if (self._odd >= ABSORB_S).any():
            background.learn(np.where(self._odd >= ABSORB_S, 255, 0).astype(np.uint8))
