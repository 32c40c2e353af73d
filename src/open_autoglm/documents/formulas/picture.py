"""The picture of a formula, for readers where its LaTeX is missing."""

from __future__ import annotations

import io

from PIL import Image as PillowImage

from open_autoglm.documents.content import PageRaster, Rect

DPI = 200.0
MARGIN = 3.0
"""Points around the formula."""


def crop_png(raster: PageRaster, box: Rect) -> bytes:
    """The area of ``box`` on the upright page as PNG at ``DPI``."""
    area = Rect(max(0.0, box.x0 - MARGIN), max(0.0, box.y0 - MARGIN), box.x1 + MARGIN, box.y1 + MARGIN)
    picture = io.BytesIO()
    PillowImage.fromarray(raster.render(DPI, area=area)).save(picture, format="PNG", optimize=True)
    return picture.getvalue()
