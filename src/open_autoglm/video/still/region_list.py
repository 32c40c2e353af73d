"""The still regions that are known: which candidates become one, go on with one, or are none."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import StillRegion
from open_autoglm.video.still.arrays import Mask, Picture, Plane
from open_autoglm.video.still.background import Background
from open_autoglm.video.still.candidates import Candidate
from open_autoglm.video.still.known_region import KnownRegion, kind_of_change
from open_autoglm.video.still.sharp_check import SharpCheck

LEAST_FRAME_AREA = 80.0
"""Pixels of the frame."""

LEAST_KNOWN_S = 25.0
"""What was seen for a shorter time before it went away was a passer-by who waited."""

SAME_SHARE = 0.25
"""Of the smaller one's box that a candidate shares with the region it is."""

PART_REACH = 4
"""Pixels of the reduced picture."""
PART_WITHIN_S = 4.0
"""Two places that changed so soon after each other, side by side, are one thing."""

LIGHT_S = 1.5
"""What came so near a sudden change of light is taken for a part of it: a reflection, an overexposed spot."""

REMOVED_KEPT_S = 600.0
"""An empty place is the place's new look after so long."""

RIM = 2
"""Pixels around a settled region that tremble with it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of one frame."""

    time_s: float
    picture: Picture
    """Reduced by ``scale`` and moved back by ``shift`` pixels of the frame."""
    frame: Picture
    scale: float
    shift: tuple[float, float]
    background: Background
    covered: Mask
    clear_s: Plane
    light_at_s: float
    """When light last changed at once."""


class RegionList:
    def __init__(self) -> None:
        self.regions: list[KnownRegion] = []
        self._next_id = 1

    def look(self, moment: Moment, passed_s: float) -> None:
        """See which regions are visible, hidden or gone, and forget those that are over."""
        background, time_s = moment.background, moment.time_s
        for region in self.regions:
            region.look_for(moment.picture, background.is_slow, background.limit, moment.covered, time_s)
            if not moment.covered[region.around(RIM)].any():
                region.alone_s += passed_s
            if region.change == "removed" and time_s - region.since_s >= REMOVED_KEPT_S:
                background.learn(_whole(region, background))
                region.over = True
            if region.over:
                background.hold[region.place][region.mask > 0] = 0
        self.regions = [region for region in self.regions if not region.over]

    def settled(self, height: int, width: int) -> Mask:
        """Where nothing new is looked for: the settled regions with a rim."""
        mask = np.zeros((height, width), np.uint8)
        for region in self.regions:
            if region.is_settled:
                mask[region.place] |= region.mask
        return np.asarray(cv2.dilate(mask, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)), np.uint8)

    def take(self, candidate: Candidate, moment: Moment, sharp: SharpCheck) -> None:
        """Begin a region, or go on with the one that the candidate belongs to."""
        known = [region for region in self.regions if not region.is_settled and _is_same(region, candidate)]
        if not known:
            self._bear(candidate, moment, sharp)
            return
        # The candidate may join what began as several: the one that shows most stays.
        first = max(known, key=lambda region: region.weight)
        self.regions = [region for region in self.regions if region is first or region not in known]
        area = int((first.mask > 0).sum())
        clear = bool((moment.clear_s[first.around(RIM)] >= 1.0).all())
        if candidate.area > 1.1 * area or (clear and candidate.area < 0.8 * area):
            _describe(first, candidate, moment)

    def _bear(self, candidate: Candidate, moment: Moment, sharp: SharpCheck) -> None:
        background = moment.background
        region = _region(self._next_id, candidate, moment)
        known_s = float(np.median(background.known[candidate.place][candidate.mask > 0]))
        by_light = abs(region.since_s - moment.light_at_s) <= LIGHT_S
        if by_light or (region.change == "removed" and known_s < LEAST_KNOWN_S):
            background.learn(_whole(region, background))
            return
        if region.box.area < LEAST_FRAME_AREA:
            return
        bare_s = float(np.median(background.bare_s[candidate.place][candidate.mask > 0]))
        whole = self._whole_of(region, bare_s)
        if whole is not None:
            # Another part of a thing, or the shadow of it; what was found first may be the shadow.
            if not whole.is_settled and region.weight > whole.weight:
                _describe(whole, candidate, moment)
            return
        if not sharp.confirms(moment.frame, region.box, region.since_s, moment.shift):
            return
        self._next_id += 1
        self.regions.append(region)

    def _whole_of(self, part: KnownRegion, bare_s: float) -> KnownRegion | None:
        """The region beside it that came at the same time.

        ``bare_s`` is when the part's place was last seen without it: who stood before it may have hidden
        that it came long before it was seen.
        """
        rows, columns = part.mask.shape
        for region in self.regions:
            high, wide = region.mask.shape
            reach = max(PART_REACH, (high + wide) // 4)
            around = Box(region.x - reach, region.y - reach, wide + 2 * reach, high + 2 * reach)
            near = around.intersection(Box(part.x, part.y, columns, rows)) > 0
            if near and bare_s - PART_WITHIN_S <= region.since_s <= part.since_s + PART_WITHIN_S:
                return region
        return None

    def values(self) -> tuple[StillRegion, ...]:
        return tuple(
            StillRegion(
                id=region.id,
                box=region.box,
                change=region.change,
                since_s=region.since_s,
                visible=region.visible,
                contrast=region.contrast,
            )
            for region in self.regions
        )


def _is_same(region: KnownRegion, candidate: Candidate) -> bool:
    rows, columns = region.mask.shape
    box = Box(region.x, region.y, columns, rows)
    return candidate.box.intersection(box) >= SAME_SHARE * min(box.area, candidate.box.area)


def _region(number: int, candidate: Candidate, moment: Moment) -> KnownRegion:
    region = KnownRegion(
        id=number,
        x=candidate.x,
        y=candidate.y,
        mask=candidate.mask,
        look=moment.background.quick[candidate.place].copy(),
        change="added",
        since_s=inf,
        contrast=0.0,
        box=Box(0, 0, 0, 0),
        seen_s=moment.time_s,
    )
    _describe(region, candidate, moment)
    return region


def _describe(region: KnownRegion, candidate: Candidate, moment: Moment) -> None:
    background, place, scale = moment.background, candidate.place, moment.scale
    inside = candidate.mask > 0
    region.x, region.y, region.mask = candidate.x, candidate.y, candidate.mask
    region.look = background.quick[place].copy()
    apart = np.abs(region.look - background.slow[place]).max(axis=2)
    region.contrast = round(float(apart[inside].mean()), 1)
    since_s = float(np.median(background.since[place][inside & (background.hold[place] > 0)]))
    # What is seen of it later, when nobody stands before it any more, came with the rest.
    region.since_s = min(region.since_s, round(max(0.0, since_s), 3))
    around = region.around(4)
    wide = _whole(region, background)[around]
    region.change = kind_of_change(moment.picture[around], background.slow_8[around], wide)
    region.box = Box(
        round(candidate.x / scale + moment.shift[0], 1),
        round(candidate.y / scale + moment.shift[1], 1),
        round(candidate.mask.shape[1] / scale, 1),
        round(candidate.mask.shape[0] / scale, 1),
    )


def _whole(region: KnownRegion, background: Background) -> Mask:
    """Its mask in the whole reduced picture."""
    whole = np.zeros(background.hold.shape, np.uint8)
    whole[region.place] = region.mask
    return whole
