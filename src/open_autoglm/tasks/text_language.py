"""Which language a text is in, told by its script: Chinese or English."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["zh", "en"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")

_LETTER = re.compile(r"[^\W\d_]")
_KNOWN_LETTER = re.compile(r"[A-Za-zÀ-ɏ\u3400-\u4dbf\u4e00-\u9fff]")

HAN_SHARE = 0.3
"""One Chinese character carries about as much as 0.6 of a word; names and units stay Latin."""


def language_of(text: str) -> Language:
    """``zh`` when Chinese characters carry a good part of the text, else ``en``."""
    han = len(_HAN.findall(text))
    words = len(_LATIN_WORD.findall(text))
    return "zh" if han and han * 0.6 >= HAN_SHARE * (han * 0.6 + words) else "en"


def is_neither(text: str) -> bool:
    """Whether most letters are neither Latin nor Chinese characters: Arabic, Cyrillic, Hangul …"""
    letters = len(_LETTER.findall(text))
    return letters > 0 and len(_KNOWN_LETTER.findall(text)) * 2 < letters


def is_in(text: str, language: Language) -> bool:
    """Whether prose is written in ``language``. Text without letters belongs to every language."""
    han, words = len(_HAN.findall(text)), len(_LATIN_WORD.findall(text))
    if han + words == 0:
        return True
    if language == "zh":
        return han > words
    # An English sentence may quote a Chinese name.
    return words > 0 and han * 0.6 < 0.5 * words
