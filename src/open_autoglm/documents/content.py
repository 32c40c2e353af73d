"""What lies on one page before its structure is understood: glyphs, words, lines, rulings, pictures.

The text layer and OCR both produce this form, so layout, tables and formulas are found by one code
path. Coordinates are points (1/72 inch) on the upright page, origin top left, y downwards.
Plain slotted classes, not validated models: a page holds thousands of glyphs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.model import ReadBy, Table

Image = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""


class Rect(NamedTuple):
    """x0, y0, x1, y1 in points; x0 ≤ x1, y0 ≤ y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def union(self, other: Rect) -> Rect:
        return Rect(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def overlap(self, other: Rect) -> float:
        """Area shared with ``other``, in square points."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return width * height if width > 0 and height > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character of the text layer, as drawn. ``baseline`` is the y of its origin."""

    text: str
    box: Rect
    baseline: float
    font: str
    """The font's base name without its subset tag, for example ``CMMI10``."""
    size: float
    """Points, as drawn: the text matrix applied."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run without spaces. OCR words have no glyphs. CJK text is one word up to the next space."""

    text: str
    box: Rect
    size: float
    font: str = ""
    bold: bool = False
    italic: bool = False
    monospaced: bool = False
    confidence: float = 1.0
    glyphs: tuple[Glyph, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one baseline and belong together, in logical (spoken) order."""

    words: tuple[Word, ...]
    box: Rect
    read_by: ReadBy
    direction: Literal["ltr", "rtl"] = "ltr"
    angle: int = 0
    """Degrees clockwise by which the text is turned on the upright page: 0, 90, 180 or 270."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight drawn line, horizontal or vertical, or the thin side of a filled rectangle."""

    box: Rect
    horizontal: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a raster image or a dense vector drawing lies."""

    box: Rect
    plain: bool = False
    """A shadow or a flat fill: nothing can be read in it."""


@dataclass(slots=True)
class PageContent:
    """Everything found on one upright page. ``lines`` keeps the file's own order until layout."""

    number: int
    width: float
    height: float
    rotation: int = 0
    """Degrees clockwise by which the page was turned to stand upright."""
    lines: list[Line] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    invisible_text: bool = False
    """Most of the text is drawn invisibly (text render mode 3): the OCR layer of a scan."""
    warnings: list[str] = field(default_factory=list)


class PageRaster(Protocol):
    """Draws one page. Pages of a PDF and frames of a picture file both do."""

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        """The page turned clockwise by ``rotation`` degrees; ``area`` is in points of the turned page."""
        ...


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and the place it takes; words inside ``box`` belong to it."""

    box: Rect
    table: Table
    confidence: float
    read_by: ReadBy


@dataclass(frozen=True, slots=True)
class FoundFormula:
    """A formula and the place it takes; glyphs whose centre is inside ``box`` belong to it."""

    box: Rect
    latex: str | None
    raw_text: str
    display: bool
    confidence: float
    read_by: ReadBy
    image_png: bytes | None = None
    note: str | None = None
