"""Glyphs, lines and pages made by hand, where a test needs geometry that no file is wanted for."""

from __future__ import annotations

import numpy as np

from open_autoglm.documents.content import Glyph, Image, Line, PageContent, Rect, Word
from open_autoglm.documents.model import ReadBy

SIZE = 10.0


def glyph(text: str, x: float, baseline: float, *, font: str = "CMMI10", size: float = SIZE) -> Glyph:
    """A glyph half as wide as its size, 0.7 above its baseline."""
    return Glyph(text, Rect(x, baseline - 0.7 * size, x + 0.5 * size, baseline), baseline, font, size)


def row(text: str, x: float, baseline: float, *, font: str = "CMMI10", size: float = SIZE) -> list[Glyph]:
    """Glyphs side by side, half a font size apart."""
    return [
        glyph(char, x + 0.5 * size * index, baseline, font=font, size=size) for index, char in enumerate(text)
    ]


def line(glyphs: list[Glyph]) -> Line:
    """One line of one word."""
    box = glyphs[0].box
    for one in glyphs[1:]:
        box = box.union(one.box)
    word = Word("".join(one.text for one in glyphs), box, SIZE, glyphs[0].font, glyphs=tuple(glyphs))
    return Line((word,), box, ReadBy.TEXT_LAYER)


def ocr_line(text: str, box: Rect, confidence: float = 0.7) -> Line:
    """A line as OCR returns it: words without glyphs."""
    words = tuple(Word(part, box, box.height, confidence=confidence) for part in text.split())
    return Line(words, box, ReadBy.OCR)


def page(*lines: Line) -> PageContent:
    return PageContent(number=1, width=600, height=800, lines=list(lines))


class BlankRaster:
    """A page with one dark bar in every area asked for."""

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        del rotation
        area = area or Rect(0, 0, 600, 800)
        picture = np.full((int(area.height * dpi / 72), int(area.width * dpi / 72), 3), 255, np.uint8)
        picture[5:10, 5:-5] = 0
        return picture
