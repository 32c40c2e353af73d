"""What rules find in Chinese and English text, with its normalized form."""

from __future__ import annotations

import time

import pytest

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns import PatternMatch, find_patterns
from open_autoglm.tasks.key_patterns.identifiers import (
    credit_code_is_valid,
    iban_is_valid,
    isbn_is_valid,
    issn_is_valid,
    resident_number_is_valid,
)
from open_autoglm.tasks.key_patterns.measures import find_measures


def found(text: str, kind: KeyKind) -> list[PatternMatch]:
    return [match for match in find_patterns(text) if match.kind is kind]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("签于2025年3月1日。", "2025-03-01"),
        ("签于 2025 年 3 月 1 日", "2025-03-01"),
        ("二〇二五年十二月三十一日", "2025-12-31"),
        ("二零二五年三月", "2025-03"),
        ("on 1 March 2025", "2025-03-01"),
        ("on the 1st of March 2025", "2025-03-01"),
        ("on Sept. 30, 2024", "2024-09-30"),
        ("in March 2025", "2025-03"),
        ("November - 2015", "2015-11"),
        ("2025-03-01", "2025-03-01"),
        ("2025/3/1", "2025-03-01"),
        ("25/12/2025", "2025-12-25"),
        ("12/25/2025", "2025-12-25"),
    ],
)
def test_dates_become_iso(text: str, iso: str) -> None:
    assert [match.normalized for match in found(text, KeyKind.DATE)] == [iso]


def test_an_ambiguous_date_has_no_iso_form_and_says_both_readings() -> None:
    (match,) = found("due 03/01/2025", KeyKind.DATE)
    assert match.normalized is None
    assert match.note is not None
    assert "2025-01-03" in match.note
    assert "2025-03-01" in match.note


@pytest.mark.parametrize(
    "text", ["2025年13月1日", "2025-02-30", "version 1.2.3", "99/99/2025", "10.5555/2024"]
)
def test_what_is_no_date_is_not_found(text: str) -> None:
    assert not [
        match for match in found(text, KeyKind.DATE) if match.normalized and len(match.normalized) == 10
    ]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("共计¥1,234.50", "1234.50 CNY"),
        ("￥ 99", "99.00 CNY"),
        ("人民币壹万贰仟元整", "12000.00 CNY"),
        ("壹佰零贰万叁仟肆佰伍拾陆元柒角捌分", "1023456.78 CNY"),
        ("人民币叁亿元整", "300000000.00 CNY"),
        ("3.2亿元", "320000000.00 CNY"),
        ("12万元", "120000.00 CNY"),
        ("500美元", "500.00 USD"),
        ("USD 1.2 million", "1200000.00 USD"),
        ("$2,775.00", "2775.00 USD"),
        ("$3.5bn", "3500000000.00 USD"),
        ("€ 40", "40.00 EUR"),
        ("1,450,000 EUR", "1450000.00 EUR"),
        ("25 million euros", "25000000.00 EUR"),
        ("HK$300", "300.00 HKD"),
    ],
)
def test_amounts_carry_their_currency(text: str, normalized: str) -> None:
    assert [match.normalized for match in found(text, KeyKind.AMOUNT)] == [normalized]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("总费用为人民币八千六百元整。", "8600.00 CNY"),
        ("罚款五十元", "50.00 CNY"),
        ("共计一万二千三百零五元六角", "12305.60 CNY"),
        ("投资三亿二千万元", "320000000.00 CNY"),
    ],
)
def test_everyday_chinese_numerals_are_amounts(text: str, normalized: str) -> None:
    assert [match.normalized for match in found(text, KeyKind.AMOUNT)] == [normalized]


@pytest.mark.parametrize(
    "text", ["公元2025", "单元3", "12 people", "增长12.5%", "多亿元", "一元二次", "第十元"]
)
def test_numbers_without_money_are_no_amounts(text: str) -> None:
    assert not found(text, KeyKind.AMOUNT)


def test_a_number_belongs_to_one_kind_only() -> None:
    kinds = {match.kind for match in find_patterns("电话：13812345678")}
    assert kinds == {KeyKind.CONTACT}


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("合同编号：QH-2025-0412", "QH-2025-0412", "合同编号"),
        ("发票号码: 04512378", "04512378", "发票号码"),
        ("Invoice No.: INV-20931", "INV-20931", "Invoice No."),
        ("Agreement No. MSA-2025-077 is", "MSA-2025-077", "Agreement No."),
        ("Report number QX-AR-2025-017.", "QX-AR-2025-017", "Report number"),
        ("as agreed under contract HL-2025-0318 within", "HL-2025-0318", "contract"),
        ("see doi 10.1000/xyz.123.", "10.1000/xyz.123", "DOI"),
        ("ISBN 978-3-16-148410-0", "978-3-16-148410-0", "ISBN"),
        ("IBAN: GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32", "IBAN"),
        ("代码 91350100M000100Y43", "91350100M000100Y43", "统一社会信用代码"),
        ("证件 11010519491231002X", "11010519491231002X", "身份证号"),
    ],
)
def test_identifiers_are_found_by_form_or_label(text: str, value: str, label: str) -> None:
    assert [(match.value, match.label, match.note) for match in found(text, KeyKind.IDENTIFIER)] == [
        (value, label, None)
    ]


def test_a_wrong_check_digit_is_said() -> None:
    (match,) = found("统一社会信用代码：91350100M000100Y44", KeyKind.IDENTIFIER)
    assert match.note is not None
    assert "check digit" in match.note


