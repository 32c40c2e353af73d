"""Finds the formulas of a page and reads them."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.content import FoundFormula, Glyph, PageContent, PageRaster, Rect
from open_autoglm.documents.formulas.assemble import assemble
from open_autoglm.documents.formulas.blocks import Block, Row, Tag, part_page
from open_autoglm.documents.formulas.evidence import math_fonts
from open_autoglm.documents.formulas.inline import find_runs
from open_autoglm.documents.formulas.picture import crop_png
from open_autoglm.documents.model import ReadBy

BAR = 0.5
"""Confidence below which the LaTeX is not handed out: the picture and the raw text stand instead."""


def find_formulas(content: PageContent, raster: PageRaster) -> list[FoundFormula]:
    """Every formula on an upright page, boxes never overlapping."""
    fonts = math_fonts(content)
    if not fonts:
        return []
    rows, blocks, tags = part_page(content, fonts)
    found = [_display(block, rows, tags, raster) for block in blocks]
    rules = [ruling.box for ruling in content.rulings if ruling.horizontal]
    for row in rows:
        for run in find_runs(row, rules, fonts):
            found.append(_formula(run.glyphs, run.rules, None, raster, display=False))
    return _apart(found)


def _display(block: Block, rows: Sequence[Row], tags: Sequence[Tag], raster: PageRaster) -> FoundFormula:
    tag = next(
        (tag for tag in tags if block.box.y0 - 2 < (tag.box.y0 + tag.box.y1) / 2 < block.box.y1 + 2), None
    )
    continues = any(
        0 < block.box.y0 - row.baseline < 0.9 * row.size and abs(block.box.x0 - row.box.x0) < 3
        for row in rows
    )
    return _formula(block.glyphs, block.rules, tag, raster, display=not continues)


def _formula(
    glyphs: Sequence[Glyph], rules: Sequence[Rect], tag: Tag | None, raster: PageRaster, *, display: bool
) -> FoundFormula:
    boxes = [*(glyph.box for glyph in glyphs), *rules] + ([tag.box] if tag else [])
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    reading = assemble(glyphs, rules)
    raw_text = "".join(glyph.text for glyph in glyphs)
    if reading.confidence < BAR:
        return FoundFormula(
            box=box,
            latex=None,
            raw_text=raw_text,
            display=display,
            confidence=reading.confidence,
            read_by=ReadBy.TEXT_LAYER,
            image_png=crop_png(raster, box),
            note="The formula's structure could not be read with confidence: its picture stands instead.",
        )
    latex = rf"{reading.latex} \tag{{{tag.label}}}" if tag else reading.latex
    return FoundFormula(box, latex, raw_text, display, reading.confidence, ReadBy.TEXT_LAYER)


def _apart(found: Sequence[FoundFormula]) -> list[FoundFormula]:
    """Without formulas that lie on a larger one: a glyph belongs to one formula only."""
    kept: list[FoundFormula] = []
    for formula in sorted(found, key=lambda one: one.box.width * one.box.height, reverse=True):
        if all(formula.box.overlap(other.box) < 0.2 * _area(formula.box) for other in kept):
            kept.append(formula)
    return sorted(kept, key=lambda one: (one.box.y0, one.box.x0))


def _area(box: Rect) -> float:
    return max(box.width * box.height, 1e-6)
