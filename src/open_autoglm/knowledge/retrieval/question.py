"""A question as it is searched for: bounded, its terms, and the words that tell what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from open_autoglm.errors import UsageError
from open_autoglm.knowledge.terms import fold_characters, is_unspaced, terms

MAX_CHARACTERS = 2_000
"""What is beyond is not searched for, and said. A model reads less of it anyway."""

_ASKING = re.compile(
    r"请问|为什么|是什么|什么|哪[些个里位年种]?|多少|怎么样?|怎样|如何|为何|是否|能否|可否|几[个次年天]|谁|吗|呢"
)
"""Words that ask; fragments of them in pairs of characters say nothing of a subject."""
_GRAMMAR = frozenset("的了是在和与及或有为以于从被把对所之其这那个些中到由等也都就会能可要应该请给让")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True)
class AskedQuestion:
    """``text`` has at most MAX_CHARACTERS; ``cut`` tells whether there was more."""

    text: str
    cut: bool

    @cached_property
    def terms(self) -> list[str]:
        """As the postings of a base have them."""
        return terms(self.text)

    @cached_property
    def subject(self) -> frozenset[str]:
        """The terms that must stand in a passage which answers: without asking and grammatical words."""
        found = terms(_ASKING.sub(" ", fold_characters(self.text)))
        chosen = [term for term in found if not is_unspaced(term) or _is_telling(term)]
        return frozenset(chosen or found or self.terms)

    @cached_property
    def is_han(self) -> bool:
        """Whether it is asked in Chinese."""
        return is_han(self.text)


def ask(text: str) -> AskedQuestion:
    """Raises UsageError where there is nothing to search for."""
    asked = text.strip()
    if not asked:
        raise UsageError("The question is empty.", hint="Ask for something that may stand in the documents.")
    return AskedQuestion(asked[:MAX_CHARACTERS], len(asked) > MAX_CHARACTERS)


def is_han(text: str) -> bool:
    """Whether a good part of the text is written in Chinese characters."""
    han = 5 * len(_HAN.findall(text))
    if han == 0 or han > len(text):  # as nearly every text has it, which spares counting its letters
        return han > 0
    return han > sum(character.isalpha() for character in text)


def _is_telling(pair: str) -> bool:
    return len(pair) == 2 and not any(character in _GRAMMAR for character in pair)
