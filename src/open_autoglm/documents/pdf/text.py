"""The text layer of a PDF page as glyphs, words and lines.

PDFium's own character order is kept: it follows the file and already restores most of what a reader
expects. Calls into PDFium are what costs time here, so fonts, sizes and matrices are asked for once
per text object, boxes once per character, and geometry is done on arrays.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from open_autoglm.documents.content import Glyph, Line, Rect
from open_autoglm.documents.math_fonts import decode
from open_autoglm.documents.pdf.character_classes import normalize, wingding
from open_autoglm.documents.pdf.characters import Character
from open_autoglm.documents.pdf.fonts import Font, FontTable
from open_autoglm.documents.pdf.frame import Frame
from open_autoglm.documents.pdf.lines import build_lines

MAX_CHARACTERS = 200_000
"""Characters of one page read; no page that people read has more."""

_INVISIBLE = 3
"""Text render mode 3: neither filled nor stroked (ISO 32000, 9.3.6)."""

_SPACES = frozenset({0x09, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000})
_LINE_END_HYPHEN = 0x02


@dataclass(slots=True)
class TextLayer:
    """The lines of a page in the file's order, in ``frame``, which is turned if the text ran sideways."""

    frame: Frame
    lines: list[Line]
    invisible: bool
    warnings: list[str]


@dataclass(slots=True)
class _TextObject:
    """What all characters of one text object share."""

    font: Font
    size: float
    direction: tuple[float, float]
    """Writing direction in the PDF's own coordinates."""
    origin: tuple[float, float]
    visible: bool
    sound: bool
    angle: int = 0
    baseline: float = 0.0
    characters: int = 0
    meanings: dict[int, tuple[str, bool]] = field(default_factory=dict)


@dataclass(slots=True)
class _Raw:
    """Characters as PDFium has them: code points, boxes (left, bottom, right, top), text objects."""

    codes: list[int]
    boxes: list[tuple[float, float, float, float]]
    objects: list[_TextObject | None]
    distinct: list[_TextObject]


def read_text_layer(text_page: Any, frame: Frame) -> TextLayer:
    """``text_page`` is a PDFium text page handle; ``frame`` maps the page as the file says it stands."""
    warnings: list[str] = []
    count = pdfium.FPDFText_CountChars(text_page)
    if count > MAX_CHARACTERS:
        warnings.append(f"The page has {count:,} characters; the first {MAX_CHARACTERS:,} were read.")
        count = MAX_CHARACTERS
    raw = _read(text_page, count)
    drawn = raw.distinct
    hidden = sum(item.characters for item in drawn if not item.visible)
    invisible = 2 * hidden > sum(item.characters for item in drawn)
    frame = frame.turn(_sideways(drawn, frame))
    _place(drawn, frame)
    lines = build_lines(_characters(raw, frame))
    return TextLayer(frame, lines, invisible, warnings)


def _read(text_page: Any, count: int) -> _Raw:
    fonts = FontTable()
    codes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    objects: list[_TextObject | None] = []
    known: dict[int, _TextObject] = {}
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    at = [ctypes.byref(value) for value in (left, right, bottom, top)]
    get_unicode, get_box = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharBox
    get_object, address_of = pdfium.FPDFText_GetTextObject, ctypes.addressof
    for index in range(count):
        code = get_unicode(text_page, index)
        handle = get_object(text_page, index)
        if not handle:  # PDFium's own space or line end: nothing is drawn there
            codes.append(code)
            boxes.append((0.0, 0.0, 0.0, 0.0))
            objects.append(None)
            continue
        address = address_of(handle.contents)
        item = known.get(address)
        if item is None:
            item = known[address] = _text_object(text_page, index, handle, fonts)
        get_box(text_page, index, *at)
        codes.append(code)
        boxes.append((left.value, bottom.value, right.value, top.value))
        objects.append(item)
        item.characters += 1
    return _Raw(codes, boxes, objects, list(known.values()))


def _text_object(text_page: Any, index: int, handle: Any, fonts: FontTable) -> _TextObject:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix))
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, index, ctypes.byref(x), ctypes.byref(y))
    size = pdfium.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
    length = math.hypot(matrix.a, matrix.b) or 1.0
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    return _TextObject(
        font=fonts.of(handle, stroked=mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE),
        size=abs(size) or 1.0,
        direction=(matrix.a / length, matrix.b / length),
        origin=(x.value, y.value),
        visible=mode != _INVISIBLE,
        sound=pdfium.FPDFText_HasUnicodeMapError(text_page, index) != 1,
    )


def _sideways(drawn: list[_TextObject], frame: Frame) -> int:
    """Degrees clockwise that make most characters of the page stand upright."""
    counts = {0: 0, 90: 0, 180: 0, 270: 0}
    for item in drawn:
        counts[_angle(item.direction, frame)] += item.characters
    angle = max(counts, key=lambda degrees: counts[degrees])
    if angle == 0 or counts[angle] <= 0.6 * sum(counts.values()):
        return 0
    return (360 - angle) % 360


def _angle(direction: tuple[float, float], frame: Frame) -> int:
    """The quarter turn, clockwise on the page, nearest to the writing direction."""
    dx = frame.a * direction[0] + frame.c * direction[1]
    dy = frame.b * direction[0] + frame.d * direction[1]
    return round(math.degrees(math.atan2(dy, dx)) / 90) % 4 * 90


def _place(drawn: list[_TextObject], frame: Frame) -> None:
    """Angle and baseline of each text object in the final frame."""
    for item in drawn:
        item.angle = _angle(item.direction, frame)
        x, y = frame.point(*item.origin)
        item.baseline = y if item.angle in (0, 180) else x


def _characters(raw: _Raw, frame: Frame) -> list[Character]:
    if not raw.codes:
        return []
    boxes = frame.rects(np.asarray(raw.boxes, dtype=np.float64)).round(3).tolist()
    characters: list[Character] = []
    width, height = frame.width, frame.height
    high = 0
    for code, (x0, y0, x1, y1), item in zip(raw.codes, boxes, raw.objects, strict=True):
        if item is None:
            if code in (0x0A, 0x0D):
                characters.append(Character("\n"))
            elif code in _SPACES:
                characters.append(Character(" "))
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code, high = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), 0
        # A space that PDFium made up has no width; one that a math font draws is a code of its own.
        if x1 <= x0 and code in _SPACES:
            characters.append(Character(" ", None, item.font, item.angle, drawn=(x0, x1)))
            continue
        meaning = item.meanings.get(code)
        if meaning is None:
            meaning = item.meanings[code] = _meaning(code, item)
        text, sound = meaning
        if text == " ":
            characters.append(Character(" ", None, item.font, item.angle, drawn=(x0, x1)))
            continue
        if x1 < 0 or y1 < 0 or x0 > width or y0 > height:
            continue
        if not text:
            continue
        box = Rect(x0, y0, x1, y1)
        glyph = Glyph(text, box, item.baseline, item.font.name, item.size)
        characters.append(Character(text, glyph, item.font, item.angle, sound))
    return characters


def _meaning(code: int, item: _TextObject) -> tuple[str, bool]:
    """What the font of ``item`` draws for a code, and whether that is certain."""
    decoded = decode(code, item.font.name, sound=item.sound)
    if decoded is not None:
        return decoded, True
    if code in _SPACES:
        return " ", item.sound
    if item.font.wingdings:
        return wingding(code), item.sound
    return "-" if code == _LINE_END_HYPHEN else normalize(code), item.sound
