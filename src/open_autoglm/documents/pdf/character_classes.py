"""Single characters: what a code point in a text layer stands for, and what script it belongs to."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

SOFT_HYPHEN = "\N{SOFT HYPHEN}"

_SYMBOL_BULLETS = {
    0xF0B7: "•",
    0xF0A7: "▪",
    0xF0A8: "▫",
    0xF076: "❖",
    0xF0D8: "➢",
    0xF0FC: "✓",
    0xF0E0: "→",
    0xF0A4: "◉",
    0xF06C: "●",
    0xF06E: "■",
    0xF071: "❑",
    0xF02D: "-",
}
"""Symbol and Wingdings marks that Word and PowerPoint write into the private use area."""

_WINGDINGS = {
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "❑",
    0x75: "◆",
    0x76: "❖",
    0xA7: "▪",
    0xA8: "□",
    0xD8: "➢",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
"""Marks of the Wingdings fonts by their own codes; files seldom map them to Unicode."""

_SAFE_TO_COMPOSE = (
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFB13, 0xFB17),  # Armenian ligatures
    (0xFB1D, 0xFDFF),  # Hebrew and Arabic presentation forms A
    (0xFE70, 0xFEFC),  # Arabic presentation forms B
    (0x2E80, 0x2FD5),  # CJK and Kangxi radicals that fonts map instead of the ideograph
    (0xF900, 0xFAFF),  # CJK compatibility ideographs
)


@cache
def normalize(code: int) -> str:
    """The text a code point stands for; empty for controls. Never changes width forms or mathematics."""
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF):
        return REPLACEMENT
    if code < 0x20 or 0x7F <= code < 0xA0 or code in (0x200B, 0x200C, 0x2060, 0xFEFF):
        return ""
    if code in _SYMBOL_BULLETS:
        return _SYMBOL_BULLETS[code]
    text = chr(code)
    if any(first <= code <= last for first, last in _SAFE_TO_COMPOSE):
        composed = unicodedata.normalize("NFKC", text)
        return composed.strip() or text
    return text


def wingding(code: int) -> str:
    """The mark that a Wingdings font draws for ``code``; "•" for those without a Unicode twin."""
    if 0x100 <= code < 0xE000:  # the file maps it to Unicode after all
        return normalize(code)
    return _WINGDINGS.get(code & 0xFF, "•")


_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def is_private(text: str) -> bool:
    """Whether a character of ``text`` has no meaning outside its font."""
    return _PRIVATE.search(text) is not None


@cache
def is_cjk(char: str) -> bool:
    """Scripts written without spaces between words: Han, kana, and their punctuation and width forms."""
    code = ord(char)
    return (
        0x3000 <= code <= 0x30FF
        or 0x31F0 <= code <= 0x31FF
        or 0x3400 <= code <= 0x4DBF
        or 0x4E00 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


@cache
def is_cjk_punctuation(char: str) -> bool:
    """Full-width punctuation, most of whose square is white."""
    return is_cjk(char) and unicodedata.category(char)[0] == "P"


@cache
def is_right_to_left(char: str) -> bool:
    """Strong right-to-left letters: Hebrew (R) and Arabic (AL) by the Unicode bidirectional classes."""
    return unicodedata.bidirectional(char) in ("R", "AL")
