"""Finds what came to lie in the picture or went away from it, whoever passes and whatever the light does."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import StillRegion
from open_autoglm.video.still.alignment import Alignment, moved_back
from open_autoglm.video.still.arrays import Gray, Mask, Picture
from open_autoglm.video.still.background import Background
from open_autoglm.video.still.known_region import SETTLING_S, KnownRegion, kind_of_change
from open_autoglm.video.still.light import light_change, relit
from open_autoglm.video.still.sharp_check import SharpCheck

WORKING_WIDTH = 480
"""Pixels of the longer side of the picture that is worked on."""

BORN_S = 2.0
"""What has not moved for so long is a still region."""

LEAST_AREA = 12
"""Pixels of the reduced picture."""
LEAST_SIDE = 3
LEAST_FRAME_AREA = 80.0
"""Pixels of the frame."""
LARGEST_SHARE = 0.12
"""Of the picture: what is larger is no object but a change of the place."""
LEAST_FILL = 0.3
"""Of its box that a region covers: less is an outline or a streak of light."""

PEOPLE_REMEMBERED_S = 1.5
"""A detector misses people now and then; where one was, one is for so long."""

CONFUSED_SHARE = 0.5
"""More of the picture differs from all that is known: the camera was covered or moved."""
CONFUSED_S = 20.0
"""For so long the old picture is waited for; then the new one is the place to watch."""

LEAST_KNOWN_S = 25.0
"""What was seen for a shorter time before it went away was a passer-by who waited."""

PART_REACH = 4
"""Pixels of the reduced picture."""
PART_WITHIN_S = 4.0
"""Two places that changed so soon after each other, side by side, are one thing."""

LIVELY_NOISE = 0.3
"""Levels of noise from which on a repeated picture is none of the camera's."""

LIGHT_S = 1.5
"""What came so near a sudden change of light is taken for a part of it: a reflection, an overexposed spot."""

ABSORB_S = 60.0
"""A change too small or too large to be an object belongs to the place after so long."""

REMOVED_KEPT_S = 600.0
"""An empty place is the place's new look after so long."""


