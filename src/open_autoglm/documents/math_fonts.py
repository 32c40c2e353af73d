"""What the codes of TeX's math fonts mean, for files whose character map is missing or wrong.

PDFium maps a glyph by its name where the Adobe Glyph List knows it and otherwise hands out the raw
code. Encodings: OMS, OMX and OML of The TeXbook, appendix F; msam and msbm of the AMS fonts.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Family(Enum):
    """What kind of font a formula's glyph comes from."""

    ITALIC = "math italic"
    SYMBOLS = "math symbols"
    EXTENSION = "math extension"
    AMS_A = "msam"
    AMS_B = "msbm"
    CALLIGRAPHIC = "calligraphic"
    FRAKTUR = "fraktur"
    UNICODE = "Unicode math"
    TEXT = "text"


_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), family)
    for pattern, family in (
        (r"^(cmmi|lmmathitalic|eur[mb]|r?n?txb?mi|r?pxb?mi|(mathjax|katex)_math)", Family.ITALIC),
        (r"^(cmsy|cmbsy|lmmathsymbols|n?txsy|n?txbsy|pxsy|mathjax_size0)", Family.SYMBOLS),
        (r"^(cmex|euex|lmmathextension|n?txex|pxex)", Family.EXTENSION),
        (r"^(msam|n?txsya|pxsya)", Family.AMS_A),
        (r"^(msbm|n?txsyb|pxsyb)", Family.AMS_B),
        (r"^(rsfs|eusm|eusb|mathjax_(script|caligraphic)|katex_(script|caligraphic))", Family.CALLIGRAPHIC),
        (r"^(eufm|eufb|mathjax_fraktur|katex_fraktur)", Family.FRAKTUR),
        (r"math", Family.UNICODE),
    )
)  # fmt: skip
# txsya and txsyb begin like txsy: the longer names are asked first.
_ORDER = sorted(_FAMILIES, key=lambda entry: entry[1] not in (Family.AMS_A, Family.AMS_B))


@lru_cache(1024)
def family_of(font: str) -> Family:
    """The family a base font name belongs to; Family.TEXT when it says nothing about math."""
    for pattern, family in _ORDER:
        if pattern.search(font):
            return family
    return Family.TEXT


def is_bold(font: str) -> bool:
    return (
        bool(re.match(r"(cmmib|cmbsy|eurb|eusb|eufb|rtxbmi)", font, re.IGNORECASE)) or "bold" in font.lower()
    )


_SYMBOLS = (
    "−·×∗÷⋄±∓⊕⊖⊗⊘⊙◯∘•≍≡⊆⊇≤≥⪯⪰∼≈⊂⊃≪≫≺≻←→↑↓↔↗↘≃⇐⇒⇑⇓⇔↖↙∝′∞∈∋△▽\u0338↦∀∃¬∅ℜℑ⊤⊥ℵ"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ∪∩⊎∧∨⊢⊣⌊⌋⌈⌉{}⟨⟩|∥↕⇕∖≀√⨿∇∫⊔⊓⊑⊒§†‡¶♣♦♥♠"
)

_EXTENSION = (
    "()[]⌊⌋⌈⌉{}⟨⟩|‖/\\()()[]⌊⌋⌈⌉{}⟨⟩/\\()[]⌊⌋⌈⌉{}⟨⟩/\\/\\⎛⎞⎡⎤⎣⎦⎢⎥⎧⎫⎩⎭⎨⎬⎪⏐⎝⎠⎜⎟⟨⟩⨆⨆∮∮⨀⨀⨁⨁⨂⨂"
    "∑∏∫⋃⋂⨄⋀⋁∑∏∫⋃⋂⨄⋀⋁∐∐ˆˆˆ˜˜˜[]⌊⌋⌈⌉{}√√√√√√√‖↑↓⏞⏞⏟⏟⇑⇓"
)

_AMS_A = {
    0x03: "□", 0x04: "■", 0x0D: "⊩", 0x0F: "⊨", 0x20: "⇝", 0x26: "≳", 0x29: "∴", 0x2A: "∵",
    0x2C: "≜", 0x2E: "≲", 0x35: "≦", 0x36: "⩽", 0x3D: "≧", 0x3E: "⩾", 0x58: "✓", 0x7B: "∁",
}  # fmt: skip

