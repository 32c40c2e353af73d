"""Language by script."""

from __future__ import annotations

import pytest

from open_autoglm.text_language import is_in, is_neither, language_of, main_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("合同总价为人民币一百元。", "zh"),
        ("本文使用 Transformer 模型和 GPU 训练，效果优于 BERT baseline。", "zh"),
        ("The contract was signed with 北京公司 in March.", "en"),
        ("", "en"),
        ("12,345", "en"),
    ],
)
def test_the_language_of_a_document(text: str, language: str) -> None:
    assert language_of(text) == language


def test_prose_is_in_a_language_or_not() -> None:
    assert is_in("全年增长6.2%。", "zh")
    assert not is_in("全年增长6.2%。", "en")
    assert is_in("Revenue grew by 6.2%.", "en")
    assert not is_in("Revenue grew by 6.2%.", "zh")
    assert is_in("6.2%", "zh")


def test_other_scripts_are_neither() -> None:
    assert is_neither("تحسين الإنتاجية وحل المشكلات Python")
    assert is_neither("Отчёт за год")
    assert not is_neither("résumé of the year")
    assert not is_neither("年度报告")
    assert not is_neither("12,345")


def test_between_two_languages_the_title_decides() -> None:
    mixed = "The station measured the level on every day of the year. 全年连续观测水位与流量，没有缺测。"
    assert main_language(mixed, "Annual report") == "en"
    assert main_language(mixed, "年度报告") == "zh"
    assert main_language(mixed, "") == language_of(mixed)


def test_a_title_does_not_outweigh_a_whole_text() -> None:
    assert main_language("The station measured the level on every day. " * 9, "年度报告") == "en"
    assert main_language("全年连续观测水位与流量，没有缺测。" * 9, "Annual report") == "zh"
