"""Judges whether the text layer says what the page shows, line by line.

``BROKEN`` is what no reader could use. ``SUSPECT`` is odd enough to be compared with what OCR sees
before it is believed or replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import Enum
from functools import lru_cache

from open_autoglm.documents.content import Line
from open_autoglm.documents.math_fonts import Family, family_of
from open_autoglm.documents.model import LOW_CONFIDENCE

BROKEN_SHARE = 0.2
"""Share of unusable characters at which a line is broken. A lone bullet or sign is not a broken line."""
MIXED_SHARE = 0.3
"""Share of words that mix scripts no language mixes, at which a line is suspect."""
LATIN_1_SHARE = 0.4
"""Share of Latin-1 letters among all letters: Chinese read in the wrong encoding looks like this."""
VOWEL_SHARE = 0.25
"""Share of vowels among a page's ASCII letters below which the encoding may be shifted."""
FEW = 6
MANY = 60
"""Letters of a line, and of a page, needed before a share of them means anything."""

_GLYPH_NAME = re.compile(r"\(cid:\d+\)|/g\d+|/[CG]\d{2,}|/uni[0-9A-F]{4}|glyph\d+")
_SUSPICIOUS = re.compile("[\N{REPLACEMENT CHARACTER}(/]|glyph")
"""What unusable text or the name of a glyph has in it."""
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile(r"[A-Za-z]{4,}")
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "LATIN", "FULLWIDTH"})
_READABLE = _EAST_ASIAN - {"HANGUL"}
"""Scripts that recognition can read; text in others is never replaced by it."""


class Soundness(Enum):
    SOUND = "sound"
    SUSPECT = "suspect"
    BROKEN = "broken"


def judge(line: Line) -> Soundness:
    """How far one line of the text layer can be believed."""
    characters = sum(len(word.text) for word in line.words)
    unusable = unusable_characters(line)
    if unusable >= 2 and unusable >= BROKEN_SHARE * characters:
        return Soundness.BROKEN
    words = _WORD.findall(line.text)
    mixed = sum(_mixes_scripts(word) for word in words)
    if mixed >= 2 and mixed >= MIXED_SHARE * len(words):
        return Soundness.SUSPECT
    letters = [character for word in words for character in word]
    foreign = sum("\x80" <= character <= "\xff" for character in letters)
    if len(letters) >= FEW and foreign >= LATIN_1_SHARE * len(letters):
        return Soundness.SUSPECT
    return Soundness.SOUND


def judge_page(lines: Sequence[Line]) -> Soundness:
    """What only the page as a whole can show: letters in shares that no language has."""
    letters = [letter for line in lines for word in _ASCII_WORD.findall(line.text) for letter in word.lower()]
    vowels = sum(letter in "aeiou" for letter in letters)
    return (
        Soundness.SUSPECT if len(letters) >= MANY and vowels < VOWEL_SHARE * len(letters) else Soundness.SOUND
    )


def unusable_characters(line: Line) -> int:
    """Characters without meaning: unmapped, private, control, or the name of a glyph instead of it.

    Glyphs of mathematical fonts do not count: they have no character map and are read by their shape.
    """
    unusable = 0
    for word in line.words:
        if _is_plain(word.text) and word.confidence >= LOW_CONFIDENCE:
            continue
        named = sum(len(match) for match in _GLYPH_NAME.findall(word.text))
        marked = sum(_is_unusable(character) for character in word.text)
        if word.confidence < LOW_CONFIDENCE and not marked:
            marked = len(word.text)
        if (named or marked) and family_of(word.font) is not Family.TEXT:
            continue
        unusable += min(len(word.text), max(named, marked))
    return unusable


def can_be_recognized(text: str) -> bool:
    """Whether most letters are of a script that recognition can read."""
    letters = [character for character in text if character.isalpha()]
    return sum(_script(character) in _READABLE for character in letters) >= 0.5 * len(letters)


def agreement(layer: str, seen: str) -> float:
    """How alike two readings of the same place are, 0 to 1, whatever their spaces and case."""
    one, other = ("".join(text.casefold().split()) for text in (layer, seen))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one or other else 1.0


def spread(lines: Sequence[Line], count: int) -> list[Line]:
    """The telling ones among ``lines``, from all over the page: long enough, in a readable script."""
    telling = [line for line in lines if len(line.text) >= 8 and can_be_recognized(line.text)]
    if len(telling) <= count:
        return telling
    return [telling[round(index * (len(telling) - 1) / (count - 1))] for index in range(count)]


def _is_plain(text: str) -> bool:
    """Whether nothing in ``text`` can be unusable: true of almost every word, and quickly seen."""
    # Printable is what has none of the categories that are unusable.
    return text.isprintable() and not _SUSPICIOUS.search(text)


def _is_unusable(character: str) -> bool:
    return character == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(character) in (
        "Co",
        "Cn",
        "Cs",
        "Cc",
    )


def _mixes_scripts(word: str) -> bool:
    scripts = set(_scripts(word))
    return len(scripts) > 1 and not scripts <= _EAST_ASIAN and not scripts <= {"LATIN", "GREEK", "MICRO"}


def _scripts(word: str) -> Iterable[str]:
    return (_script(character) for character in word)


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The first word of the character's Unicode name, which names its script."""
    return unicodedata.name(character, "UNNAMED").split(" ", 1)[0].split("-", 1)[0]
