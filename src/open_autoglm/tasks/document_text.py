"""The document as running text that knows its place: passages with page, region and box.

Everything that searches or quotes the document works on these passages, so that whatever is found
can be cited. A paragraph is one passage; every cell of a table is one, labelled by its row and column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from open_autoglm.documents.model import Box, Document, Page, Region, RegionType, Table
from open_autoglm.tasks.document_result import Citation

MAX_TABLE_ROWS = 4
"""Rows of one table shown to the model; what is left out is stated in the text. Digits are tokens of
their own for many models, so that a table costs more than the sentences that explain it."""
MAX_SUM_ROWS = 2

_NOT_RUNNING_TEXT = frozenset({RegionType.HEADER, RegionType.FOOTER, RegionType.FORMULA})
_SUM = re.compile(r"合计|总计|总额|小计|全年|\b(?:total|sum|overall|year)\b", re.I)
_FORMULA_LETTER = re.compile("[\U0001d400-\U0001d7ff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text with one place. ``label`` is what a table says of the cell: ``row / column``."""

    page: int
    region: str
    box: Box | None
    text: str
    type: RegionType
    label: str = ""

    def cite(self, quote: str) -> Citation:
        return Citation(page=self.page, region=self.region, box=self.box, quote=quote)


def passages_of(document: Document) -> tuple[Passage, ...]:
    """Every piece of text in reading order, headers and footers too."""
    return tuple(passage for page in document.pages for passage in _passages_of_page(page))


def _passages_of_page(page: Page) -> Iterator[Passage]:
    for region in page.regions:
        if region.table is not None:
            if region.table.caption:
                yield Passage(page.number, region.id, region.box, region.table.caption, RegionType.CAPTION)
            yield from _cells(region, region.table)
        elif region.text.strip():
            yield Passage(page.number, region.id, region.box, region.text, region.type)


def _cells(region: Region, table: Table) -> Iterator[Passage]:
    head = {cell.column: cell.text.strip() for cell in table.cells if cell.row == 0}
    side = {cell.row: cell.text.strip() for cell in table.cells if cell.column == 0}
    for cell in table.cells:
        if not cell.text.strip():
            continue
        parts = [
            side.get(cell.row, "") if cell.column else "",
            head.get(cell.column, "") if cell.row else "",
        ]
        yield Passage(
            region.page,
            region.id,
            cell.box or region.box,
            cell.text,
            RegionType.TABLE,
            " / ".join(" ".join(part.split()) for part in parts if part),
        )


def running_text(region: Region) -> str:
    """A region as the model reads it: headings marked, tables as lines of cells.

    Left out are headers, footers and formulas: a small model copies their signs instead of saying
    what they mean.
    """
    if region.type in _NOT_RUNNING_TEXT:
        return ""
    if region.table is not None:
        return compact_table(region.table)
    text = _plain_letters(" ".join(region.text.split()))
    if not text:
        return ""
    if region.type is RegionType.TITLE:
        return f"# {text}"
    if region.type is RegionType.HEADING:
        return f"{'#' * ((region.level or 1) + 1)} {text}"
    if region.type is RegionType.LIST_ITEM:
        return f"{region.marker or '-'} {text}"
    return text


def _plain_letters(text: str) -> str:
    """The letters of formulas inside a sentence as plain ones; each would else take several tokens."""
    return _FORMULA_LETTER.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def compact_table(table: Table) -> str:
    """A line for each row. A spanning cell stands at its top left corner only.

    Of a long table its first rows and those that add up are given, and how many are not.
    """
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        if cell.row < table.rows and cell.column < table.columns:
            grid[cell.row][cell.column] = " ".join(cell.text.split())
    rows = list(range(table.rows))
    if table.rows > MAX_TABLE_ROWS:
        sums = [row for row in rows if any(_SUM.search(text) for text in grid[row][:2])][:MAX_SUM_ROWS]
        rows = sorted({*rows[: MAX_TABLE_ROWS - len(sums)], *sums})
    lines = ["; ".join(text for text in grid[row] if text) for row in rows]
    if table.caption:
        lines.insert(0, table.caption)
    if table.rows > len(rows):
        lines.append(f"({table.rows - len(rows)} more rows)")
    return "\n".join(line for line in lines if line)


def document_text(document: Document) -> str:
    """The running text of all pages, for questions about the whole: language, length."""
    return "\n".join(
        text for page in document.pages for region in page.regions if (text := running_text(region))
    )


_HAN_EDGE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_LABEL_START = re.compile(r"\s*[^:：\n]{1,14}[:：]")
WRAPPED_LINE_SHARE = 0.75
"""A line at least this long, measured on the longest of its passage, is taken to run on."""


def unwrapped(text: str) -> str:
    """A passage with the line breaks of typesetting removed and those with meaning kept."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return text.strip()
    full = WRAPPED_LINE_SHARE * max(len(line) for line in lines)
    joined = lines[0]
    for before, line in pairwise(lines):
        if len(before) < full or _LABEL_START.match(line):
            joined += "\n" + line
        elif before.endswith("-") and line[:1].islower():
            joined = joined[:-1] + line
        else:
            both_han = _HAN_EDGE.match(before[-1]) and _HAN_EDGE.match(line[0])
            joined += line if both_han else " " + line
    return joined
