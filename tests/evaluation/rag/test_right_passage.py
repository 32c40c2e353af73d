"""Which passages answer a question."""

from __future__ import annotations

import unicodedata

import pytest

from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.right_passage import Passage, is_file, is_right
from open_autoglm.evaluation.rag.same_words import holds

PASSAGE = Passage(
    7, "company/manuals/员工.pdf", (3, 4), ("员工手册", "2.1 年假"), "员工每年有 10\n天年假，共 1,200 小时。"
)


@pytest.mark.parametrize(
    ("known", "right"),
    [
        ({"files": ("员工.pdf",)}, True),
        ({"files": ("manuals/员工.pdf",), "page": 4}, True),
        ({"files": ("other.pdf", "员工.pdf")}, True),
        ({"files": ("工.pdf",)}, False),
        ({"files": ("员工.pdf",), "page": 5}, False),
        ({"sections": ("2.1",)}, True),
        ({"sections": ("年假",)}, True),
        ({"sections": ("2.1 年假",)}, True),
        ({"sections": ("2",)}, False),
        ({"texts": ("10天年假",)}, True),
        ({"texts": ("11 天", "1200 小时")}, True),
        ({"answers": ("20 天",)}, False),
        ({"answers": ("20 天",), "texts": ("年假",)}, True),
        ({"files": ("员工.pdf",), "texts": ("病假",)}, False),
    ],
)
def test_all_that_is_said_must_hold(known: dict[str, object], right: bool) -> None:
    assert is_right(KnownQuestion(1, "年假有几天？", **known), PASSAGE) is right


@pytest.mark.parametrize(
    ("text", "words", "held"),
    [
        ("It was 2010.", "10", False),
        ("10.5 days", "10", False),
        ("After 10, go.", "10", True),
        ("Leave takes\nTEN days", "ten  days", True),
        ("共１０天", "10天", True),
        ("CNY 1,284,500.00", "1284500.00", True),
        ("anything", " ", False),
    ],
)
def test_words_are_found_however_they_are_typeset(text: str, words: str, held: bool) -> None:
    assert holds(text, words) is held


def test_names_of_files_from_other_systems() -> None:
    assert is_file("manuals\\b.pdf", "company/manuals/b.pdf")
    assert is_file(unicodedata.normalize("NFD", "Résumé.pdf"), "hr/Résumé.pdf")
