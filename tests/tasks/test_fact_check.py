"""Numbers, dates and names of a statement must stand on its pages."""

from __future__ import annotations

import pytest
from hand_built import build

from open_autoglm.tasks.document_text import passages_of
from open_autoglm.tasks.fact_check import FactChecker
from open_autoglm.tasks.grounding import DocumentIndex

PAGES = (
    "全年客运量达到8.64亿人次，同比增长6.2%，正点率为99.87%。\n4号线于2024年9月28日开通。\n质保期为三十天。",
    "The fee is EUR 1.45 million, due on 31 March 2025. Notice is thirty days."
    "\nMargaret Ellison of Harrowgate signed.",
)


@pytest.fixture(scope="module")
def checker() -> FactChecker:
    return FactChecker(DocumentIndex(passages_of(build(*PAGES))))


@pytest.mark.parametrize(
    ("statement", "page"),
    [
        ("客运量为8.64亿人次，增长6.2%。", 1),
        ("客运量为864,000,000人次。", 1),
        ("4号线在2024-09-28开通。", 1),
        ("质保30天。", 1),
        ("The fee of €1,450,000 is due on March 31, 2025.", 2),
        ("Notice is 30 days, says Ellison.", 2),
        ("It was due in March 2025.", 2),
    ],
)
def test_what_the_page_says_in_another_form_is_not_missing(
    checker: FactChecker, statement: str, page: int
) -> None:
    assert checker.missing(statement, (page,)) == []


@pytest.mark.parametrize(
    ("statement", "page", "missing"),
    [
        ("客运量为8.46亿人次。", 1, ["8.46亿"]),
        ("客运量为8.64万人次。", 1, ["8.64万"]),
        ("4号线于2024年9月29日开通。", 1, ["2024年9月29日"]),
        ("由北京星河科技有限公司承建。", 1, ["北京星河科技有限公司"]),
        ("The fee is EUR 1.54 million.", 2, ["1.54 million"]),
        ("It was signed by Jonas Falk.", 2, ["Jonas", "Falk"]),
        ("The fee is due on 30 March 2025.", 2, ["30 March 2025"]),
    ],
)
def test_what_the_page_does_not_say_is_missing(
    checker: FactChecker, statement: str, page: int, missing: list[str]
) -> None:
    assert checker.missing(statement, (page,)) == missing


def test_the_page_that_bears_a_statement_out_is_found(checker: FactChecker) -> None:
    assert checker.best_page("客运量达到8.64亿人次", (2, 1)) == 1
    assert checker.best_page("Ellison signed", (1, 2)) == 2


def test_a_statement_without_pages_has_no_support(checker: FactChecker) -> None:
    assert checker.missing("anything", ()) == ["anything"]


def test_support_is_the_share_of_words_the_page_has(checker: FactChecker) -> None:
    assert checker.supported("the notice is thirty days", (2,)) == 1.0
    assert checker.supported("penguins live far south", (2,)) == 0.0
    assert checker.supported("penguins live far south", (1,)) == 1.0, "another language can't be measured"
