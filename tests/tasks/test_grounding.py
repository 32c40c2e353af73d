"""A value is cited where the document says it, whatever typesetting did to it, and nowhere else."""

from __future__ import annotations

import pytest
from hand_built import build

from open_autoglm.tasks.document_text import passages_of
from open_autoglm.tasks.grounding import DocumentIndex


def index_of(*pages: str) -> DocumentIndex:
    return DocumentIndex(passages_of(build(*pages)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("合同总价为１２，０００元", "12000元"),
        ("the fee of 1,200,000 EUR", "1200000 EUR"),
        ("青禾智能\\n制造有限公司", "青禾智能制造有限公司"),
        ("an inter-\\nnational treaty", "international treaty"),
        ("the state-of-the-art", "state‑of‑the‑art"),
        ("He said “yes”", '"YES"'),
        ("北 京 大 学", "北京大学"),
        ("(ABC)", "（ABC）"),
    ],
)
def test_typesetting_does_not_hide_a_value(text: str, value: str) -> None:
    assert index_of(text).find(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("in 2012", "12"),
        ("12.5 percent", "12"),
        ("3.12 percent", "12"),
        ("a party", "art"),
        ("乙方", "甲方"),
        ("a 12 | 34 b", "1234"),
    ],
)
def test_a_part_of_a_number_or_word_is_no_find(text: str, value: str) -> None:
    assert not index_of(text).find(value)


def test_a_number_at_the_end_of_a_sentence_is_found() -> None:
    assert index_of("There were 12.").find("12")


def test_a_citation_names_page_region_box_and_wording() -> None:
    (citation,) = index_of("nothing", "# Title\nThe  Quick\\nFox runs").find("quick fox")
    assert (citation.page, citation.region, citation.quote) == (2, "p2-r2", "Quick Fox")
    assert citation.box is not None
    assert citation.box.y0 == 40


def test_a_value_over_two_paragraphs_is_found_and_over_two_cells_is_not() -> None:
    index = index_of("the long\nroad home", "long | road // a | b")
    assert [citation.page for citation in index.find("long road")] == [1]


def test_look_ups_are_limited_in_pages_and_number() -> None:
    index = index_of("x1 here", "x1 x1\nx1", "x1")
    assert [citation.page for citation in index.find("x1", pages=(2, 3), limit=2)] == [2, 2]
    assert index.find("x1", pages=(9,)) == ()
    assert index.find("  ") == ()


def test_cells_are_labelled_by_row_and_column() -> None:
    passages = passages_of(build("item | price // chair | $5"))
    assert [(passage.text, passage.label) for passage in passages][-1] == ("$5", "chair / price")
