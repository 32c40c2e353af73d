"""What a reader gets is prose in one language."""

from __future__ import annotations

import pytest

from open_autoglm.tasks.sentences import brought_to_an_end, ended, is_readable, is_whole, without_repetitions


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mean discharge was 38.6 m³/s, 7% below the mean of ten years.", "en"),
        ("The level rose at 04:20, as Müller & Sons Ltd. noted.", "en"),
        ("全年客运量达到8.64亿人次，同比增长6.2%。", "zh"),
        ("Hanlin Instruments Ltd. 应在30天内更换R-07传感器的电池，电压为11.3 V，间距15 mm。", "zh"),
        ("联系邮箱为 office@station.example，请在下班前联系。", "zh"),
    ],
)
def test_prose_is_readable(text: str, language: str) -> None:
    assert is_readable(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("青溪水文站不 weigh水，而是读取水位并计算流量。", "zh"),
        ("表 1: 雨量和流量 |季节|雨|-|-|", "zh"),
        ("平均速度 𝑣 由坡度 𝑆 和水力半径 𝑅ℎ 给出。", "zh"),
        ("合同编号：QH-2025-0412", "zh"),
        ("Contract number: QH-2025-0412", "en"),
        ("The county 水务局 approved the new plan.", "en"),
        ("## Results of the year are below", "en"),
        ("Total expenditure.", "en"),
        ("无数据可用请参阅。无数据可用请参阅。无数据可用请参阅。", "zh"),
    ],
)
def test_markup_labels_fragments_and_mixed_languages_are_not(text: str, language: str) -> None:
    assert not is_readable(text, language)


def test_a_sentence_has_its_end() -> None:
    assert is_whole('He said "yes."')
    assert not is_whole("He said")
    assert ended("增长6.2%，", "zh") == "增长6.2%。"
    assert ended("It grew.", "en") == "It grew."


def test_of_those_that_say_the_same_the_first_stays() -> None:
    texts = ["It grew by 6% in 2024.", "In 2024 it grew by 6%.", "It grew by 7% in 2024."]
    assert without_repetitions(texts) == [texts[0], texts[2]]


def test_what_a_limit_broke_off_ends_at_a_clause() -> None:
    assert brought_to_an_end("全年客运量增长，补贴减。", 11, "zh") == "全年客运量增长。"
    assert brought_to_an_end("It grew by 6%, while costs fel", 30, "en") == "It grew by 6%."
    assert brought_to_an_end("It grew.", 30, "en") == "It grew."
