from itertools import pairwise

import pytest
from text_wrap import column, justify, wrap

PROSE = (
    "It was a bright cold day in spring and the clocks were all wrong\n"
    "by an hour which nobody noticed\n  \nuntil internationalization came\n\n\n\nfrom afar"
)


@pytest.mark.parametrize("width", [1, 2, 5, 8, 13, 21, 40, 200])
def test_lines_fit_and_hold_all_letters(width):
    lines = wrap(PROSE, width)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(PROSE.split())
    assert lines.count("") == 2
    assert all(line == line.strip() for line in lines)


@pytest.mark.parametrize("width", [8, 13, 21])
def test_lines_are_as_full_as_possible(width):
    lines = wrap("some words that are never longer than the lines are wide", width)
    for line, following in pairwise(lines):
        assert len(line) + 1 + len(following.split()[0]) > width


@pytest.mark.parametrize("text", ["", "  ", "\n\n", " \n \n"])
def test_nothing(text):
    assert wrap(text, 5) == []
    assert column(text, 5) == []


def test_edges():
    assert wrap("abc", 3) == ["abc"]
    assert wrap("abcd", 3) == ["abc", "d"]
    assert wrap("x abcdef", 3) == ["x", "abc", "def"]
    assert wrap("\n\na\n\nb\n\n", 3) == ["a", "", "b"]
    assert wrap("abcd ef", 3) == ["abc", "d", "ef"]
    assert wrap("abcd e", 3) == ["abc", "d e"]


@pytest.mark.parametrize("width", [0, -4])
def test_wrong_widths(width):
    with pytest.raises(ValueError, match="width"):
        wrap("", width)


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        ("a b", 3, "a b"),
        ("a b", 4, "a  b"),
        ("a b c", 6, "a  b c"),
        ("a b c", 7, "a  b  c"),
        ("a b c d", 9, "a  b  c d"),
        ("long", 2, "long"),
        ("a b", 10, "a        b"),
    ],
)
def test_justify(line, width, expected):
    assert justify(line, width) == expected


def test_column_ends():
    lines = column(PROSE, 20)
    plain = wrap(PROSE, 20)
    assert len(lines) == len(plain)
    for index, (line, before) in enumerate(zip(lines, plain, strict=True)):
        last = index + 1 == len(plain) or plain[index + 1] == ""
        assert line == (before if last else justify(before, 20))
