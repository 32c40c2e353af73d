"""Pictures of text for the tests of recognition, drawn with the font that Pillow carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from open_autoglm.documents.content import Image, Rect

DPI = 150.0
DATA = Path(__file__).parent.parent / "data"

LETTER = (
    "Dear colleagues,",
    "the annual meeting takes place on Friday",
    "in the large hall of the north building.",
    "Please bring your reports with you.",
)


def blank_page(width: float, height: float) -> PillowImage.Image:
    """White, size in points."""
    return PillowImage.new("RGB", (round(width * DPI / 72), round(height * DPI / 72)), "white")


def write(
    page: PillowImage.Image, text: str, x: float, y: float, size: float = 12, fill: str = "black"
) -> None:
    """Text with its top left corner at ``x``, ``y``; all in points."""
    font = ImageFont.load_default(size * DPI / 72)
    ImageDraw.Draw(page).text((x * DPI / 72, y * DPI / 72), text, font=font, fill=fill)


def letter(lines: Sequence[str] = LETTER, width: float = 320, height: float = 140) -> Image:
    page = blank_page(width, height)
    for row, line in enumerate(lines):
        write(page, line, 20, 16 + 26 * row)
    return pixels(page)


def pixels(page: PillowImage.Image) -> Image:
    return np.asarray(page.convert("RGB"), dtype=np.uint8)


class DrawnRaster:
    """A page as an image at ``DPI``; counts how often it was drawn."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.drawn = 0

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        assert dpi == DPI
        self.drawn += 1
        turned = np.rot90(self.image, -rotation // 90)
        if area is None:
            return np.ascontiguousarray(turned)
        x0, y0, x1, y1 = (max(0, round(value * DPI / 72)) for value in area)
        return np.ascontiguousarray(turned[y0:y1, x0:x1])
