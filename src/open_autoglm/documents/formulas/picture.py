"""The picture of a formula, for a formula model and for readers where its LaTeX is missing."""

from __future__ import annotations

import io

from PIL import Image as PillowImage

from open_autoglm.documents.content import Image, PageRaster, Rect

DPI = 200.0
MARGIN = 3.0
"""Points around the formula."""


def crop(raster: PageRaster, box: Rect) -> Image:
    """The area of ``box`` on the upright page, RGB at ``DPI``."""
    area = Rect(max(0.0, box.x0 - MARGIN), max(0.0, box.y0 - MARGIN), box.x1 + MARGIN, box.y1 + MARGIN)
    return raster.render(DPI, area=area)


def encode_png(picture: Image) -> bytes:
    """``picture`` as a PNG file."""
    png = io.BytesIO()
    PillowImage.fromarray(picture).save(png, format="PNG", optimize=True)
    return png.getvalue()
