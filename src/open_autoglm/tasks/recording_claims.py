"""Whether a sentence about a recording says only what the statements it rests on say.

Three things are compared: the times, the other numbers, and the words. A word that neither the statements
nor ``recording_words`` have is a claim of its own; so is a negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from open_autoglm.tasks.lexical import terms
from open_autoglm.tasks.recording_words import MAY_STAND, NEGATIONS
from open_autoglm.text_language import Language

_CLOCK = re.compile(r"(?<!\d)(\d{1,3}):(\d{2})(?::(\d{2}))?(?!\d)")
_SPOKEN = re.compile(
    r"(?:(?P<h>\d+)\s*(?:hours?|小时|时)\s*(?:and\s+)?)?(?P<m>\d+)\s*(?:minutes?|分钟?)"
    r"(?:\s*(?:and\s+)?(?P<s>\d+)\s*(?:seconds?|秒钟?))?",
    re.I,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NUMBER_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS = {word: Decimal(value) for value, word in enumerate(_NUMBER_NAMES)}
_ONE_IS_AN_ARTICLE = frozenset({"one"})
_WORD = re.compile(r"[A-Za-z]+(?:n't)?")
_HAN_COUNT = re.compile(r"([二两三四五六七八九十百]+)(?=[个人名位次件秒分小])")
_HAN_DIGITS = {"两": 2, **{digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}}
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z-]*")
_UNATTENDED = re.compile(r"无人看[管守]|un\w+", re.I)


def times_in(text: str) -> list[int]:
    """Moments named in the text, in seconds, in their order."""
    return [seconds for seconds, _, _ in _times(text)]


def numbers_in(text: str) -> set[Decimal]:
    """All other numbers, also those written as words."""
    for _, start, end in reversed(_times(text)):
        text = text[:start] + " " * (end - start) + text[end:]
    found = {Decimal(match[0]) for match in _NUMBER.finditer(text)}
    found |= {
        _NUMBER_WORDS[word]
        for word in (match[0].lower() for match in _WORD.finditer(text))
        if word in _NUMBER_WORDS and word not in _ONE_IS_AN_ARTICLE
    }
    return found | {Decimal(_han_value(match[1])) for match in _HAN_COUNT.finditer(text)}


def claims_beyond(sentence: str, grounds: Iterable[str], language: Language, may_say: str = "") -> list[str]:
    """What ``sentence`` says that ``grounds`` don't; empty when it says nothing more.

    ``may_say`` adds words, not numbers: those of a question may stand in its answer.
    """
    ground = "\n".join(grounds)
    known = set(times_in(ground)) | set(map(int, numbers_in(ground)))
    beyond = [f"the time {seconds} s" for seconds in times_in(sentence) if seconds not in known]
    allowed = numbers_in(ground)
    beyond += [f"the number {number}" for number in sorted(numbers_in(sentence) - allowed)]
    beyond += [f"“{word}”" for word in _negations(sentence, language) - _negations(ground, language)]
    words = _foreign_chinese if language == "zh" else _foreign_english
    return beyond + [f"“{word}”" for word in words(sentence, f"{ground}\n{may_say}")]


def _times(text: str) -> list[tuple[int, int, int]]:
    """Seconds, and where each stands."""
    found: list[tuple[int, int, int]] = []
    for match in _CLOCK.finditer(text):
        first, second, third = match[1], match[2], match[3]
        whole = int(first) * 60 + int(second)
        found.append((whole if third is None else whole * 60 + int(third), match.start(), match.end()))
    found += [
        (
            int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"] or 0),
            match.start(),
            match.end(),
        )
        for match in _SPOKEN.finditer(text)
        if not any(start <= match.start() < end for _, start, end in found)
    ]
    return sorted(found, key=lambda one: one[1])


def _negations(text: str, language: Language) -> set[str]:
    text = _UNATTENDED.sub(" ", text)
    if language == "zh":
        return {word for word in NEGATIONS["zh"] if word in text}
    words = {match[0].lower() for match in _WORD.finditer(text)}
    return {
        word
        for word in NEGATIONS["en"]
        if word in words or any(one.endswith(word) for one in words if "'" in one)
    }


def _foreign_english(sentence: str, ground: str) -> list[str]:
    allowed = _common_english() | set(terms(ground))
    return [
        word
        for word in _LATIN.findall(sentence)
        if any(term not in allowed for term in terms(word) if not term.isdigit())
    ]


def _foreign_chinese(sentence: str, ground: str) -> list[str]:
    """Runs of characters that no allowed word covers, longest words first; Latin words as they are."""
    known = _HAN.findall(ground)
    allowed = _common_chinese() | {
        run[i:j] for run in known for i in range(len(run)) for j in range(i + 2, min(len(run), i + 6) + 1)
    }
    longest = max(map(len, allowed))
    foreign: list[str] = []
    for run in _HAN.findall(sentence):
        place, left = 0, ""
        while place < len(run):
            size = next((size for size in range(longest, 0, -1) if run[place : place + size] in allowed), 0)
            if not size:
                left += run[place]
            place += size or 1
        if left:
            foreign.append(left)
    latin = {word.lower() for word in _LATIN.findall(ground)}
    return foreign + [word for word in _LATIN.findall(sentence) if word.lower() not in latin]


@cache
def _common_english() -> frozenset[str]:
    return frozenset(terms(MAY_STAND["en"]))


@cache
def _common_chinese() -> frozenset[str]:
    return frozenset(MAY_STAND["zh"].split())


def _han_value(text: str) -> int:
    """二 to 九百九十九."""
    total = digit = 0
    for character in text:
        if character in "十百":
            total, digit = total + (digit or 1) * (10 if character == "十" else 100), 0
        else:
            digit = _HAN_DIGITS[character]
    return total + digit
