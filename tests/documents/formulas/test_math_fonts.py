"""Codes of TeX's math fonts as characters."""

from __future__ import annotations

import pytest

from open_autoglm.documents.math_fonts import Family, decode, family_of


@pytest.mark.parametrize(
    ("font", "family"),
    [
        ("CMMI10", Family.ITALIC),
        ("Cmmi10", Family.ITALIC),
        ("LMMathItalic7-Regular", Family.ITALIC),
        ("CMSY10", Family.SYMBOLS),
        ("txsya", Family.AMS_A),
        ("MSBM7", Family.AMS_B),
        ("CMEX10", Family.EXTENSION),
        ("CambriaMath", Family.UNICODE),
        ("LatinModernMath-Regular", Family.UNICODE),
        ("CMR10", Family.TEXT),
        ("Times-Italic", Family.TEXT),
    ],
)
def test_family_by_name(font: str, family: Family) -> None:
    assert family_of(font) is family


@pytest.mark.parametrize(
    ("font", "code", "character"),
    [
        ("CMEX10", 0x50, "∑"),
        ("CMEX10", 0x12, "("),
        ("CMEX10", 0x28, "{"),
        ("CMEX10", 0x38, "⎧"),
        ("CMEX10", 0xA1, "("),
        ("CMSY10", 0x36, "\u0338"),
        ("CMSY10", ord("L"), None),
        ("MSBM10", 0x3F, "∅"),
        ("txexa", 0x22, "∬"),
        ("CMR10", 0x12, None),
        ("StandardSymL", 0xF8F1, "⎧"),
    ],
)
def test_raw_codes(font: str, code: int, character: str | None) -> None:
    assert decode(code, font, sound=False) == character


def test_a_mapped_parenthesis_of_an_extension_font_stays_one() -> None:
    assert decode(ord("("), "CMEX10", sound=True) is None
