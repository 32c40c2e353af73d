"""The document as it was read: pages of regions, each with page, box, type, confidence and origin.

These types are the documented JSON result (``SCHEMA_VERSION``); their JSON schema is generated
into ``docs/``. A change that breaks readers raises the major number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1.0"

LOW_CONFIDENCE = 0.80
"""Below this a region is marked in every output, never hidden."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(_Value):
    """A rectangle on the upright page, in points (1/72 inch), origin top left, y downwards."""

    x0: float
    y0: float
    x1: float
    y1: float


class RegionType(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FORMULA = "formula"
    FIGURE = "figure"
    CAPTION = "caption"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    CODE = "code"


class ReadBy(StrEnum):
    """How the characters of a region were obtained."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    FORMULA_MODEL = "formula_model"
    MARKUP = "markup"
    """From the structure of an office, HTML, CSV or text file: nothing was recognized."""
    NOTHING = "nothing"
    """A picture whose content was not read."""


class TableCell(_Value):
    """One cell of the grid. ``row`` and ``column`` are 0-based and name its top left corner."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(default=1, ge=1)
    column_span: int = Field(default=1, ge=1)
    text: str = ""
    header: bool = False
    box: Box | None = None
    confidence: Confidence = 1.0


class Table(_Value):
    """A grid of cells. Cells never overlap; a position no cell covers is empty."""

    rows: int = Field(ge=1)
    columns: int = Field(ge=1)
    cells: tuple[TableCell, ...]
    caption: str | None = None

    @property
    def has_spans(self) -> bool:
        return any(cell.row_span > 1 or cell.column_span > 1 for cell in self.cells)


class Formula(_Value):
    """A formula. ``latex`` is None when it could not be read: then ``raw_text`` and the picture stand."""

    latex: str | None
    raw_text: str = ""
    display: bool = True


class Region(_Value):
    """One piece of a page in reading order.

    ``text`` is always plain text. ``markdown`` is set where inline markup (formulas as ``$…$``,
    links, emphasis) says more than the plain text. ``image`` is a PNG in base64, for figures and for
    formulas that could not be read. ``note`` is a plain sentence for the reader, for example why a
    formula has no LaTeX.
    """

    id: str
    page: int = Field(ge=1)
    box: Box | None
    type: RegionType
    text: str = ""
    markdown: str | None = None
    confidence: Confidence
    read_by: ReadBy
    level: int | None = Field(default=None, ge=1, le=6)
    """Heading level, or nesting depth of a list item (1 is outermost)."""
    marker: str | None = None
    """A list item's own marker: ``•``, ``1.``, ``(a)``."""
    table: Table | None = None
    formula: Formula | None = None
    image: str | None = None
    note: str | None = None

    @property
    def low_confidence(self) -> bool:
        return self.confidence < LOW_CONFIDENCE


class Page(_Value):
    """One page, sheet or slide; regions in reading order. ``error`` says why a failed page has none."""

    number: int = Field(ge=1)
    width: float
    """Points, of the upright page."""
    height: float
    rotation: int = 0
    """Degrees clockwise by which the page was turned to stand upright: 0, 90, 180 or 270."""
    regions: tuple[Region, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None


class Source(_Value):
    """The file that was read."""

    name: str
    sha256: str
    media_type: str
    size_bytes: int
    page_count: int
    """Pages of the file, also those that were not asked for."""


class Document(_Value):
    """A file as it was read. Pages that failed stay in place with their error."""

    schema_version: str = SCHEMA_VERSION
    source: Source
    title: str | None = None
    """From the file's own metadata; the title on the page is a region."""
    author: str | None = None
    pages: tuple[Page, ...]
    warnings: tuple[str, ...] = ()