def test_check_digits_follow_their_standards() -> None:
    assert credit_code_is_valid("91350100M000100Y43")
    assert not credit_code_is_valid("91350100M000100Y40")
    assert resident_number_is_valid("11010519491231002X")
    assert not resident_number_is_valid("110105194912310021")
    assert isbn_is_valid("0-306-40615-2")
    assert not isbn_is_valid("978-3-16-148410-1")
    assert issn_is_valid("0378-5955")
    assert not iban_is_valid("GB83 WEST 1234 5698 7654 32")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("邮箱：a.b@example.cn。", "a.b@example.cn"),
        ("see https://example.org/a?b=1.", "https://example.org/a?b=1"),
        ("电话 010-62515555", "010-62515555"),
        ("Tel. +44 20 7946 0958", "+44 20 7946 0958"),
        ("(614) 555-0137", "(614) 555-0137"),
        ("地址：苏州市工业园区星湖街328号", "苏州市工业园区星湖街328号"),
        ("From 418 Maple Avenue, Columbus", "418 Maple Avenue, Columbus"),
    ],
)
def test_contacts(text: str, value: str) -> None:
    assert [match.value for match in found(text, KeyKind.CONTACT)] == [value]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("由北京星河科技有限公司与上海大学签订", ["北京星河科技有限公司", "上海大学"]),
        (
            "between Northwind Trading Ltd. and Contoso Robotics, Inc.",
            ["Northwind Trading Ltd.", "Contoso Robotics, Inc."],
        ),
        ("at the University of Westmark", ["University of Westmark"]),
        ("提交苏州仲裁委员会仲裁", ["苏州仲裁委员会"]),
        ("a report of the Blue Lake Gauging Station", ["Blue Lake Gauging Station"]),
        ("蓝湖县水务局已批准", ["蓝湖县水务局"]),
    ],
)
def test_organizations_by_legal_form(text: str, names: list[str]) -> None:
    assert [match.value for match in found(text, KeyKind.ORGANIZATION)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("法定代表人：王建国，电话", ["王建国"]),
        ("出席：李明、张伟、陈晓红。", ["李明", "张伟", "陈晓红"]),
        ("Dr. Alan Grant said", ["Alan Grant"]),
        ("Attendees: Jane Miller, Tom B. Hale", ["Jane Miller", "Tom B. Hale"]),
        ("Editors: Jane Miller and Tom Hale.", ["Jane Miller", "Tom Hale"]),
        ("巡查人：李晓明08:40", ["李晓明"]),
        ("Checked by：J. Miller", ["J. Miller"]),
        ("联系人：甲方", []),
    ],
)
def test_people_by_label_or_title(text: str, names: list[str]) -> None:
    assert [match.value for match in found(text, KeyKind.PERSON)] == names


def test_obligations_are_whole_sentences_and_ordinary_words_with_the_same_sign_are_not() -> None:
    text = "本产品应用广泛。供应商反应迅速。乙方应于五日内交货。任何一方不得转让本合同。"
    assert [match.value for match in found(text, KeyKind.OBLIGATION)] == [
        "乙方应于五日内交货。",
        "任何一方不得转让本合同。",
    ]


def test_deadlines_hold_their_clause_and_date() -> None:
    (match,) = found("Payment is due by 31 March 2025. Then nothing.", KeyKind.DEADLINE)
    assert match.normalized == "2025-03-31"
    assert "Payment" in match.label
    (match,) = found("甲方应在收到发票后30日内付款", KeyKind.DEADLINE)
    assert match.value == "收到发票后30日内"


@pytest.mark.parametrize(
    "text",
    [
        piece * (40_000 // len(piece))
        for piece in (
            *(
                "一二三四五六七八九十",
                "a",
                "A ",
                "1,",
                "应",
                "地址：",
                "（",
                "within ",
                "A-",
                "负责人：",
                "a@",
            ),
            *("1 ", "0", "A of ", "壹", "2025年", "- ", "10.1/"),
        )
    ],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    started = time.process_time()
    find_patterns(text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Total expenditure was CNY 500.", ["Total expenditure"]),
        ("The authority approved a budget of CNY 500.", ["budget"]),
        ("The highest level, 6.83 metres, was read on 9 July 2025.", [""]),
        (
            "The station measured electrical conductivity and dissolved oxygen for EUR 500.",
            ["conductivity and dissolved oxygen"],
        ),
        ("stored on card 4.请维修组在 2025年12月5日 答复", [""]),
        ("spent EUR 500, of which EUR 100 on paper", ["spent", ""]),
    ],
)
def test_a_label_names_the_value_or_is_empty(text: str, labels: list[str]) -> None:
    matches = [match for match in find_patterns(text) if match.kind in (KeyKind.AMOUNT, KeyKind.DATE)]
    assert [match.label for match in matches] == labels


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The maintenance group shall repair the left bank before 31 March 2026.", "repair the left bank"),
        ("请维修组在2025年12月5日之前提交报价。", "提交报价"),
        ("乙方须在48小时内派员到场维修。", "派员到场维修"),
        ("The owner must respond within 24 hours and restore operation within five days.", "respond"),
    ],
)
def test_a_deadline_is_labelled_by_what_has_to_happen(text: str, label: str) -> None:
    assert found(text, KeyKind.DEADLINE)[0].label == label


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        (
            "The mean discharge was 38.6 cubic metres per second, 7 percent below the mean.",
            [("mean discharge", "38.6 cubic metres per second")],
        ),
        ("The highest level, 6.83 metres, was read on 9 July 2025.", [("highest level", "6.83 metres")]),
        ("全年客运量达到8.64亿人次，同比增长6.2%。", [("全年客运量", "8.64亿人次")]),
        ("Total expenditure was CNY 500.00 on 9 July 2025.", []),
    ],
)
def test_measures_have_a_name_and_a_unit(text: str, measures: list[tuple[str, str]]) -> None:
    assert [(match.label, match.value) for match in find_measures(text)] == measures
