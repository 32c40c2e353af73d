"""Fonts of a PDF page: base name and style, asked for once per font."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")
_BOLD = re.compile(r"bold|black|heavy|demi|^CMBX|^CMSSBX|-Bd|NimbusRomNo9L-Medi", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|slanted|^CMTI|^CMSL|^CMMI", re.IGNORECASE)
_MONOSPACED = re.compile(
    r"mono(?!type)|courier|consol|menlo|typewriter|^CMTT|NimbusMonL|inconsolata", re.IGNORECASE
)
_WINGDINGS = re.compile(r"wingdings|webdings", re.IGNORECASE)
_FIXED_PITCH_FLAG, _ITALIC_FLAG, _FORCE_BOLD_FLAG = 1 << 0, 1 << 6, 1 << 18  # ISO 32000, table 121


@dataclass(frozen=True, slots=True)
class Font:
    """``name`` is the base name without its subset tag."""

    name: str = ""
    bold: bool = False
    italic: bool = False
    monospaced: bool = False
    wingdings: bool = False


class FontTable:
    """The fonts met on one page, by PDFium's handle."""

    def __init__(self) -> None:
        self._known: dict[int, Font] = {}

    def of(self, text_object: Any, *, stroked: bool = False) -> Font:
        """The font of a text object. ``stroked``: filled and outlined, the usual imitation of bold."""
        handle = pdfium.FPDFTextObj_GetFont(text_object)
        if not handle:
            return Font("")
        address = ctypes.addressof(handle.contents)
        font = self._known.get(address)
        if font is None:
            font = _read_font(handle)
            if not font.name:
                # Browsers print fonts without a name; which glyphs share one still tells math from prose.
                font = replace(font, name=f"unnamed-{len(self._known) + 1}")
            self._known[address] = font
        return replace(font, bold=True) if stroked and not font.bold else font


def _read_font(handle: Any) -> Font:
    buffer = ctypes.create_string_buffer(256)
    length = pdfium.FPDFFont_GetBaseFontName(handle, buffer, 256)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= 256 else ""
    name = _SUBSET_TAG.sub("", name)
    flags = max(0, pdfium.FPDFFont_GetFlags(handle))
    return Font(
        name=name,
        bold=bool(_BOLD.search(name)) or bool(flags & _FORCE_BOLD_FLAG),
        italic=bool(_ITALIC.search(name)) or bool(flags & _ITALIC_FLAG),
        monospaced=bool(_MONOSPACED.search(name)) or bool(flags & _FIXED_PITCH_FLAG),
        wingdings=bool(_WINGDINGS.search(name)),
    )
