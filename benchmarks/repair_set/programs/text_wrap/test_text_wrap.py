import pytest
from text_wrap import column, justify, wrap

TEXT = "The quick brown fox\njumps over\n\n\nthe lazy   dog"


def test_lines_are_filled():
    assert wrap(TEXT, 10) == ["The quick", "brown fox", "jumps over", "", "the lazy", "dog"]


def test_a_line_may_be_exactly_full():
    assert wrap("ab cd ef", 5) == ["ab cd", "ef"]


def test_long_words_are_cut():
    assert wrap("a abcdefgh b", 3) == ["a", "abc", "def", "gh", "b"]
    assert wrap("abcdef x", 3) == ["abc", "def", "x"]


def test_gaps_are_widened():
    assert justify("a bb c", 9) == "a   bb  c"
    assert justify("word", 9) == "word"
    assert justify("a b", 2) == "a b"


def test_columns():
    assert column("one two three four", 9) == ["one   two", "three", "four"]
    assert column("a b c d\n\ne f g", 4) == ["a  b", "c d", "", "e  f", "g"]


def test_width_must_be_positive():
    with pytest.raises(ValueError, match="width"):
        wrap("x", 0)
