"""What is told about an answer: the same in both languages, in the language of the question."""

from __future__ import annotations

import string
from dataclasses import fields

import pytest

from open_autoglm.tasks.answer_words import WORDS, AnswerWords


def places(text: str) -> int:
    return sum(field is not None for _, field, _, _ in string.Formatter().parse(text))


@pytest.mark.parametrize("name", [field.name for field in fields(AnswerWords)])
def test_both_languages_have_the_same_places_for_values(name: str) -> None:
    chinese, english = getattr(WORDS["zh"], name), getattr(WORDS["en"], name)
    assert chinese
    assert english
    assert places(chinese) == places(english)
