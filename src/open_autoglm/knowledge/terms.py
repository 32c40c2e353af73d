"""The words of a text as they are indexed and asked for.

Scripts that put no spaces between words become every pair of neighbouring characters and every single one,
as indexes of Chinese do; single ones are common, so that BM25 weighs them little beside pairs. Traditional
characters count as the simplified ones. Words of other scripts are folded and lose their English endings;
names of files, settings and versions are kept whole and in their parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

_TABLE = Path(__file__).with_name("simplified_characters.txt")

_UNSPACED = (
    "\u0e00-\u0eff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
"""Thai, Lao, Khmer, kana, Han."""
_TOKENS = re.compile(
    rf"([{_UNSPACED}]+)"
    r"|(\d+(?:,\d{3})+(?:\.\d+)?(?![\w])"  # 1,299.00
    rf"|[^\W{_UNSPACED}]+(?:(?:[.\-/:@+'’]|::)[^\W{_UNSPACED}]+)*(?:\+\+|\#)?)"
)
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_ACCENTED = re.compile("[\u00c0-\u052f]+")
_PARTS = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_POSSESSIVE = re.compile(r"['’]s?$")
_NOUN_ENDINGS = ("ation", "ion", "ment", "er", "or", "al", "iv")
_VOWEL = re.compile(r"[aeiouy]")
_NUMBER = re.compile(r"\d[\d.,]*")
_ES = re.compile(r"(?:x|z|ch|sh)es$")

_STOP_LIST = """
a an the and or but if of to in on at by for from with as into about than then so
is are was were be been being am do does did done has have had having can could will would shall should may
might must i you he she it we they me him her us them my your his its our their this that these those
there here what which who whom whose when where why how not no nor s t
"""
STOP_WORDS = frozenset(_STOP_LIST.split())
"""English words that say nothing of a subject; a text of nothing else keeps them."""

MAX_TERM_CHARACTERS = 64
"""Longer ones are numbers of keys or pictures written as text: nobody asks for them by all of it."""


def terms(text: str) -> list[str]:
    """In the order in which they stand; none is empty or holds a space.

    The same for any way to write it: full or half width, composed or not, traditional or simplified.
    """
    found: list[str] = []
    for unspaced, word in _TOKENS.findall(fold_characters(text)):
        if unspaced:
            found.extend(unspaced)
            found.extend(map("".join, pairwise(unspaced)))
        else:
            found.extend(_word_terms(word))
    kept = [term for term in found if term not in STOP_WORDS]
    return kept or found


def fold_characters(text: str) -> str:
    """NFKC with traditional Chinese characters as simplified ones and no accents; case is kept."""
    if text.isascii():
        return text
    return _without_accents(unicodedata.normalize("NFKC", text)).translate(_simplified())


def is_unspaced(term: str) -> bool:
    """Whether a term is of a script without spaces: a pair of characters, or a single one."""
    return _UNSPACED_START.match(term) is not None


def word_terms(folded: str) -> set[str]:
    """The terms of the words of a text that ``fold_characters`` has folded: those that are not unspaced."""
    found: set[str] = set()
    for _, word in _TOKENS.findall(folded):
        if word:
            found.update(_word_terms(word))
    return found


@lru_cache(maxsize=65_536)
def _word_terms(token: str) -> tuple[str, ...]:
    """Of a word or a name: itself, and its parts where it has several."""
    if _NUMBER.fullmatch(token):
        return (_number(token)[:MAX_TERM_CHARACTERS],)
    whole = _POSSESSIVE.sub("", token)
    parts = [hump for part in _PARTS.findall(whole) for hump in _HUMPS.split(part)]
    if parts == [whole]:
        return (_stem(whole.lower())[:MAX_TERM_CHARACTERS],)
    names = [whole.lower()[:MAX_TERM_CHARACTERS]]
    names += [_stem(part.lower())[:MAX_TERM_CHARACTERS] for part in parts]
    return tuple(dict.fromkeys(names))


def _number(text: str) -> str:
    """``1,299.00`` and ``1299`` are the same; versions and addresses stay."""
    plain = text.replace(",", "")
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain


def _without_accents(text: str) -> str:
    """Of Latin, Greek and Cyrillic letters; marks of other scripts carry meaning."""
    return _ACCENTED.sub(lambda run: "".join(map(_plain, run[0])), text)


@lru_cache(maxsize=2048)
def _plain(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]


@cache
def _simplified() -> dict[int, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return {ord(pairs[i]): pairs[i + 1] for i in range(0, len(pairs), 2)}


def _stem(word: str) -> str:
    """Without the endings of plural and tense (steps 1a to 1c of Porter's algorithm, 1980), without those
    that make a noun of a verb, and without the -e that would part ``configure`` from ``configuring``."""
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return word
    word = _without_plural(word)
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _VOWEL.search(rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    for ending in _NOUN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    if word.endswith("e") and len(word) > 4:
        return word[:-1]
    if word.endswith("y") and _VOWEL.search(word[:-1]):
        return word[:-1] + "i"
    return word


def _without_plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if (word.endswith("ies") and len(word) > 4) or _ES.search(word):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
