"""Finds the formulas of a page and reads them."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.content import FoundFormula, Glyph, PageContent, PageRaster, Rect
from open_autoglm.documents.formulas.assemble import assemble
from open_autoglm.documents.formulas.blocks import Block, Row, Tag, number_blocks, part_page
from open_autoglm.documents.formulas.evidence import math_fonts
from open_autoglm.documents.formulas.inline import find_runs
from open_autoglm.documents.formulas.model import FormulaModel
from open_autoglm.documents.formulas.picture import crop, encode_png
from open_autoglm.documents.formulas.scanned import Suspect, find_suspects
from open_autoglm.documents.model import ReadBy

BAR = 0.5
"""Confidence below which the LaTeX is not handed out: the picture and the raw text stand instead."""

SUSPECTED = 0.3
"""Confidence of a place on a scan that only looks like a formula and was not read."""

UNCLEAR = "The formula's structure could not be read with confidence: its picture stands instead."
NO_MODEL = (
    "no formula model installed: this looks like a formula, its picture and the text that OCR made of it "
    "stand instead."
)
MODEL_UNSURE = "The formula model was not certain enough of this picture: the picture stands instead."


def find_formulas(
    content: PageContent, raster: PageRaster, model: FormulaModel | None = None
) -> list[FoundFormula]:
    """Every formula on an upright page, boxes never overlapping, top to bottom.

    ``model`` reads pictures: formulas of scanned pages, and those whose glyphs were not clear.
    """
    fonts = math_fonts(content)
    found = [_of_suspect(suspect, raster, model) for suspect in find_suspects(content)]
    if fonts:
        rows, blocks, tags = part_page(content, fonts)
        numbers = number_blocks(blocks, tags)
        found += [
            _display(block, rows, number, raster, model)
            for block, number in zip(blocks, numbers, strict=True)
        ]
        rules = [ruling.box for ruling in content.rulings if ruling.horizontal]
        for row in rows:
            runs = find_runs(row, rules, fonts)
            found += [_formula(run.glyphs, run.rules, None, raster, model, display=False) for run in runs]
    return _apart(found)


def _display(
    block: Block, rows: Sequence[Row], tag: Tag | None, raster: PageRaster, model: FormulaModel | None
) -> FoundFormula:
    continues = any(
        0 < block.box.y0 - row.baseline < 0.9 * row.size and abs(block.box.x0 - row.box.x0) < 3
        for row in rows
    )
    return _formula(block.glyphs, block.rules, tag, raster, model, display=not continues)


def _formula(
    glyphs: Sequence[Glyph],
    rules: Sequence[Rect],
    tag: Tag | None,
    raster: PageRaster,
    model: FormulaModel | None,
    *,
    display: bool,
) -> FoundFormula:
    boxes = [*(glyph.box for glyph in glyphs), *rules] + ([tag.box] if tag else [])
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    reading = assemble(glyphs, rules)
    raw_text = "".join(glyph.text for glyph in glyphs)
    if reading.confidence >= BAR:
        latex = rf"{reading.latex} \tag{{{tag.label}}}" if tag else reading.latex
        return FoundFormula(box, latex, raw_text, display, reading.confidence, ReadBy.TEXT_LAYER)
    if model is not None:
        return _by_model(box, raw_text, raster, model, display=display)
    png = encode_png(crop(raster, box))
    return FoundFormula(
        box, None, raw_text, display, reading.confidence, ReadBy.TEXT_LAYER, image_png=png, note=UNCLEAR
    )


def _of_suspect(suspect: Suspect, raster: PageRaster, model: FormulaModel | None) -> FoundFormula:
    if model is not None:
        return _by_model(suspect.box, suspect.text, raster, model, display=True)
    png = encode_png(crop(raster, suspect.box))
    return FoundFormula(
        suspect.box, None, suspect.text, True, SUSPECTED, ReadBy.OCR, image_png=png, note=NO_MODEL
    )


def _by_model(
    box: Rect, raw_text: str, raster: PageRaster, model: FormulaModel, *, display: bool
) -> FoundFormula:
    picture = crop(raster, box)
    reading = model.read(picture)
    sure = reading.confidence >= BAR
    return FoundFormula(
        box=box,
        latex=reading.latex if sure else None,
        raw_text=raw_text,
        display=display,
        confidence=reading.confidence,
        read_by=ReadBy.FORMULA_MODEL,
        image_png=None if sure else encode_png(picture),
        note=None if sure else MODEL_UNSURE,
    )


def _apart(found: Sequence[FoundFormula]) -> list[FoundFormula]:
    """Without formulas that lie on a larger one: a glyph belongs to one formula only."""
    kept: list[FoundFormula] = []
    for formula in sorted(found, key=lambda one: one.box.width * one.box.height, reverse=True):
        area = max(formula.box.width * formula.box.height, 1e-6)
        if all(formula.box.overlap(other.box) < 0.2 * area for other in kept):
            kept.append(formula)
    return sorted(kept, key=lambda one: (one.box.y0, one.box.x0))
