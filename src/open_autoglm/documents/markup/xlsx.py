"""XLSX: a page for each sheet, a table for each block of cells, numbers as the sheet shows them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from lxml import etree
from openpyxl.utils.exceptions import InvalidFileException

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markup.archive import check_archive
from open_autoglm.documents.markup.pages import Grid, MarkupFile, PageBuilder
from open_autoglm.documents.model import Page, RegionType, Table
from open_autoglm.errors import DamagedInput, LimitExceeded

_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')

_CURRENCY = re.compile(r"""\[\$([^\]-]+)[^\]]*\]|"([^"]*[$€£¥元][^"]*)"|([$€£¥])""")

Position = tuple[int, int]
"""Row and column, 1-based."""


def open_xlsx(path: Path) -> MarkupFile:
    """Values as last calculated; formulas are not run. Hidden sheets are read and said to be hidden.

    Raises LimitExceeded for too many cells, DamagedInput for a file that can't be read.
    """
    check_archive(path)
    try:
        workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
        pages = [
            _SheetReader(sheet, number, path.name).read()
            for number, sheet in enumerate(workbook.worksheets, 1)
        ]
        title, author = workbook.properties.title, workbook.properties.creator
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, etree.LxmlError) as error:
        raise DamagedInput(
            f"{path.name} is a damaged workbook: {error}.",
            hint="Open it in the program that made it and save it again.",
        ) from error
    if not pages:
        raise DamagedInput(f"{path.name} has no sheets.", hint="Check that it was saved whole.")
    return MarkupFile(pages, title or None, None if author == "openpyxl" else author)


class _SheetReader:
    """One sheet. Blocks of cells that touch, also at a corner, are one table."""

    def __init__(self, sheet: Any, number: int, name: str) -> None:
        self._sheet = sheet
        self._name = name
        self._page = PageBuilder(number)
        self._spans: dict[Position, tuple[int, int]] = {}
        self._covered: dict[Position, Position] = {}

    def read(self) -> Page:
        self._page.add(RegionType.HEADING, self._sheet.title, level=1)
        if self._sheet.sheet_state != "visible":
            self._page.warnings.append(f"Sheet {self._sheet.title!r} is hidden.")
        cells = self._filled_cells()
        self._note_merged(cells)
        for block in _blocks(set(cells) | set(self._covered)):
            self._add_block(block, cells)
        for picture in self._sheet._images:
            self._page.add_picture(picture._data())
        if self._sheet._charts:
            count = len(self._sheet._charts)
            self._page.warnings.append(
                f"Charts are not read ({count} of them); their numbers stand in cells."
            )
        return self._page.page()

    def _filled_cells(self) -> dict[Position, Any]:
        """Cells with a value. The sheet's own dictionary is used: iterating rows makes every empty cell."""
        limit = MarkupLimits().max_table_cells
        cells = {place: cell for place, cell in self._sheet._cells.items() if cell.value not in (None, "")}
        if len(cells) > limit:
            raise LimitExceeded(
                f"Sheet {self._sheet.title!r} of {self._name} has {len(cells):,} cells; "
                f"the limit is {limit:,}.",
                hint="Divide the sheet.",
            )
        return cells

    def _note_merged(self, cells: dict[Position, Any]) -> None:
        limit = MarkupLimits().max_table_cells
        for merged in self._sheet.merged_cells.ranges:
            corner = (merged.min_row, merged.min_col)
            height, width = merged.max_row - merged.min_row + 1, merged.max_col - merged.min_col + 1
            if corner not in cells or height * width + len(self._covered) > limit:
                continue
            self._spans[corner] = (height, width)
            for row in range(merged.min_row, merged.max_row + 1):
                for column in range(merged.min_col, merged.max_col + 1):
                    self._covered[(row, column)] = corner

    def _add_block(self, block: set[Position], cells: dict[Position, Any]) -> None:
        if len(block) == 1:
            (place,) = block
            self._page.add(RegionType.PARAGRAPH, shown(cells[place]))
            return
        self._page.add_table(self._table(block, cells))

    def _table(self, block: set[Position], cells: dict[Position, Any]) -> Table | None:
        top, left = min(row for row, _ in block), min(column for _, column in block)
        bottom, right = max(row for row, _ in block), max(column for _, column in block)
        grid = Grid(self._name)
        headed = _has_header(top, left, right, bottom, cells)
        reach = max(
            (self._spans.get((top, column), (1, 1))[0] for column in range(left, right + 1)), default=1
        )
        for row in range(top, bottom + 1):
            grid.next_row()
            for column in range(left, right + 1):
                place = (row, column)
                if place not in block or self._covered.get(place, place) != place:
                    continue
                height, width = self._spans.get(place, (1, 1))
                grid.cell(
                    shown(cells[place]),
                    column=column - left,
                    row_span=height,
                    column_span=width,
                    header=headed and row < top + reach,
                )
        return grid.table()


def _blocks(filled: set[Position]) -> Iterator[set[Position]]:
    """Groups of cells that touch, from top to bottom and left to right."""
    left = set(filled)
    for start in sorted(filled):
        if start not in left:
            continue
        left.discard(start)
        block, edge = {start}, [start]
        while edge:
            row, column = edge.pop()
            for near in [(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)]:
                if near in left:
                    left.discard(near)
                    block.add(near)
                    edge.append(near)
        yield block


def _has_header(top: int, left: int, right: int, bottom: int, cells: dict[Position, Any]) -> bool:
    """A first row of texts above at least one row."""
    first = [cells[(top, column)].value for column in range(left, right + 1) if (top, column) in cells]
    return bottom > top and bool(first) and all(isinstance(value, str) for value in first)


def shown(cell: Any) -> str:
    """A value the way the sheet shows it, by the common number formats; dates as ISO 8601."""
    value, form = cell.value, str(cell.number_format or "General")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        day = value.time() == datetime.time()
        return value.date().isoformat() if day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, form)
    return str(value)


def _number(value: float, form: str) -> str:
    """ECMA-376 part 1, 18.8.31: digits, thousands, percent, exponents, currency and brackets."""
    sections = form.split(";")
    section = sections[0]
    if value < 0 and len(sections) > 1 and "(" in sections[1]:
        return f"({_number(-value, section)})"
    digits = _QUOTED.sub("", section)
    if not re.search(r"[0#?]", digits):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    text = _digits(value * 100 if "%" in digits else value, digits) + ("%" if "%" in digits else "")
    return _with_currency(text, section)


def _digits(value: float, form: str) -> str:
    places = re.search(r"[.]([0#?]+)", form)
    allowed = len(places[1]) if places else 0
    if "E+" in form.upper():
        return f"{value:.{allowed}E}"
    text = f"{value:{',' if ',' in form else ''}.{allowed}f}"
    needed = len(places[1].rstrip("#?")) if places else 0
    while allowed > needed and text.endswith("0"):
        text, allowed = text[:-1], allowed - 1
    return text.rstrip(".") if "." in text else text


def _with_currency(text: str, section: str) -> str:
    """The symbol a format writes, on the side where it stands: ``"€"``, ``[$€-407]`` or a bare sign."""
    found = _CURRENCY.search(section)
    if found is None:
        return text
    symbol = next(group for group in found.groups() if group).strip()
    first_digit = re.search(r"[0#?]", section)
    if first_digit and found.start() > first_digit.start():
        return f"{text} {symbol}"
    return f"-{symbol}{text[1:]}" if text.startswith("-") else f"{symbol}{text}"
