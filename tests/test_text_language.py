"""Language by script."""

from __future__ import annotations

import pytest

from open_autoglm.text_language import is_bare, is_in, is_neither, language_of, main_language


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


@pytest.mark.parametrize(
    "text",
    ["/etc/hostname", "dmesg", "apt-get update", "`nft -f /etc/nftables.conf`", "10.0.0.5:8080", "v2.1."],
)
def test_a_name_a_path_or_a_command_is_no_prose(text: str) -> None:
    assert is_bare(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "He left yesterday.",
        "主机名",
        "The file is kept in /etc/hostname.",
        "It takes 3 days",
        "Takes 3.5 days",
        "E-mail is sent",
    ],
)
def test_prose_is_not_taken_for_a_name(text: str) -> None:
    assert not is_bare(text)


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
