"""Formulas on a page: display and inline, as LaTeX from glyph positions or a formula model."""

from __future__ import annotations

from open_autoglm.documents.content import FoundFormula, PageContent, PageRaster

__all__ = ["find_formulas"]


def find_formulas(content: PageContent, raster: PageRaster) -> list[FoundFormula]:
    """Every formula on an upright page, boxes never overlapping."""
    del content, raster
    return []
