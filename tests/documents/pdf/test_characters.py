"""What single code points of a text layer stand for."""

from __future__ import annotations

import pytest

from open_autoglm.documents.pdf.character_classes import REPLACEMENT, is_cjk, is_private, normalize, wingding


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0xFB01, "fi"),
        (0xFEFB, "لا"),
        (0x2F00, "一"),
        (0xF0B7, "•"),
        (0x07, ""),
        (0x0, REPLACEMENT),
        (0xFFFE, REPLACEMENT),
        (0xFF21, "Ａ"),
        (0x1D465, "𝑥"),
        (0xB2, "²"),
    ],
)
def test_only_safe_forms_are_composed(code: int, text: str) -> None:
    assert normalize(code) == text


def test_marks_of_symbol_fonts() -> None:
    assert wingding(0xFC) == wingding(0xF0FC) == "✓"
    assert wingding(0x84) == "•"
    assert wingding(0x2713) == "✓"


def test_scripts() -> None:
    assert is_cjk("水")
    assert is_cjk("，")
    assert not is_cjk("a")
    assert is_private("\ue001")
    assert not is_private("a")
