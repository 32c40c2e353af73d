"""The words of the page: whole in both languages, chosen as the browser asks."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import fields

import pytest

from open_autoglm.local.catalog import load_catalog
from open_autoglm.web.languages import TEXTS, preferred_language
from open_autoglm.web.texts import Texts


@pytest.mark.parametrize("name", [field.name for field in fields(Texts) if field.name != "suggestions"])
def test_both_languages_have_the_same_places_for_values(name: str) -> None:
    chinese, english = getattr(TEXTS["zh"], name), getattr(TEXTS["en"], name)
    assert chinese
    assert english
    assert list(map(_places, _words(chinese))) == list(map(_places, _words(english)))


def test_the_tiers_of_the_catalogue_are_told_in_both_languages() -> None:
    told = {tier.name: tier.title for tier in load_catalog().tiers}
    assert TEXTS["en"].tiers == told
    assert TEXTS["zh"].tiers.keys() == told.keys()


def _words(text: str | Mapping[str, str] | tuple[str, ...]) -> tuple[str, ...]:
    """A word, several in their order, or several by name: both languages have the same."""
    if isinstance(text, Mapping):
        return (*sorted(text), *(text[name] for name in sorted(text)))
    return text if isinstance(text, tuple) else (text,)


def _places(text: str) -> list[str]:
    return [
        form for _, field, form, _ in string.Formatter().parse(text) if field is not None and form is not None
    ]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,zh-TW;q=0.7,en;q=0.3", "zh"),
        ("fr", "en"),
        ("zh;q=0, en", "en"),
        ("zh;q=nonsense,en;q=0.1", "en"),
    ],
)
def test_the_language_is_the_one_the_browser_asks_for_first(asked: str, language: str) -> None:
    assert preferred_language(asked) == language
