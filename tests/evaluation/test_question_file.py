"""A file of questions: what a line may say, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.errors import DamagedInput, InputMissing
from open_autoglm.evaluation.question_file import KnownQuestion, read_questions


def read(tmp_path: Path, text: str) -> list[KnownQuestion]:
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    return read_questions(path)


def test_one_text_and_a_list_of_them_are_the_same(tmp_path: Path) -> None:
    one, other = read(
        tmp_path,
        '\ufeff{"id": "a", "question": "年假有几天？", "file": "a.pdf", "page": 3, "answer": "10天"}\n\n'
        '{"question": "x", "files": ["a.pdf", "b.pdf"], "section": "1.2", "text": ["p", "q"], "n": 1}',
    )
    assert (one.id, one.files, one.page, one.answers) == ("a", ("a.pdf",), 3, ("10天",))
    assert (other.id, other.files, other.sections) == (3, ("a.pdf", "b.pdf"), ("1.2",))
    assert (other.texts, other.answerable, other.where) == (("p", "q"), None, "q.jsonl, line 3")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ('"file": 3', '"file"'),
        ('"answer": [1]', '"answer"'),
        ('"page": 0', '"page"'),
        ('"page": true', '"page"'),
        ('"answerable": "no"', '"answerable"'),
    ],
)
def test_a_wrong_field_is_told_with_its_line(tmp_path: Path, fields: str, says: str) -> None:
    with pytest.raises(DamagedInput, match="line 2") as told:
        read(tmp_path, f'{{"question": "x"}}\n{{"question": "y", {fields}}}\n')
    assert says in told.value.message
    assert told.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"none\.jsonl"):
        read_questions(tmp_path / "none.jsonl")
