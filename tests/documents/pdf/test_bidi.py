"""Right-to-left lines: from places on the page to the order in which they are read."""

from __future__ import annotations

import pytest

from open_autoglm.documents.content import Glyph, Rect
from open_autoglm.documents.pdf.bidi import reorder
from open_autoglm.documents.pdf.characters import Character

WIDTH = 6.0


def drawn(visual: str) -> list[Character]:
    """Characters as they stand from left to right, each 6 points wide; spaces are drawn ones."""
    characters = []
    for index, text in enumerate(visual):
        x = index * WIDTH
        if text == " ":
            characters.append(Character(" ", drawn=(x, x + WIDTH)))
        else:
            box = Rect(x, 0, x + WIDTH, 8)
            characters.append(Character(text, Glyph(text, box, 8, "Body", 10)))
    return characters


def logical(characters: list[Character]) -> str:
    return " ".join("".join(one.text for one in word) for word in reorder(characters))


@pytest.mark.parametrize(
    ("visual", "expected"),
    [
        pytest.param("םלוע םולש", "שלום עולם", id="letters"),
        pytest.param("Python תפש", "שפת Python", id="a Latin word"),
        pytest.param("open source תנכות", "תוכנת open source", id="two Latin words"),
        pytest.param("2025 תנש", "שנת 2025", id="a number"),
        pytest.param("47.50 ריחמ", "מחיר 47.50", id="a number with a point"),
        pytest.param("50% תוחפל", "לפחות 50%", id="a percentage"),
        pytest.param("R ב", "ב R", id="one letter"),
        pytest.param("(ןושאר) קלח", "חלק (ראשון)", id="brackets as drawn"),
    ],
)
def test_visual_to_logical(visual: str, expected: str) -> None:
    assert logical(drawn(visual)) == expected


def test_the_order_in_the_file_does_not_matter() -> None:
    characters = drawn("Python תפש")
    assert logical(characters[::-1]) == logical(characters) == "שפת Python"


def test_a_changed_script_parts_words_without_a_space() -> None:
    assert logical(drawn("Pythonתפש")) == "שפת Python"


def test_letters_of_one_glyph_keep_their_order() -> None:
    # PDFium turns the two letters of a lam-alef ligature around together with the line.
    box = Rect(0, 0, WIDTH, 8)
    ligature = [Character(text, Glyph(text, box, 8, "Body", 10)) for text in "ال"]
    assert logical(ligature) == "لا"


def test_marks_follow_the_letter_they_stand_on() -> None:
    letters = drawn("דג")
    mark = Character("\u05b8", Glyph("\u05b8", Rect(7.5, 0, 10.5, 2), 8, "Body", 10))
    assert logical([mark, *letters]) == "ג\u05b8ד"
