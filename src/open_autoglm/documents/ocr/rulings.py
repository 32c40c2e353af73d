"""Finds drawn lines in a picture, so that tables on scans are found like those on drawn pages."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.content import Image, Rect, Ruling

SHORTEST = 14.0
"""Points; shorter strokes are parts of letters."""
THICKEST = 4.0
"""Points; thicker bars are pictures or filled cells."""
EDGE = 1.5
"""Points by which strokes of letters reach over the box of their line."""
BREAK = 1.0
"""Points of paper inside a line that a scanner may leave."""
MAX_RULINGS = 2000
"""A drawing or a dithered photo; a ruled page has a few hundred."""
_BLOCK = 31
_CONTRAST = 12
"""Gray levels below the surroundings' mean at which a pixel counts as ink."""


def find_rulings(image: Image, dpi: float, text: Sequence[Rect] = ()) -> list[Ruling]:
    """Horizontal and vertical lines of a level picture; boxes in points of the picture.

    ``text`` are the boxes of its lines of text: strokes inside them belong to letters.
    Morphological opening by a long thin bar keeps only what is at least that long (Serra, 1982). A
    picture with more than ``MAX_RULINGS`` is a drawing, and gives none.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    ink = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _BLOCK, _CONTRAST
    )
    binary = np.asarray(ink, dtype=np.uint8)
    rulings = [*_along(binary, dpi, horizontal=True), *_along(binary, dpi, horizontal=False)]
    rulings = [ruling for ruling in rulings if not _is_stroke(ruling.box, text)]
    return rulings if len(rulings) <= MAX_RULINGS else []


def _is_stroke(box: Rect, text: Sequence[Rect]) -> bool:
    """Whether the line lies within the bounds of one line of text, its feet and caps included."""
    return any(
        line.x0 - EDGE <= box.x0
        and box.x1 <= line.x1 + EDGE
        and line.y0 - EDGE <= box.y0
        and box.y1 <= line.y1 + EDGE
        for line in text
    )


def _along(ink: NDArray[np.uint8], dpi: float, *, horizontal: bool) -> list[Ruling]:
    """Lines in one direction."""
    pixel = 72 / dpi
    length = max(3, round(SHORTEST / pixel))
    gap = max(1, round(BREAK / pixel))
    # Slight tilt: a line one pixel off still overlaps itself when it is thickened across.
    thick = cv2.dilate(ink, _bar(3, horizontal=not horizontal))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, _bar(gap, horizontal=horizontal))
    lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _bar(length, horizontal=horizontal))
    count, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    rulings = []
    for x, y, width, height, _area in stats[1:count].tolist():
        # Two pixels of the thickness come from the thickening.
        along, across = (width, height - 2) if horizontal else (height, width - 2)
        if across * pixel > THICKEST or along < max(length, 5 * across):
            continue
        inset = (0, 1) if horizontal else (1, 0)
        box = Rect(
            (x + inset[0]) * pixel,
            (y + inset[1]) * pixel,
            (x + width - inset[0]) * pixel,
            (y + height - inset[1]) * pixel,
        )
        if _stands_free(ink, x, y, width, height):
            rulings.append(Ruling(box, horizontal))
    return rulings


def _bar(length: int, *, horizontal: bool) -> NDArray[np.uint8]:
    return np.ones((1, length) if horizontal else (length, 1), dtype=np.uint8)


def _stands_free(ink: NDArray[np.uint8], x: int, y: int, width: int, height: int) -> bool:
    """Whether there is paper beside the line along most of it: the edge of a dark area is no line."""
    if width >= height:
        above = ink[max(0, y - 3) : max(1, y - 1), x : x + width].any(axis=0)
        below = ink[y + height + 1 : y + height + 3, x : x + width].any(axis=0)
    else:
        above = ink[y : y + height, max(0, x - 3) : max(1, x - 1)].any(axis=1)
        below = ink[y : y + height, x + width + 1 : x + width + 3].any(axis=1)
    return all(side.size == 0 or float(side.mean()) < 0.5 for side in (above, below))
