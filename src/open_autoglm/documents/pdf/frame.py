"""From a PDF page's own coordinates to the upright page: points, origin top left, y downwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.content import Rect


@dataclass(frozen=True, slots=True)
class Frame:
    """An affine map ``x' = a·x + c·y + e``, ``y' = b·x + d·y + f`` and the size of the page it leads to.

    ``turned`` is the angle in degrees clockwise by which the page is turned beyond what the file says.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float
    turned: int = 0

    @classmethod
    def of_page(cls, bounds: tuple[float, float, float, float], rotation: int) -> Frame:
        """``bounds`` is the visible box (left, bottom, right, top); ``rotation`` is the file's own."""
        left, bottom, right, top = bounds
        upright = cls(1, 0, 0, -1, -left, top, right - left, top - bottom)
        return upright.rotate(rotation)

    def rotate(self, degrees: int) -> Frame:
        """This frame with the page turned clockwise by ``degrees``, a multiple of 90."""
        frame = self
        for _ in range(degrees // 90 % 4):
            # (x, y) → (height − y, x)
            frame = Frame(
                -frame.b,
                frame.a,
                -frame.d,
                frame.c,
                frame.height - frame.f,
                frame.e,
                frame.height,
                frame.width,
            )
        return frame

    def turn(self, degrees: int) -> Frame:
        """As ``rotate``, remembering that the file did not ask for it."""
        rotated = self.rotate(degrees)
        return Frame(
            rotated.a,
            rotated.b,
            rotated.c,
            rotated.d,
            rotated.e,
            rotated.f,
            rotated.width,
            rotated.height,
            (self.turned + degrees) % 360,
        )

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return Rect(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def rects(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """``boxes`` of shape (n, 4) as left, bottom, right, top → (n, 4) as x0, y0, x1, y1."""
        x = self.a * boxes[:, 0::2] + self.c * boxes[:, 1::2] + self.e
        y = self.b * boxes[:, 0::2] + self.d * boxes[:, 1::2] + self.f
        return np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)
