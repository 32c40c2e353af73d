"""Which language a text is in, told by its script: Chinese or English."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["zh", "en"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")

_LETTER = re.compile(r"[^\W\d_]")
_KNOWN_LETTER = re.compile(r"[A-Za-zÀ-ɏ\u3400-\u4dbf\u4e00-\u9fff]")

_NAME = re.compile(r"(?=.*[A-Za-z])[\w@%+~-]*[./:_#$=<>-][\w./:@%+~#$=<>-]*")
_FUNCTION_WORD = re.compile(
    r"a|an|the|is|are|was|were|be|it|its|this|that|he|she|they|we|you|of|to|in|on|at|by|for|from|with|and|or|not",
    re.IGNORECASE,
)
"""English that no sentence does without; options such as ``-a`` are no such words."""
_BARE_WORDS = 4

HAN_SHARE = 0.3
"""One Chinese character carries about as much as 0.6 of a word; names and units stay Latin."""
SURE_SHARE = 0.85
"""Beyond it the other language is there for names and quotations only."""


def language_of(text: str) -> Language:
    """``zh`` when Chinese characters carry a good part of the text, else ``en``."""
    han = len(_HAN.findall(text))
    words = len(_LATIN_WORD.findall(text))
    return "zh" if han and han * 0.6 >= HAN_SHARE * (han * 0.6 + words) else "en"


def main_language(text: str, title: str) -> Language:
    """The language a reader would name for a document with running text ``text``.

    The one that carries more than SURE_SHARE of it; between the two, that of the title; without a
    title, that of ``language_of``.
    """
    han = len(_HAN.findall(text)) * 0.6
    share = han / (han + len(_LATIN_WORD.findall(text)) or 1)
    if share > SURE_SHARE:
        return "zh"
    if share < 1 - SURE_SHARE or not _KNOWN_LETTER.search(title):
        return language_of(text)
    return language_of(title)


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


def is_bare(text: str) -> bool:
    """Whether it is a name, a path or a command and no prose: ``/etc/hostname``, ``apt-get update``.

    Such an answer belongs to every language.
    """
    words = text.strip(" .。\"'`").split()
    if not words or len(words) > _BARE_WORDS or _HAN.search(text):
        return False
    prose = any(_FUNCTION_WORD.fullmatch(word) for word in words)
    return len(words) == 1 or (not prose and any(_NAME.fullmatch(word) for word in words))
