"""Likeness of texts by the words they share: Chinese character pairs and Latin words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from open_autoglm.tasks.grounding import fold

_TOKENS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.\d+)?")
_STOP_LIST = """
the a an of and or to in on for by with from at as is are was were be been that this which it its has have
had will would can may not no their our his her they we he she also than into
"""
_STOP_WORDS = frozenset(_STOP_LIST.split())
_DIGITS = re.compile(r"\d+(?:\.\d+)?")

SAME_STATEMENT = 0.75
"""Share of the shorter sentence's words that the other must hold."""
_SATURATION = 1.2
"""BM25's k1."""


def terms(text: str) -> list[str]:
    """Lower-case Latin words without the commonest, and every pair of neighboring Chinese characters."""
    found: list[str] = []
    for token in _TOKENS.findall(_spaced(text)):
        if token[0] >= "\u3400":
            found.extend(token[i : i + 2] for i in range(max(1, len(token) - 1)))
        elif token not in _STOP_WORDS:
            found.append(_stem(token))
    return found


def _spaced(text: str) -> str:
    """Folded word by word, so that the borders of Latin words stay."""
    return " ".join(fold(word) for word in text.split())


def _stem(word: str) -> str:
    """Plural and tense endings off: enough to match a paraphrase, no more."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def covered(text: str, source: Iterable[str]) -> float:
    """Share of the terms of ``text`` that ``source`` (terms) holds; 1 for a text without terms."""
    wanted = set(terms(text))
    return len(wanted & set(source)) / len(wanted) if wanted else 1.0


def alike(first: str, second: str) -> float:
    """Overlap of the two term sets measured on the smaller one, 0 to 1."""
    left, right = set(terms(first)), set(terms(second))
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def same_statement(first: str, second: str) -> bool:
    """Whether two sentences say the same: mostly the same words, and no different number."""
    if alike(first, second) < SAME_STATEMENT:
        return False
    left, right = set(_DIGITS.findall(fold(first))), set(_DIGITS.findall(fold(second)))
    return left <= right or right <= left


def rank(query: str, texts: Sequence[str]) -> list[int]:
    """Places of ``texts`` by relevance to ``query``, best first; those without a shared term are left out.

    BM25 without length normalization (Robertson and Zaragoza, 2009): passages here are of like size.
    """
    counts = [Counter(terms(text)) for text in texts]
    wanted = set(terms(query))
    frequency = {term: sum(term in count for count in counts) for term in wanted}
    scores = [
        sum(
            math.log(1 + (len(texts) - frequency[term] + 0.5) / (frequency[term] + 0.5))
            * count[term]
            * (_SATURATION + 1)
            / (count[term] + _SATURATION)
            for term in wanted
            if count[term]
        )
        for count in counts
    ]
    return sorted((i for i, score in enumerate(scores) if score > 0), key=lambda i: (-scores[i], i))
