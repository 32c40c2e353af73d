"""Text of a cell from its words."""

from __future__ import annotations

import pytest

from open_autoglm.documents.content import Glyph, Line, PageContent, Rect, Word
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.tables.tokens import is_numeric, join_text, tokens_of

from .pages import page, text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(0, "two"), (12, "lines")], "two lines"),
        ([(0, "infor-"), (12, "mation")], "information"),
        ([(0, "North-"), (12, "East")], "North- East"),
        ([(0, "产量"), (12, "合计")], "产量合计"),
        ([(0, "共"), (12, "12"), (24, "项")], "共 12 项"),
    ],
)
def test_lines_of_a_cell_are_joined(lines: list[tuple[float, str]], expected: str) -> None:
    assert join_text(tokens_of(page([text(10, y, words) for y, words in lines]))) == expected


def test_glyphs_far_apart_part_a_word() -> None:
    glyphs = tuple(
        Glyph(t, Rect(x, 0, x + 10, 10), 9, "F", 10) for t, x in (("产", 0), ("量", 10), ("合", 60))
    )
    word = Word("产量合", Rect(0, 0, 70, 10), 10, glyphs=glyphs)
    content = PageContent(1, 100, 100, lines=[Line((word,), word.box, ReadBy.TEXT_LAYER)])
    assert [token.text for token in tokens_of(content)] == ["产量", "合"]


@pytest.mark.parametrize(
    "number", ["1,204", "−0.5", "(12)", "8.1%", "$30", "12 ± 3", "0.05*", "–", "45 (7.5%)"]
)
def test_numbers(number: str) -> None:
    assert is_numeric(number)


@pytest.mark.parametrize("words", ["North", "3 little words here", "产量", "A1 route"])
def test_words(words: str) -> None:
    assert not is_numeric(words)
