"""One still region from its first to its last moment: how it looks, so that it is known again when hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from open_autoglm.video.geometry import Box
from open_autoglm.video.still.arrays import Mask, Picture, Plane

GONE_S = 0.8
"""Its background was seen again for so long: it went away."""

LOST_S = 45.0
"""Neither it nor its background was seen for so long: something else stands there."""

SETTLING_S = 3.0
"""Until nobody was beside it for so long it may still grow: it was half hidden when it was first seen."""


@dataclass(slots=True)
class KnownRegion:
    """All lengths in pixels of the reduced picture."""

    id: int
    x: int
    y: int
    mask: Mask
    """Of its box alone."""
    look: Plane
    """Height × width × 3 of its box."""
    change: Literal["added", "removed"]
    since_s: float
    contrast: float
    box: Box
    """In pixels of the frame."""
    visible: bool = True
    seen_s: float = 0.0
    """When it or its background was last seen clearly."""
    gone_since_s: float | None = None
    over: bool = False
    alone_s: float = 0.0
    """For so long nobody was beside it."""

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        height, width = self.mask.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    def around(self, margin: int) -> tuple[slice, slice]:
        """Its rows and columns, and so many on each side."""
        rows, columns = self.place
        return (
            slice(max(0, rows.start - margin), rows.stop + margin),
            slice(max(0, columns.start - margin), columns.stop + margin),
        )

    @property
    def is_settled(self) -> bool:
        return self.alone_s >= SETTLING_S

    @property
    def weight(self) -> float:
        """How much there is to see of it."""
        return self.contrast * float((self.mask > 0).sum())

    def look_for(self, picture: Picture, is_slow: Mask, limit: Mask, covered: Mask, time_s: float) -> None:
        """Decide whether it is seen, hidden or gone."""
        place = self.place
        inside = self.mask > 0
        count = max(1, int(inside.sum()))
        crop = picture[place]
        apart = np.abs(crop.astype(np.float32) - self.look).max(axis=2)
        like = (apart <= limit[place]) & inside
        shown = float(like.sum()) / count
        # Where it looks like its background, the background's pixels must be the better explanation.
        empty = float(((is_slow[place] > 0) & inside).sum()) / count
        hidden = float(((covered[place] > 0) & inside).sum()) / count
        self.visible = shown >= 0.5 and shown >= empty
        if self.visible:
            self.seen_s, self.gone_since_s = time_s, None
            cv2.accumulateWeighted(crop, self.look, 0.05, like.astype(np.uint8))
        elif empty >= 0.6 and hidden < 0.5:
            self.seen_s = time_s
            if self.gone_since_s is None:
                self.gone_since_s = time_s
            self.over = time_s - self.gone_since_s >= GONE_S
        else:
            self.gone_since_s = None
            self.over = time_s - self.seen_s >= LOST_S


def kind_of_change(now: Picture, before: Picture, mask: Mask) -> Literal["added", "removed"]:
    """Whether an object is in ``now`` or was in ``before``.

    An object has an outline and other colours than what is around it; the bare place has neither. Both
    pictures and the mask are of one place with a margin around what changed.
    """
    kernel = np.ones((3, 3), np.uint8)
    outline = cv2.subtract(cv2.dilate(mask, kernel), cv2.erode(mask, kernel)) > 0
    steps = float(_steps(now)[outline].mean() + 1) / float(_steps(before)[outline].mean() + 1)
    around = ~np.asarray(cv2.dilate(mask, kernel), np.uint8)
    strange = (_strangeness(now, mask, around) + 0.05) / (_strangeness(before, mask, around) + 0.05)
    return "added" if steps * strange >= 1 else "removed"


def _strangeness(picture: Picture, inside: Mask, around: Mask) -> float:
    """How little the colours inside are those around it, 0 to 1 (Hellinger distance of histograms)."""
    if not around.any():
        return 0.0
    histograms = []
    for mask in (np.ascontiguousarray(inside), np.ascontiguousarray(around)):
        one = cv2.calcHist([picture], [0, 1, 2], mask, [8, 8, 8], [0, 256, 0, 256, 0, 256])
        # Neighbouring bins share, so that a little noise is no other colour.
        smooth = cv2.blur(one.reshape(64, 8), (3, 3)).reshape(-1)
        histograms.append(np.asarray(smooth / max(1.0, float(smooth.sum())), np.float32))
    return float(cv2.compareHist(histograms[0], histograms[1], cv2.HISTCMP_BHATTACHARYYA))


def _steps(picture: Picture) -> Plane:
    values = picture.astype(np.float32)
    across = cv2.Sobel(values, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(values, cv2.CV_32F, 0, 1, ksize=3)
    return np.asarray((np.abs(across) + np.abs(down)).max(axis=2), np.float32)
