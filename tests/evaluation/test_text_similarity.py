"""Word similarity: what counts as a word, what is markup, and the measure itself."""

from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import Indel

from open_autoglm.evaluation.text_similarity import sequence_similarity, word_similarity, words


def test_equal_texts() -> None:
    assert word_similarity("Water level, 3.42 m.", "water LEVEL 3 42 m") == 1.0
    assert word_similarity("", "") == 1.0
    assert word_similarity("", "water") == 0.0


def test_a_missing_word() -> None:
    assert word_similarity("one two four", "one two three four") == pytest.approx(6 / 7)


def test_order_counts() -> None:
    assert word_similarity("b a", "a b") == 0.5


def test_chinese_counts_by_character() -> None:
    assert words("青溪水文站2025年") == ["青", "溪", "水", "文", "站", "2025", "年"]
    assert word_similarity("青溪水文", "青 溪 水 位") == 0.75


def test_forms_of_a_character_are_one() -> None:
    assert words("ﬁnal Ｆinal") == ["final", "final"]
    assert words("e\u0301") == words("\u00e9")


def test_arabic_vowel_signs_do_not_count() -> None:
    assert words("بناءً") == words("بناء")


def test_markup_is_no_text() -> None:
    markdown = (
        "# *Level*\n\n<!-- image -->\n\n![alt](x.png)\n\n| a | b |\n| - | :-: |\n| 1 | 2 |\n\n"
        '<table><tr><td colspan="2">cell &amp; cell</td></tr></table>\n\nfoo\\_bar [link](http://x.y)'
    )
    assert words(markdown) == ["level", "alt", "a", "b", "1", "2", "cell", "cell", "foo", "bar", "link"]


def test_a_spanning_cell_written_in_each_column_counts_once() -> None:
    assert words("| TEDs | TEDs | TEDs |\n|-|-|-|\n| 0 | 0 | 0 |") == ["teds", "0", "0", "0"]


def test_agrees_with_an_independent_implementation() -> None:
    source = random.Random(7)
    for _ in range(50):
        one = [source.choice("abcdefgh") for _ in range(source.randrange(0, 90))]
        other = [source.choice("abcdefgh") for _ in range(source.randrange(1, 90))]
        assert sequence_similarity(one, other) == pytest.approx(Indel.normalized_similarity(one, other))
