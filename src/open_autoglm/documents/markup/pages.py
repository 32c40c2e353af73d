"""Pages from structure that a file states itself: office, HTML, Markdown, CSV and text files."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markdown import escape
from open_autoglm.documents.model import Box, Formula, Page, ReadBy, Region, RegionType, Table, TableCell
from open_autoglm.errors import LimitExceeded

A4 = (595.0, 842.0)
"""Points. Files without pages of their own are given this size."""

_URL_SAFE = "/:?#[]@!$&'*+,;=%~-._"


class PageBuilder:
    """Collects the regions of one page in reading order."""

    def __init__(self, number: int, width: float = A4[0], height: float = A4[1]) -> None:
        self.number = number
        self._size = (width, height)
        self._regions: list[Region] = []
        self.warnings: list[str] = []

    def __len__(self) -> int:
        return len(self._regions)

    def add(self, type_: RegionType, text: str = "", *, box: Box | None = None, **facts: Any) -> None:
        """Append a region; ``facts`` are further fields of Region. Empty text alone adds nothing."""
        text = text.strip("\n") if type_ in (RegionType.CODE, RegionType.TABLE) else text.strip()
        if not (text or facts.get("table") or facts.get("formula") or type_ is RegionType.FIGURE):
            return
        if facts.get("markdown") == text:
            facts.pop("markdown")
        facts.setdefault("read_by", ReadBy.MARKUP)
        self._regions.append(
            Region(
                id=f"p{self.number}r{len(self._regions) + 1}",
                page=self.number,
                box=box,
                type=type_,
                text=text,
                confidence=1.0,
                **facts,
            )
        )

    def add_table(self, table: Table | None, box: Box | None = None) -> None:
        if table is not None:
            self.add(RegionType.TABLE, table_text(table), box=box, table=table)

    def add_formula(self, latex: str, raw_text: str, box: Box | None = None) -> None:
        self.add(
            RegionType.FORMULA, raw_text or latex, box=box, formula=Formula(latex=latex, raw_text=raw_text)
        )

    def add_picture(self, data: bytes, description: str = "", box: Box | None = None) -> None:
        """A figure; ``data`` is any picture format Pillow reads, kept as a small PNG."""
        image = small_png(data)
        note = None if image else "The picture could not be drawn."
        self.add(RegionType.FIGURE, description, box=box, image=image, note=note, read_by=ReadBy.NOTHING)

    def page(self) -> Page:
        width, height = self._size
        return Page(
            number=self.number,
            width=width,
            height=height,
            regions=tuple(self._regions),
            warnings=tuple(self.warnings),
        )


@dataclass(frozen=True, slots=True)
class MarkupFile:
    """A file whose pages are all known once it is open."""

    pages: Sequence[Page]
    title: str | None = None
    author: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def page_count(self) -> int:
        return len(self.pages)

    def read_page(self, number: int, threads: int = 1) -> Page:
        del threads  # nothing is recognized
        return self.pages[number - 1]

    def draw_page(self, number: int, rotation: int, dpi: float) -> None:
        """Structure without an appearance: there is nothing to draw."""
        del number, rotation, dpi


def table_text(table: Table) -> str:
    """Rows as lines, cells parted by tabs."""
    rows: dict[int, list[str]] = {}
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(" ".join(cell.text.split()))
    return "\n".join("\t".join(cells) for _, cells in sorted(rows.items()))


class Grid:
    """Builds a Table cell by cell, the way HTML does: each cell takes the next free place of its row.

    Spans that would overlap or leave the limits are cut to what is free
    (HTML Living Standard, "forming a table").
    """

    def __init__(self, name: str, limits: MarkupLimits | None = None) -> None:
        self._name = name
        self._limits = limits or MarkupLimits()
        self._taken: set[tuple[int, int]] = set()
        self._cells: list[TableCell] = []
        self._row = -1
        self._column = 0
        self._columns = 0

    def next_row(self) -> None:
        self._row += 1
        self._column = 0
        if self._row >= self._limits.max_table_rows:
            raise self._too_large(f"more than {self._limits.max_table_rows:,} rows")

    def cell(
        self,
        text: str,
        *,
        column: int | None = None,
        row_span: int = 1,
        column_span: int = 1,
        header: bool = False,
    ) -> None:
        """Put a cell at ``column`` of this row, or, without one, at the next free place."""
        if column is not None:
            self._column = max(self._column, column)
        while (self._row, self._column) in self._taken:
            self._column += 1
        width = 1
        while width < min(column_span, 1000) and (self._row, self._column + width) not in self._taken:
            width += 1
        height = max(1, min(row_span, self._limits.max_table_rows))
        if self._column + width > self._limits.max_table_columns:
            raise self._too_large(f"more than {self._limits.max_table_columns:,} columns")
        if len(self._taken) + width * height > self._limits.max_table_cells:
            raise self._too_large(f"more than {self._limits.max_table_cells:,} cells")
        self._taken.update(
            (self._row + down, self._column + across) for down in range(height) for across in range(width)
        )
        self._cells.append(
            TableCell(
                row=self._row,
                column=self._column,
                row_span=height,
                column_span=width,
                text=text.strip(),
                header=header,
            )
        )
        self._column += width
        self._columns = max(self._columns, self._column)

    def table(self, caption: str | None = None) -> Table | None:
        """The table; None when it has no cell. Rows that only spans reach into are cut off."""
        if not self._cells:
            return None
        rows = self._row + 1
        cells = tuple(
            cell
            if cell.row + cell.row_span <= rows
            else cell.model_copy(update={"row_span": rows - cell.row})
            for cell in self._cells
        )
        return Table(rows=rows, columns=self._columns, cells=cells, caption=caption or None)

    def _too_large(self, what: str) -> LimitExceeded:
        return LimitExceeded(f"A table in {self._name} has {what}.", hint="Divide the table.")


def table_from_rows(rows: Iterable[Sequence[str]], name: str, *, header: bool) -> Table | None:
    """A plain grid; with ``header`` the first row is one."""
    grid = Grid(name)
    for index, row in enumerate(rows):
        grid.next_row()
        for text in row:
            grid.cell(text, header=header and index == 0)
    return grid.table()


_PICTURE_SIDE = 1000
_MAX_PIXELS = 60_000_000


def small_png(data: bytes) -> str | None:
    """Base64 of a PNG at most 1,000 pixels wide and high; None for what Pillow can't draw."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > MarkupLimits().max_image_bytes * 8:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as image:
            if image.width * image.height > _MAX_PIXELS:
                return None
            image.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
            out = io.BytesIO()
            image.convert("RGBA" if "A" in image.getbands() else "RGB").save(out, "PNG", optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    return base64.b64encode(out.getvalue()).decode("ascii")


class Inline:
    """A run of text with formulas and links in it, as plain text and as Markdown at once."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._markdown: list[str] = []
        self.formulas: list[str] = []

    def add(self, text: str) -> None:
        self._text.append(text)
        self._markdown.append(escape(text))

    def add_formula(self, latex: str) -> None:
        if latex:
            self.formulas.append(latex)
            self._text.append(latex)
            self._markdown.append(f"${latex}$")

    def add_link(self, text: str, target: str) -> None:
        """Only addresses that can do no harm in a browser become links."""
        self._text.append(text)
        safe = target.lower().startswith(("http://", "https://", "mailto:")) and text.strip()
        self._markdown.append(f"[{escape(text)}]({quote(target, safe=_URL_SAFE)})" if safe else escape(text))

    @property
    def text(self) -> str:
        return "".join(self._text).strip()

    @property
    def markdown(self) -> str | None:
        """None where it says no more than the text."""
        said = "".join(self._markdown).strip()
        return said if said != escape(self.text) else None

    @property
    def only_formula(self) -> str | None:
        """The formula when nothing but one formula (and punctuation) stands here."""
        rest = self.text.replace(self.formulas[0], "", 1) if len(self.formulas) == 1 else "x"
        return self.formulas[0] if not rest.strip(" .,;\u3000") else None
