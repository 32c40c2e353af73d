"""PPTX: a page for each slide, with the boxes of its shapes, titles, bullets, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pptx
from lxml import etree
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markup.archive import check_archive
from open_autoglm.documents.markup.office_math import to_latex
from open_autoglm.documents.markup.pages import Grid, Inline, MarkupFile, PageBuilder
from open_autoglm.documents.model import Box, Page, RegionType, Table
from open_autoglm.errors import DamagedInput

_EMU_PER_POINT = 12_700
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_FOOTERS = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE)


def open_pptx(path: Path) -> MarkupFile:
    """Raises LimitExceeded for an archive that unpacks to too much, DamagedInput for a damaged one."""
    check_archive(path)
    try:
        presentation = pptx.Presentation(str(path))
        size = presentation.slide_width or 9_144_000, presentation.slide_height or 6_858_000
        pages = [
            _SlideReader(slide, number, size, path.name).read()
            for number, slide in enumerate(presentation.slides, start=1)
        ]
        properties = presentation.core_properties
        title, author = properties.title or None, properties.author or None
    except (PythonPptxError, BadZipFile, KeyError, ValueError, etree.LxmlError) as error:
        raise DamagedInput(
            f"{path.name} is a damaged presentation: {error}.",
            hint="Open it in the program that made it and save it again.",
        ) from error
    if not pages:
        raise DamagedInput(f"{path.name} has no slides.", hint="Check that it was saved whole.")
    return MarkupFile(pages, title, author)


class _SlideReader:
    """One slide. The title comes first, then shapes from top to bottom and left to right."""

    def __init__(self, slide: Any, number: int, size: tuple[int, int], name: str) -> None:
        self._slide = slide
        self._name = name
        self._page = PageBuilder(number, size[0] / _EMU_PER_POINT, size[1] / _EMU_PER_POINT)
        self._limits = MarkupLimits()

    def read(self) -> Page:
        shapes = list(self._flat(self._slide.shapes, depth=0))
        title = self._slide.shapes.title
        identity = None if title is None else title.shape_id
        shapes.sort(key=lambda shape: (shape.shape_id != identity, _place(shape)))
        for shape in shapes:
            self._add_shape(shape, is_title=shape.shape_id == identity)
        if self._slide.has_notes_slide and self._slide.notes_slide.notes_text_frame is not None:
            notes = self._slide.notes_slide.notes_text_frame.text
            self._page.add(RegionType.FOOTNOTE, notes, note="From the speaker's notes.")
        return self._page.page()

    def _flat(self, shapes: Any, depth: int) -> Iterator[Any]:
        """Shapes with groups opened."""
        for shape in shapes:
            if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < self._limits.max_nesting:
                yield from self._flat(shape.shapes, depth + 1)
            else:
                yield shape

    def _add_shape(self, shape: Any, *, is_title: bool) -> None:
        box = _box(shape)
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if getattr(shape, "has_table", False) and shape.has_table:
            self._page.add_table(self._table(shape.table), box)
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            self._page.add_table(_chart_table(shape.chart, self._name), box)
        elif shape.has_text_frame:
            if is_title or kind in _TITLES:
                text = " ".join(shape.text_frame.text.split())
                self._page.add(RegionType.TITLE if is_title else RegionType.HEADING, text, box=box)
            elif kind in _FOOTERS:
                self._page.add(RegionType.FOOTER, shape.text_frame.text, box=box)
            else:
                self._add_text(shape, box)
        elif shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
            self._add_picture(shape, box)

    def _add_text(self, shape: Any, box: Box | None) -> None:
        counters: dict[int, int] = {}
        for paragraph in shape.text_frame.paragraphs:
            inline = _inline(paragraph._p)
            if inline.only_formula:
                self._page.add_formula(inline.only_formula, inline.text, box)
                continue
            marker = _marker(paragraph, shape, counters)
            facts: dict[str, Any] = {"markdown": inline.markdown}
            if marker is None:
                self._page.add(RegionType.PARAGRAPH, inline.text, box=box, **facts)
            else:
                level = min(paragraph.level + 1, 6)
                self._page.add(
                    RegionType.LIST_ITEM, inline.text, box=box, level=level, marker=marker, **facts
                )

    def _add_picture(self, shape: Any, box: Box | None) -> None:
        described = shape._element.nvPicPr.cNvPr.get("descr", "")
        try:
            data = shape.image.blob
        except (ValueError, KeyError, AttributeError):
            data = b""  # linked, not embedded
        self._page.add_picture(data, described, box)

    def _table(self, table: Any) -> Table | None:
        grid = Grid(self._name)
        for index, row in enumerate(table.rows):
            grid.next_row()
            for column, cell in enumerate(row.cells):
                if not cell.is_spanned:
                    grid.cell(
                        "\n".join(_inline(p._p).text for p in cell.text_frame.paragraphs),
                        column=column,
                        row_span=cell.span_height if cell.is_merge_origin else 1,
                        column_span=cell.span_width if cell.is_merge_origin else 1,
                        header=index == 0 and table.first_row,
                    )
        return grid.table()


def _inline(paragraph: Any) -> Inline:
    inline = Inline()
    for node in paragraph.iter(qn("a:t"), qn("a:br"), qn("m:oMath")):
        if node.tag == qn("m:oMath"):
            inline.add_formula(to_latex(node))
        elif node.tag == qn("a:br"):
            inline.add("\n")
        else:
            inline.add(node.text or "")
    return inline


def _marker(paragraph: Any, shape: Any, counters: dict[int, int]) -> str | None:
    """The bullet or number before a paragraph; body placeholders have bullets unless switched off."""
    properties = paragraph._p.pPr
    numbered = None if properties is None else properties.find(qn("a:buAutoNum"))
    bullet = None if properties is None else properties.find(qn("a:buChar"))
    level = paragraph.level
    for deeper in [known for known in counters if known > level]:
        del counters[deeper]
    if numbered is not None:
        first = numbered.get("startAt", "1")
        start = int(first) if first.isdigit() else 1
        counters[level] = counters.get(level, start - 1) + 1
        return f"{counters[level]}."
    counters.pop(level, None)
    if bullet is not None:
        mark = bullet.get("char", "•")
        return mark if mark.isprintable() and not "\ue000" <= mark <= "\uf8ff" else "•"
    off = properties is not None and properties.find(qn("a:buNone")) is not None
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    inherits = kind in (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT) and not off
    return "•" if inherits and paragraph.text.strip() else None


def _place(shape: Any) -> tuple[float, float]:
    """Row and left edge; tops within a third of an inch stand in one row. Unplaced shapes come last."""
    box = _box(shape)
    return (round(box.y0 / 24), box.x0) if box else (float("inf"), 0.0)


def _box(shape: Any) -> Box | None:
    """Where the shape stands, in points; None where neither it nor its layout says."""
    place = (shape.left, shape.top, shape.width, shape.height)
    if any(length is None for length in place):
        return None
    left, top, width, height = (length / _EMU_PER_POINT for length in place)
    return Box(x0=left, y0=top, x1=left + abs(width), y1=top + abs(height))


def _chart_table(chart: Any, name: str) -> Table | None:
    """A chart as the numbers it draws: a column for each series."""
    try:
        plot = chart.plots[0]
        categories = [str(category) for category in plot.categories]
        series = [(one.name, list(one.values)) for one in plot.series]
    except (KeyError, ValueError, IndexError, AttributeError, NotImplementedError):
        return None
    grid = Grid(name)
    grid.next_row()
    for text in ("", *(label or "" for label, _ in series)):
        grid.cell(text, header=True)
    for index, category in enumerate(categories):
        grid.next_row()
        grid.cell(category)
        for _, values in series:
            value = values[index] if index < len(values) else None
            grid.cell("" if value is None else f"{value:g}")
    title = (
        chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else None
    )
    return grid.table(title)
