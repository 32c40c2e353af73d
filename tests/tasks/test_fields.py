"""The user's fields: typed, checked in the document, and honest where there is nothing."""

from __future__ import annotations

import json

import pytest
from hand_built import build

from open_autoglm.tasks.document_result import FieldType, FieldValue
from open_autoglm.tasks.document_text import passages_of
from open_autoglm.tasks.field_specification import FieldSpecification
from open_autoglm.tasks.field_values import typed
from open_autoglm.tasks.fields import extract_fields
from open_autoglm.tasks.grounding import DocumentIndex

DOCUMENT = build(
    "# 采购合同\n合同编号：QH-7\n合同总价为人民币1,020,000元，签订日期为2025年4月12日。",
    "质保期为24个月。甲方支付30%作为预付款。\n甲方：青禾公司\n乙方：海岳公司",
)


def fill(scripted, answer: dict[str, object], *fields: FieldSpecification) -> tuple[FieldValue, ...]:
    engine, _ = scripted([json.dumps(answer, ensure_ascii=False)])
    passages = passages_of(DOCUMENT)
    return extract_fields(fields, passages, DocumentIndex(passages), engine, lambda *_: None)


def test_values_are_typed_and_cited(scripted) -> None:
    values = fill(
        scripted,
        {
            "number": "QH-7",
            "price": "人民币1,020,000元",
            "signed": "2025年4月12日",
            "months": "24个月",
            "parties": ["青禾公司", "海岳公司", "第三公司"],
        },
        FieldSpecification("number", FieldType.TEXT),
        FieldSpecification("price", FieldType.AMOUNT),
        FieldSpecification("signed", FieldType.DATE),
        FieldSpecification("months", FieldType.NUMBER),
        FieldSpecification("parties", FieldType.LIST),
    )
    assert [value.value for value in values] == [
        "QH-7",
        "1020000.00 CNY",
        "2025-04-12",
        24.0,
        ("青禾公司", "海岳公司"),
    ]
    assert all(value.verified and value.citations for value in values)
    assert values[4].note == "1 items are not in the document: dropped."


def test_a_yes_or_no_rests_on_a_quoted_passage(scripted) -> None:
    quoted, unquoted = fill(
        scripted,
        {
            "a": {"evidence": "甲方支付30%作为预付款", "value": "yes"},
            "b": {"evidence": "没有这句话", "value": "no"},
        },
        FieldSpecification("a", FieldType.BOOLEAN),
        FieldSpecification("b", FieldType.BOOLEAN),
    )
    assert (quoted.value, quoted.verified, quoted.citations[0].page) == (True, True, 2)
    assert (unquoted.value, unquoted.verified) == (False, False)


def test_what_is_missing_unreadable_or_invented_is_said(scripted) -> None:
    values = fill(
        scripted,
        {"a": None, "b": "未提及", "c": "about a lot", "d": "QH-999"},
        FieldSpecification("a", FieldType.TEXT, required=True),
        FieldSpecification("b", FieldType.TEXT),
        FieldSpecification("c", FieldType.NUMBER),
        FieldSpecification("d", FieldType.TEXT),
    )
    assert [(value.value, value.verified) for value in values] == [
        (None, False),
        (None, False),
        (None, False),
        ("QH-999", False),
    ]
    assert values[0].note == "Required, but missing. Not found in the document."
    assert values[2].note == "'about a lot' is not a number."
    assert values[3].note == "The document does not say it in these words."


def test_an_answer_that_is_no_json_leaves_every_field_missing(scripted) -> None:
    (value,) = fill(scripted, {}, FieldSpecification("a", FieldType.TEXT))
    assert value.value is None


def test_of_a_long_document_the_passages_about_the_field_are_shown(scripted) -> None:
    engine, script = scripted(['{"warranty": "36 months"}'])
    filler = "\n".join(f"Paragraph {i} speaks of wholly other matters, at some length." for i in range(300))
    document = build(filler, "The warranty period is 36 months.", filler)
    passages = passages_of(document)
    (value,) = extract_fields(
        (FieldSpecification("warranty", FieldType.NUMBER, "warranty period"),),
        passages,
        DocumentIndex(passages),
        engine,
        lambda *_: None,
    )
    prompt = script.requests[0].messages[1].content
    assert isinstance(prompt, str)
    assert "The warranty period is 36 months." in prompt
    assert (value.value, value.citations[0].page) == (36.0, 2)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3.2亿", FieldType.NUMBER, 320_000_000.0),
        ("-5", FieldType.NUMBER, -5.0),
        ("1 May 2024", FieldType.DATE, "2024-05-01"),
        ("yes", FieldType.BOOLEAN, True),
        ("否", FieldType.BOOLEAN, False),
        ("1,200", FieldType.AMOUNT, "1200.00"),
    ],
)
def test_text_is_read_as_its_type(text: str, kind: FieldType, value: object) -> None:
    assert typed(text, kind)[0] == value


def test_an_ambiguous_date_stays_as_written_with_its_doubt() -> None:
    value, note = typed("03/04/2025", FieldType.DATE)
    assert value == "03/04/2025"
    assert note is not None
