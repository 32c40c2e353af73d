"""Places in a text, counted as editors count them."""

from __future__ import annotations

import pytest
from lsprotocol import types

from open_autoglm.lsp.positions import TextPlaces

UTF8, UTF16, UTF32 = (
    types.PositionEncodingKind.Utf8,
    types.PositionEncodingKind.Utf16,
    types.PositionEncodingKind.Utf32,
)


@pytest.mark.parametrize(("encoding", "character"), [(UTF8, 7), (UTF16, 3), (UTF32, 2)])
def test_columns_are_counted_in_the_units_that_were_agreed_on(
    encoding: types.PositionEncodingKind, character: int
) -> None:
    places = TextPlaces("😀中x\n", encoding)
    assert places.position(1, 2) == types.Position(0, character)
    assert places.place(types.Position(0, character)) == (1, 2)


def test_lines_end_where_the_protocol_says_and_nowhere_else() -> None:
    places = TextPlaces("a\r\nb\x0cc\u2028d\re\n", UTF16)
    assert places.lines == ["a", "b\x0cc\u2028d", "e", ""]
    assert places.plain == "a\nb\x0cc\u2028d\ne\n"


def test_a_place_beyond_the_text_is_the_nearest_one() -> None:
    places = TextPlaces("ab\nc", UTF16)
    assert places.place(types.Position(0, 9)) == (1, 2)
    assert places.place(types.Position(9, 0)) == (2, 1)
    assert places.position(9, 0) == types.Position(1, 1)
    assert places.position(1, 9) == types.Position(0, 2)


def test_whole_lines_reach_to_the_end_of_the_last() -> None:
    places = TextPlaces("ab\ncde\n", UTF16)
    assert places.lines_range(1, 2) == types.Range(types.Position(0, 0), types.Position(1, 3))