_AMS_B = {
    0x02: "≰", 0x03: "≱", 0x04: "≮", 0x05: "≯", 0x28: "⊊", 0x29: "⊋", 0x2A: "⊈", 0x2C: "∦",
    0x2D: "∤", 0x39: "↛", 0x3F: "∅", 0x40: "∄", 0x66: "℧", 0x67: "ð", 0x69: "ℶ", 0x6A: "ℷ",
    0x6B: "ℸ", 0x6E: "⋉", 0x6F: "⋊", 0x72: "∖", 0x7A: "ϝ", 0x7B: "ϰ", 0x7D: "ℏ", 0x7E: "ℏ",
}  # fmt: skip

_SYMBOLS_C = re.compile("[np]?[tp]xb?syc", re.IGNORECASE)
_TX_SYMBOLS_C = {0x2C: "≠"}
"""The third symbol font of txfonts: what is not listed is unknown and says so."""

_MULTIPLE_INTEGRALS = re.compile("n?txexa", re.IGNORECASE)

_TX_EXTENSION = {0x21: "∬", 0x22: "∬", 0x23: "∭", 0x24: "∭"}
"""Multiple integrals of txexa (text and display size)."""

_ADOBE_PIECES = {
    0xF8EB: "⎛", 0xF8EC: "⎜", 0xF8ED: "⎝", 0xF8EE: "⎡", 0xF8EF: "⎢", 0xF8F0: "⎣",
    0xF8F1: "⎧", 0xF8F2: "⎨", 0xF8F3: "⎩", 0xF8F4: "⎪", 0xF8F5: "⎮", 0xF8F6: "⎞",
    0xF8F7: "⎟", 0xF8F8: "⎠", 0xF8F9: "⎤", 0xF8FA: "⎥", 0xF8FB: "⎦", 0xF8FC: "⎫",
    0xF8FD: "⎬", 0xF8FE: "⎭",
}  # fmt: skip
"""Private codes of the Adobe Glyph List for the pieces of large delimiters."""

_KEPT_SYMBOLS = frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZ{}|\\"))
"""Printable ASCII whose name is in the Adobe Glyph List: in a symbol font it means itself."""


@lru_cache(4096)
def decode(code: int, font: str, *, sound: bool) -> str | None:
    """The Unicode character of a glyph, None where ``code`` already is the right code point.

    ``sound`` says that the file maps the glyph to Unicode itself; only then is an extension font's
    ``(`` a parenthesis and not the code of a brace.
    """
    family = family_of(font)
    if family is Family.TEXT or family is Family.UNICODE:
        return _ADOBE_PIECES.get(code)
    if code in _ADOBE_PIECES:
        return _ADOBE_PIECES[code]
    if family is Family.ITALIC:
        return _ITALIC.get(code)
    if _SYMBOLS_C.match(font):
        return _TX_SYMBOLS_C.get(code, REPLACEMENT)
    if family is Family.SYMBOLS:
        return None if code > 0x7F or code == 0x20 or code in _KEPT_SYMBOLS else _SYMBOLS[code]
    if sound and code > 0x20:
        return None
    base = _base_code(code)
    if family is Family.EXTENSION:
        if _MULTIPLE_INTEGRALS.match(font):
            return _TX_EXTENSION.get(base)
        return _EXTENSION[base] if base <= 0x7F else None
    return {Family.AMS_A: _AMS_A, Family.AMS_B: _AMS_B}.get(family, {}).get(base)


def _base_code(code: int) -> int:
    """Some Type 1 versions repeat the codes 0 to 32 and 127 from 161 on, out of the control range."""
    if 0xA1 <= code <= 0xAA:
        return code - 0xA1
    if 0xAD <= code <= 0xC3:
        return code - 0xAD + 0x0A
    return 0x7F if code == 0xC4 else code


_ITALIC = {ord(code): char for code, char in {"?": "⋆", "^": "⌣", "~": "⃗", "µ": "μ", "∗": "⋆"}.items()}