class StillRegions:
    """Frames come in the order of their times and may be any number of seconds apart; about 4 a second do."""

    def __init__(self) -> None:
        self._background: Background | None = None
        self._alignment: Alignment | None = None
        self._sharp = SharpCheck()
        self._regions: list[KnownRegion] = []
        self._people: list[tuple[float, Box]] = []
        self._clear = np.zeros((1, 1), np.float32)
        """Seconds since somebody was last in front of each pixel."""
        self._odd = np.zeros((1, 1), np.float32)
        """Seconds for which each pixel has stood still without being an object."""
        self._time_s = 0.0
        self._before: Picture | None = None
        self._light_at_s = -inf
        """When light last changed at once."""
        self._confused_since_s: float | None = None
        self._next_id = 1
        self.shift = (0.0, 0.0)
        """How far the last frame stood from the background, in its own pixels."""

    def update(self, frame_bgr: Picture, time_s: float, people: Sequence[Box]) -> tuple[StillRegion, ...]:
        """``frame_bgr`` is height × width × 3 of the same size each time; ``people`` are boxes in it."""
        scale = min(1.0, WORKING_WIDTH / max(frame_bgr.shape[:2]))
        picture = _reduced(frame_bgr, scale)
        if self._background is None or self._background.slow_8.shape != picture.shape:
            self._begin(picture, frame_bgr, time_s)
            return ()
        passed_s = min(1.0, max(0.0, time_s - self._time_s))
        self._time_s = time_s
        background = self._background
        if self._is_repeated(picture):
            return self._values()
        picture = self._steadied(picture, scale)
        self._follow_the_light(picture)
        covered = self._covered(people, time_s, scale)
        if self._is_confused(picture, time_s, covered):
            for region in self._regions:
                region.visible = False
            return self._values()
        background.update(picture, time_s, passed_s, covered)
        self._clear = np.where(covered > 0, 0, self._clear + passed_s).astype(np.float32)
        self._sharp.remember(frame_bgr, time_s)
        for region in self._regions:
            region.look_for(picture, background.is_slow, background.limit, covered, time_s)
        self._forget(time_s)
        background.learn_ghosts()
        self._find(picture, frame_bgr, time_s, passed_s, scale)
        return self._values()

    def _begin(self, picture: Picture, frame: Picture, time_s: float) -> None:
        height, width = picture.shape[:2]
        self._background = Background(picture)
        self._alignment = Alignment(width // 2, height // 2)
        self._sharp = SharpCheck()
        self._sharp.remember(frame, time_s)
        self._regions = []
        self._clear = np.zeros((height, width), np.float32)
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
        x, y = self._alignment.shift(_halved(picture), _halved(self._background.slow_8))
        shift = (2 * x, 2 * y)
        self.shift = (shift[0] / scale, shift[1] / scale)
        return moved_back(picture, shift)

    def _follow_the_light(self, picture: Picture) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        gain = light_change(picture, background.slow_8)
        if gain is None or _likeness(picture, background.slow_8) < 0.5:
            return
        self._light_at_s = self._time_s
        background.slow = relit(background.slow, gain)
        background.quick = relit(background.quick, gain)
        background.slow_8 = np.clip(background.slow, 0, 255).astype(np.uint8)
        size = (picture.shape[1], picture.shape[0])
        full = cv2.resize(gain, size, interpolation=cv2.INTER_LINEAR)
        for region in self._regions:
            region.look = np.clip(region.look * full[region.place], 0, 255).astype(np.float32)

    def _covered(self, people: Sequence[Box], time_s: float, scale: float) -> Mask:
        """Where people are or just were, with a margin, in the reduced picture."""
        assert self._background is not None  # noqa: S101 - see ``update``
        self._people = [kept for kept in self._people if time_s - kept[0] <= PEOPLE_REMEMBERED_S]
        self._people += [(time_s, box) for box in people]
        mask = np.zeros(self._background.hold.shape, np.uint8)
        for _seen_s, box in self._people:
            margin = 0.06 * box.width
            left, top = int((box.x - margin) * scale), int(box.y * scale)
            right, bottom = (box.x + box.width + margin) * scale, (box.y + box.height * 1.03) * scale
            mask[max(0, top) : max(0, round(bottom)), max(0, left) : max(0, round(right))] = 255
        return mask

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
            self._regions = []
            self._confused_since_s = None
        return True

    def _forget(self, time_s: float) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        for region in self._regions:
            if region.change == "removed" and time_s - region.since_s >= REMOVED_KEPT_S:
                whole = np.zeros(background.hold.shape, np.uint8)
                whole[region.place] = region.mask
                background.learn(whole)
                region.over = True
            if region.over:
                background.hold[region.place][region.mask > 0] = 0
        self._regions = [region for region in self._regions if not region.over]

    def _find(self, picture: Picture, frame: Picture, time_s: float, passed_s: float, scale: float) -> None:
        """Regions that have come."""
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        standing = background.standing(BORN_S)
        standing[self._clear < 1.0] = 0
        standing = np.asarray(cv2.morphologyEx(standing, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
        if not standing.any():
            self._odd[:] = 0
            return
        joined = cv2.morphologyEx(standing, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, labels, stats, _centers = cv2.connectedComponentsWithStats(joined, connectivity=8)
        objects = np.zeros_like(standing)
        for label in range(1, count):
            x, y, width, height, area = (int(value) for value in stats[label])
            place = slice(y, y + height), slice(x, x + width)
            mask = np.where(labels[place] == label, 255, 0).astype(np.uint8)
            if not _could_be_object(width, height, area, picture.shape[:2]):
                continue
            objects[place] |= mask
            known = self._known_at(x, y, mask)
            if known is None:
                self._bear(picture, frame, x, y, mask, time_s, scale)
            elif time_s - known.born_s <= SETTLING_S and area > 1.1 * int((known.mask > 0).sum()):
                self._describe(known, picture, x, y, mask, scale)
        self._odd = np.where((standing > 0) & (objects == 0), self._odd + passed_s, 0).astype(np.float32)
        if (self._odd >= ABSORB_S).any():
            background.learn(np.where(self._odd >= ABSORB_S, 255, 0).astype(np.uint8))

    def _known_at(self, x: int, y: int, mask: Mask) -> KnownRegion | None:
        height, width = mask.shape
        box = Box(x, y, width, height)
        for region in self._regions:
            rows, columns = region.mask.shape
            shared = box.intersection(Box(region.x, region.y, columns, rows))
            if shared >= 0.25 * min(box.area, rows * columns):
                return region
        return None

    def _is_part(self, candidate: KnownRegion) -> bool:
        """Whether it lies beside a region that came at the same time: another part or the shadow of it."""
        rows, columns = candidate.mask.shape
        for region in self._regions:
            high, wide = region.mask.shape
            reach = max(PART_REACH, (high + wide) // 4)
            around = Box(region.x - reach, region.y - reach, wide + 2 * reach, high + 2 * reach)
            near = around.intersection(Box(candidate.x, candidate.y, columns, rows)) > 0
            if near and abs(region.since_s - candidate.since_s) <= PART_WITHIN_S:
                return True
        return False

    def _bear(
        self, picture: Picture, frame: Picture, x: int, y: int, mask: Mask, time_s: float, scale: float
    ) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        place = slice(y, y + mask.shape[0]), slice(x, x + mask.shape[1])
        inside = mask > 0
        since_s = float(np.median(background.since[place][inside & (background.hold[place] > 0)]))
        region = KnownRegion(
            id=self._next_id,
            x=x,
            y=y,
            mask=mask,
            look=background.quick[place].copy(),
            change="added",
            since_s=round(max(0.0, since_s), 3),
            born_s=time_s,
            contrast=0.0,
            box=Box(0, 0, 0, 0),
            seen_s=time_s,
        )
        self._describe(region, picture, x, y, mask, scale)
        known_s = float(np.median(background.known[place][inside]))
        by_light = abs(region.since_s - self._light_at_s) <= LIGHT_S
        if by_light or (region.change == "removed" and known_s < LEAST_KNOWN_S):
            whole = np.zeros(background.hold.shape, np.uint8)
            whole[place] = mask
            background.learn(whole)
            return
        if region.box.area < LEAST_FRAME_AREA or self._is_part(region):
            return
        if not self._sharp.confirms(frame, region.box, region.since_s, self.shift):
            return
        self._next_id += 1
        self._regions.append(region)

    def _describe(
        self, region: KnownRegion, picture: Picture, x: int, y: int, mask: Mask, scale: float
    ) -> None:
        background = self._background
        assert background is not None  # noqa: S101 - see ``update``
        rows, columns = mask.shape
        place = slice(y, y + rows), slice(x, x + columns)
        inside = mask > 0
        region.x, region.y, region.mask = x, y, mask
        region.look = background.quick[place].copy()
        apart = np.abs(region.look - background.slow[place]).max(axis=2)
        region.contrast = round(float(apart[inside].mean()), 1)
        height, width = background.hold.shape
        around = (
            slice(max(0, y - 4), min(height, y + rows + 4)),
            slice(max(0, x - 4), min(width, x + columns + 4)),
        )
        wide = np.zeros((height, width), np.uint8)
        wide[place] = mask
        region.change = kind_of_change(picture[around], background.slow_8[around], wide[around])
        region.box = Box(
            round(x / scale + self.shift[0], 1),
            round(y / scale + self.shift[1], 1),
            round(columns / scale, 1),
            round(rows / scale, 1),
        )

    def _values(self) -> tuple[StillRegion, ...]:
        return tuple(
            StillRegion(
                id=region.id,
                box=region.box,
                change=region.change,
                since_s=region.since_s,
                visible=region.visible,
                contrast=region.contrast,
            )
            for region in self._regions
        )


def _could_be_object(width: int, height: int, area: int, shape: tuple[int, ...]) -> bool:
    if area < LEAST_AREA or min(width, height) < LEAST_SIDE:
        return False
    if width * height > LARGEST_SHARE * shape[0] * shape[1]:
        return False
    return area >= LEAST_FILL * width * height and max(width, height) <= 8 * min(width, height)


def _reduced(frame: Picture, scale: float) -> Picture:
    if scale == 1.0:
        return np.asarray(cv2.GaussianBlur(frame, (3, 3), 0), np.uint8)
    size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
    # Halving is five times as fast as one step to a size that doesn't divide, and what is left needs no mean.
    halved = False
    while frame.shape[1] >= 2 * size[0] and frame.shape[0] >= 2 * size[1]:
        half = (frame.shape[1] // 2, frame.shape[0] // 2)
        frame = np.asarray(cv2.resize(frame, half, interpolation=cv2.INTER_AREA), np.uint8)
        halved = True
    how = cv2.INTER_LINEAR if halved else cv2.INTER_AREA
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)


def _gray(picture: Picture) -> Gray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _halved(picture: Picture) -> Gray:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return _gray(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def _likeness(one: Picture, other: Picture) -> float:
    """Correlation of what is finer than light: near 1 for the same place, whatever its light."""
    fine = []
    for picture in (one, other):
        small = cv2.resize(_gray(picture), (96, 72), interpolation=cv2.INTER_AREA).astype(np.float32)
        values = small - cv2.blur(small, (9, 9))
        fine.append(values / (float(values.std()) + 1e-3))
    return float((fine[0] * fine[1]).mean())
