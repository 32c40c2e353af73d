"""Whether a statement's dates, numbers and names stand on the pages it cites.

A statement in other words can still be wrong in ways this can't see; what it does see is a number, a
date or a name that the cited pages do not have, and a text that shares hardly a word with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from open_autoglm.tasks.grounding import DocumentIndex, fold
from open_autoglm.tasks.key_patterns.amounts import NUMBER, SCALES, find_amounts
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.key_patterns.names import find_names
from open_autoglm.tasks.lexical import covered, terms
from open_autoglm.text_language import is_neither, language_of

SUPPORT = 0.4
"""Share of a statement's terms its pages must hold, where both are in one language."""

_SCALED_NUMBER = re.compile(
    rf"(?<![A-Za-z\d.])(?P<number>{NUMBER})\s*(?P<scale>万亿|亿|千万|百万|万|千"
    r"|(?:trillion|billion|million|thousand|bn|[mk])\b)?",
    re.IGNORECASE,
)
_NUMBER_NAMES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_NUMBER_WORDS = {word: value for value, word in enumerate(_NUMBER_NAMES.split())} | _TENS
_WORD = re.compile(r"[A-Za-z]+")
_HAN_NUMBER = re.compile(r"[一二三四五六七八九十百]+")
_CAPITALIZED = re.compile(r"(?<![\w'’])[A-Z][\w&-]*[A-Za-z](?:['’]s)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|[\"“(]\s*)$")


class PageFacts:
    """Dates, numbers and words of a set of pages."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def folded(self) -> str:
        return fold(self._text)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self._text))

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(match.normalized or fold(match.value) for match in find_dates(self._text))

    @cached_property
    def amounts(self) -> frozenset[str]:
        return frozenset(match.normalized for match in find_amounts(self._text) if match.normalized)

    @cached_property
    def numbers(self) -> tuple[frozenset[Decimal], frozenset[Decimal]]:
        """All numbers with their scale applied, and those written without a scale."""
        scaled, plain = _numbers(self._text)
        words = {
            Decimal(_NUMBER_WORDS[word])
            for word in _WORD.findall(self._text.casefold())
            if word in _NUMBER_WORDS
        }
        words |= {Decimal(_han_number(word)) for word in _HAN_NUMBER.findall(self._text)}
        return frozenset(scaled | words), frozenset(plain | words)


class FactChecker:
    """Checks statements against pages of one document."""

    def __init__(self, index: DocumentIndex) -> None:
        self._index = index
        self._pages: dict[int, PageFacts] = {}

    def missing(self, statement: str, pages: Iterable[int], *, names: bool = True) -> list[str]:
        """What ``statement`` says that none of ``pages`` has; empty when all was found.

        ``names`` false: they aren't looked for, as where a translation writes them in another script.
        """
        facts = [self._facts(page) for page in pages]
        if not facts:
            return [statement]
        return [
            *_missing_dates(statement, facts),
            *_missing_numbers(statement, facts),
            *(_missing_names(statement, facts) if names else ()),
        ]

    def supported(self, statement: str, pages: Iterable[int]) -> float:
        """Share of the statement's terms found on the pages; 1 where the languages differ."""
        text = "\n".join(self._index.page_text(page) for page in pages)
        if is_neither(text) or language_of(text) != language_of(statement):
            return 1.0
        return covered(statement, terms(text))

    def best_page(self, statement: str, pages: Iterable[int]) -> int | None:
        """The page that lacks least of the statement and shares most of its words."""
        ranked = sorted(
            pages,
            key=lambda page: (
                len(self.missing(statement, (page,))),
                -covered(statement, self._facts(page).terms),
                page,
            ),
        )
        return ranked[0] if ranked else None

    def _facts(self, page: int) -> PageFacts:
        if page not in self._pages:
            self._pages[page] = PageFacts(self._index.page_text(page))
        return self._pages[page]


def _missing_dates(statement: str, facts: list[PageFacts]) -> list[str]:
    known = frozenset[str]().union(*(item.dates for item in facts))
    missing = []
    for match in find_dates(statement):
        wanted = match.normalized or fold(match.value)
        # "March 2025" is said by a page that has the day as well.
        if not any(date == wanted or date.startswith(f"{wanted}-") for date in known):
            missing.append(match.value)
    return missing


def _missing_numbers(statement: str, facts: list[PageFacts]) -> list[str]:
    for date in sorted(find_dates(statement), key=lambda item: -item.start):
        statement = statement[: date.start] + " " * (date.end - date.start) + statement[date.end :]
    scaled = frozenset[Decimal]().union(*(item.numbers[0] for item in facts))
    plain = frozenset[Decimal]().union(*(item.numbers[1] for item in facts))
    amounts = frozenset[str]().union(*(item.amounts for item in facts))
    same_amounts = {match.start for match in find_amounts(statement) if match.normalized in amounts}
    missing = []
    for match in _SCALED_NUMBER.finditer(statement):
        number, value = _value(match)
        if value not in scaled and number not in plain:
            inside = any(
                amount.start in same_amounts and amount.start <= match.start() < amount.end
                for amount in find_amounts(statement)
            )
            if not inside:
                missing.append(match[0].strip())
    return missing


def _missing_names(statement: str, facts: list[PageFacts]) -> list[str]:
    folded = "\x1f".join(item.folded for item in facts)
    missing = []
    for match in _CAPITALIZED.finditer(statement):
        word = re.sub(r"['’]s$", "", match[0])
        starts = _SENTENCE_START.search(statement[: match.start()]) is not None
        if not starts and word.casefold() not in _NUMBER_WORDS and fold(word) not in folded:
            missing.append(word)
    # The rule may take a word too many at the left; the legal form and what stands before it count.
    chinese = [name.value for name in find_names(statement) if name.value[0] >= "\u3400"]
    return missing + [name for name in chinese if fold(name)[-6:] not in folded]


def _numbers(text: str) -> tuple[set[Decimal], set[Decimal]]:
    scaled: set[Decimal] = set()
    plain: set[Decimal] = set()
    for match in _SCALED_NUMBER.finditer(text):
        number, value = _value(match)
        scaled.add(value)
        if not match["scale"]:
            plain.add(number)
    return scaled, plain


def _value(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    number = Decimal(match["number"].replace(",", "").replace("，", ""))
    scale = SCALES[match["scale"].casefold()] if match["scale"] else Decimal(1)
    return number, number * scale


def _han_number(text: str) -> int:
    """一 to 九百九十九, as durations and counts are written."""
    total = digit = 0
    for character in text:
        if character == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif character == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = "一二三四五六七八九".index(character) + 1
    return total + digit
