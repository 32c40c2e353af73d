"""Key information: layout and patterns alone, what the model adds, and what is refused."""

from __future__ import annotations

from hand_built import build

from open_autoglm.documents.model import Document
from open_autoglm.tasks.document_result import FoundBy, KeyKind, KeyValue
from open_autoglm.tasks.document_text import passages_of
from open_autoglm.tasks.grounding import DocumentIndex
from open_autoglm.tasks.key_information import LIMITS, Finding, find_key_information

CONTRACT = build(
    "# 采购合同\n甲方：青禾智能制造有限公司，代表沈佳宁，合同总价¥1,000.00。",
    "乙方应于2025年6月30日前交货。青禾智能制造有限公司验收。运费¥20.00，合同总价¥1,000.00，满载率为118%。",
)


def find(document: Document, *findings: Finding) -> tuple[tuple[KeyValue, ...], tuple[str, ...]]:
    passages = passages_of(document)
    return find_key_information(document, passages, DocumentIndex(passages), findings)


def of_kind(values: tuple[KeyValue, ...], kind: KeyKind) -> list[KeyValue]:
    return [value for value in values if value.kind is kind]


def test_without_a_model_layout_and_patterns_find_what_has_a_form() -> None:
    values, notes = find(CONTRACT)
    assert [(value.kind, value.value) for value in values if value.kind is not KeyKind.OBLIGATION] == [
        (KeyKind.TITLE, "采购合同"),
        (KeyKind.ORGANIZATION, "青禾智能制造有限公司"),
        (KeyKind.DATE, "2025年6月30日"),
        (KeyKind.AMOUNT, "¥1,000.00"),
        (KeyKind.AMOUNT, "¥20.00"),
        (KeyKind.DEADLINE, "2025年6月30日前"),
    ]
    assert all(value.verified and value.citations for value in values)
    assert notes == ()


def test_a_value_that_stands_twice_is_one_with_both_places() -> None:
    (organization,) = of_kind(find(CONTRACT)[0], KeyKind.ORGANIZATION)
    assert [(citation.page, citation.region) for citation in organization.citations] == [
        (1, "p1-r2"),
        (2, "p2-r1"),
    ]


def test_what_the_model_names_is_kept_only_where_the_document_has_it() -> None:
    values, notes = find(
        CONTRACT,
        Finding(KeyKind.PERSON, "沈佳宁", "", (1,)),
        Finding(KeyKind.PERSON, "张三丰", "", (1,)),
        Finding(KeyKind.ORGANIZATION, "不存在有限公司", "", (2,)),
    )
    assert [(value.value, value.found_by) for value in of_kind(values, KeyKind.PERSON)] == [
        ("沈佳宁", FoundBy.MODEL)
    ]
    assert len(of_kind(values, KeyKind.ORGANIZATION)) == 1
    assert notes == ("2 of 3 values named by the model are not in the document: dropped.",)


def test_roles_and_companies_are_no_people() -> None:
    values, _ = find(
        CONTRACT,
        Finding(KeyKind.PERSON, "甲方", "", (1,)),
        Finding(KeyKind.PERSON, "青禾智能制造有限公司", "", (1,)),
        Finding(KeyKind.ORGANIZATION, "乙方", "", (1,)),
    )
    assert not of_kind(values, KeyKind.PERSON)
    assert [value.value for value in of_kind(values, KeyKind.ORGANIZATION)] == ["青禾智能制造有限公司"]


def test_a_paraphrased_obligation_is_marked_and_an_invented_one_dropped() -> None:
    document = build("双方负责在六月底以前完成设备的安装和调试工作，费用由甲方承担。")
    values, _ = find(
        document,
        Finding(KeyKind.OBLIGATION, "双方六月底以前完成设备安装和调试工作", "", (1,)),
        Finding(KeyKind.OBLIGATION, "丙方必须支付一百万元罚款", "", (1,)),
    )
    (duty,) = [value for value in of_kind(values, KeyKind.OBLIGATION) if value.found_by is FoundBy.MODEL]
    assert not duty.verified
    assert duty.note is not None
    assert duty.citations[0].page == 1


def test_a_figure_needs_its_number_and_its_name_on_the_page() -> None:
    values, _ = find(
        CONTRACT,
        Finding(KeyKind.KEY_FIGURE, "118%", "满载率", (2,)),
        Finding(KeyKind.KEY_FIGURE, "119%", "满载率", (2,)),
        Finding(KeyKind.KEY_FIGURE, "2025年6月30日", "交货日期", (2,)),
        Finding(KeyKind.KEY_FIGURE, "¥20.00", "penguin census", (2,)),
    )
    figures = of_kind(values, KeyKind.KEY_FIGURE)
    assert [(value.value, value.verified) for value in figures] == [("118%", True), ("¥20.00", False)]


def test_the_title_is_taken_from_the_page_before_the_file() -> None:
    assert find(build("# On the page", title="In the file"))[0][0].value == "On the page"
    assert find(build("## At the top\ntext"))[0][0].value == "At the top"
    assert not find(build("text\nmore\n## 5.1 Somewhere"))[0]
    (title,) = find(build("text", title="In the file"))[0]
    assert (title.value, title.verified) == ("In the file", False)
    assert not find(build("# Sheet1"))[0]
    assert not find(build("text", title="Microsoft Word - draft.docx"))[0]


def test_long_lists_are_capped_and_say_so() -> None:
    values, notes = find(build("\n".join(f"¥{number}.00" for number in range(1, 100))))
    assert len(of_kind(values, KeyKind.AMOUNT)) == LIMITS[KeyKind.AMOUNT]
    assert notes == ("39 more values of kind amount are left out; the first 60 are kept.",)


def test_a_part_of_an_organization_the_model_names_is_not_listed_beside_the_whole() -> None:
    document = build("The supplier is Hanlin Instruments Ltd. of Redhill.")
    finding = Finding(KeyKind.ORGANIZATION, "Hanlin Instruments", "", (1,))
    organizations = of_kind(find(document, finding)[0], KeyKind.ORGANIZATION)
    assert [value.value for value in organizations] == ["Hanlin Instruments Ltd."]


def test_a_machine_that_the_model_calls_an_organization_is_none() -> None:
    document = build("三号车间水泵由宏达检修队检修。")
    named = [Finding(KeyKind.ORGANIZATION, name, "", (1,)) for name in ("三号车间水泵", "宏达检修队")]
    organizations = of_kind(find(document, *named)[0], KeyKind.ORGANIZATION)
    assert [value.value for value in organizations] == ["宏达检修队"]
