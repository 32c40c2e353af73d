"""Completes a page: where the text layer is missing or broken, OCR reads the picture instead."""

from __future__ import annotations

from open_autoglm.documents.content import PageContent, PageRaster
from open_autoglm.documents.ocr import READING_DPI, OcrReader, shared_reader
from open_autoglm.documents.ocr_models import OcrSettings


def complete(content: PageContent, raster: PageRaster, reader: OcrReader | None = None) -> PageContent:
    """The same page with every readable region as lines, turned upright."""
    if content.lines:
        return content
    reader = reader or shared_reader(OcrSettings())
    text = reader.read(raster.render(READING_DPI, rotation=content.rotation), READING_DPI)
    content.lines = text.lines
    if text.turn:
        content.rotation = (content.rotation + text.turn) % 360
        if text.turn != 180:
            content.width, content.height = content.height, content.width
    return content
