"""Tells pictures in which nothing can be read, such as shadows and flat fills, at almost no cost.

Drawing a page to look for text in its pictures can take longer than everything else. A picture stored
in a few hundred bytes is worth a look of its own first: it is drawn alone, at screen resolution.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from open_autoglm.documents.content import Rect

FEW_BYTES = 400
"""Stored size under which a picture is looked at; a line of print takes more, save in a soft mask."""

EDGE = 64
"""Gray levels between neighboring pixels, of 255, from which on something may be printed or drawn."""

MAX_POINTS = 2_000_000.0
"""Area of the picture as placed, in square points, up to which it is drawn: one pixel each."""

MAX_PIXELS = 4_000_000
"""Of the picture as stored: a few hundred bytes can unfold into far more."""


def is_plain(page: pypdfium2.PdfPage, image: Any, box: Rect) -> bool:
    """Whether the image object, placed at ``box`` before clipping, has no edge as sharp as print has."""
    if pdfium.FPDFImageObj_GetImageDataRaw(image, None, 0) >= FEW_BYTES:
        return False
    stored = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(image, page.raw, ctypes.byref(stored)):
        return False
    if stored.width * stored.height > MAX_PIXELS or box.width * box.height > MAX_POINTS:
        return False
    gray = _draw(page, image)
    if gray is None:
        return False
    return all(
        change.size == 0 or int(np.abs(change).max()) < EDGE
        for change in (np.diff(gray, axis=0), np.diff(gray, axis=1))
    )


def _draw(page: pypdfium2.PdfPage, image: Any) -> NDArray[np.int16] | None:
    """Gray levels on white paper, masks applied; None where PDFium can't draw it alone."""
    bitmap = pdfium.FPDFImageObj_GetRenderedBitmap(page.pdf.raw, page.raw, image)
    if not bitmap:
        return None
    try:
        if pdfium.FPDFBitmap_GetFormat(bitmap) != pdfium.FPDFBitmap_BGRA:
            return None
        height, stride = pdfium.FPDFBitmap_GetHeight(bitmap), pdfium.FPDFBitmap_GetStride(bitmap)
        buffer = ctypes.cast(
            pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte * (height * stride))
        )
        rows = np.frombuffer(buffer.contents, dtype=np.uint8).reshape(height, stride // 4, 4)
        pixels = rows[:, : pdfium.FPDFBitmap_GetWidth(bitmap)].astype(np.int32)
        opacity = pixels[..., 3]
        gray = (pixels[..., 0] + pixels[..., 1] * 2 + pixels[..., 2]) // 4
        return (255 - opacity + gray * opacity // 255).astype(np.int16)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
