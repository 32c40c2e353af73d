"""Which lines of a text layer can be believed."""

from __future__ import annotations

import pytest

from open_autoglm.documents.content import Line, Rect, Word
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.ocr.text_soundness import (
    Soundness,
    agreement,
    can_be_recognized,
    judge,
    judge_page,
    spread,
)


def line(text: str, *, font: str = "Times", confidence: float = 1.0) -> Line:
    box = Rect(0, 0, 100, 10)
    words = tuple(Word(part, box, 10, font=font, confidence=confidence) for part in text.split())
    return Line(words, box, ReadBy.TEXT_LAYER)


@pytest.mark.parametrize(
    "text",
    [
        "An ordinary sentence, with 3 numbers (and signs).",
        "本报告说明三号车间水泵的检修情况，共 4 个 PDF 文件。",
        "これは Word で作った文書です",
        "Où ça? Größe, naïveté, señor, Ærø",
        "Годовой отчёт о работе",
        "تقرير سنوي عن العمل",
        "µm and Δt are in the same σ-algebra",
        "\uf0b7 one private bullet before a line of text",
        "2 + 2 = 4",
        "",
    ],
)
def test_text_in_any_language_is_sound(text: str) -> None:
    assert judge(line(text)) is Soundness.SOUND


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd\ufffd\ufffd\ufffd report \ufffd\ufffd",
        "\ue001\ue002\ue003 \ue004\ue005",
        "\x01\x02\x03 \x04\x05",
        "(cid:12)(cid:87) (cid:3)(cid:44)",
        "/g12/g45/g78 /g3",
    ],
)
def test_characters_without_meaning_break_a_line(text: str) -> None:
    assert judge(line(text)) is Soundness.BROKEN


def test_what_the_file_itself_can_not_map_breaks_a_line() -> None:
    assert judge(line("looks fine", confidence=0.3)) is Soundness.BROKEN


def test_glyphs_of_mathematical_fonts_are_left_to_the_formula_finder() -> None:
    assert judge(line("\ufffd\ufffd\ufffd", font="CMEX10")) is Soundness.SOUND


@pytest.mark.parametrize("text", ["ÖÐ¹úÈËÃñ ¹²ºÍ¹ú ±¨¸æ", "wоrd Latіn mіxed тext hеre", "нello мorld agaiн"])
def test_odd_mixtures_are_only_suspect(text: str) -> None:
    assert judge(line(text)) is Soundness.SUSPECT


def test_a_page_with_hardly_a_vowel_is_suspect() -> None:
    shifted = [line("Wklv sdjh zdv vkliwhg eb wkuhh") for _ in range(4)]
    plain = [line("This page was not shifted by three letters") for _ in range(4)]
    assert judge_page(shifted) is Soundness.SUSPECT
    assert judge_page(plain) is Soundness.SOUND
    assert judge_page([line("HTTP XML SMTP")]) is Soundness.SOUND  # too few to tell


def test_agreement_ignores_spaces_and_case() -> None:
    assert agreement("Annual Report", "annualreport") == 1.0
    assert agreement("Annual Report", "Xq zz 17") < 0.4
    assert agreement("", "") == 1.0


def test_samples_come_from_all_over_the_page_and_only_where_they_can_be_checked() -> None:
    lines = [line(f"sentence number {index}") for index in range(30)]
    assert [one.text[-2:].strip() for one in spread(lines, 4)] == ["0", "10", "19", "29"]
    assert spread([line("Годовой отчёт о работе")], 4) == []
    assert not can_be_recognized("تقرير سنوي")
