"""Questions that a base can be scored on."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.errors import DamagedInput
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.questions import files_not_held, read_scored_questions

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "retrieval_questions"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n", "holds no question"),
        ('{"question": "x"}', "line 1 says neither"),
        ('{"question": "x", "answerable": true}', "line 1 says neither"),
        ('{"question": "x", "page": 3}', "line 1 says neither"),
        ('{"question": "x", "answerable": false, "file": "a.pdf"}', "line 1 has"),
        (
            '{"id": 7, "question": "x", "file": "a"}\n{"id": 7, "question": "y", "file": "a"}',
            "q.jsonl, line 2 has the .* of q.jsonl, line 1",
        ),
    ],
)
def test_what_can_not_be_scored_is_told_with_line_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedInput, match=says) as told:
        read_scored_questions(path)
    assert told.value.hint


@pytest.mark.parametrize("name", ["manual", "tables", "unanswerable"])
def test_the_questions_of_the_benchmark_have_this_form(name: str) -> None:
    questions = read_scored_questions(BENCHMARK / f"{name}.jsonl")
    assert all((one.answerable is False) == (name == "unanswerable") for one in questions)


def test_files_that_the_base_does_not_hold() -> None:
    asked = [
        KnownQuestion(1, "x", files=("a.pdf", "m/b.pdf")),
        KnownQuestion(2, "y", files=("c.pdf", "b.pdf")),
    ]
    assert files_not_held(asked, ["docs/m/b.pdf", "docs/ba.pdf"]) == ["a.pdf", "c.pdf"]
