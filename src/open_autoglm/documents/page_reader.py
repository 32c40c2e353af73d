"""One page, from what lies on it to regions in reading order."""

from __future__ import annotations

from open_autoglm.documents.content import PageContent, PageRaster
from open_autoglm.documents.formulas import FormulaModel, find_formulas
from open_autoglm.documents.layout.lay_out import lay_out
from open_autoglm.documents.model import Page
from open_autoglm.documents.ocr.picture_text import TextReader
from open_autoglm.documents.ocr.recognize import complete
from open_autoglm.documents.recognition import OcrBackend
from open_autoglm.documents.tables import find_tables


def read_page(
    content: PageContent,
    raster: PageRaster,
    *,
    threads: int = 2,
    ocr_backend: OcrBackend = "onnxruntime",
    formula_model: FormulaModel | None = None,
) -> Page:
    """Complete the text, find tables and formulas, then lay out what remains.

    ``threads`` bounds what recognizing text in pictures may use. ``formula_model`` reads pictures of
    formulas; without one they stay pictures.
    """

    def open_reader() -> TextReader:
        # Most pages have sound text: what recognition needs takes longer to load than they to read.
        from open_autoglm.documents.ocr.models import OcrSettings
        from open_autoglm.documents.ocr.reader import shared_reader

        return shared_reader(OcrSettings(backend=ocr_backend, threads=threads))

    content = complete(content, raster, open_reader)
    tables = find_tables(content, raster)
    formulas = find_formulas(content, raster, formula_model)
    return Page(
        number=content.number,
        width=content.width,
        height=content.height,
        rotation=content.rotation,
        regions=tuple(lay_out(content, tables, formulas)),
        warnings=tuple(content.warnings),
    )
