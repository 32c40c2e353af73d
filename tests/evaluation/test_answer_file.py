"""Answers are kept as they come and found again by all that they were asked with."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.writing.questions import ask_for_function
from open_autoglm.errors import DamagedInput
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.values import ChatRequest, Completion, Sampling, Usage


class Counting:
    """Answers with the number of the question."""

    def __init__(self) -> None:
        self.asked = 0

    def chat(self, request: ChatRequest) -> Completion:
        self.asked += 1
        return Completion(f"答案 {self.asked}\n", "stop", Usage(7, 3), "m")


def test_an_answer_is_asked_for_once_and_found_by_the_next_run(tmp_path: Path) -> None:
    path, engine, request = tmp_path / "answers.jsonl", Counting(), ask_for_function("def f():")
    first = AnswerFile(path).of("m", engine).chat(request)
    later = AnswerFile(path)
    assert len(later) == 1
    again = later.of("m", engine)
    assert again.chat(request).text == first.text == "答案 1\n"
    assert again.chat(request).usage == Usage(7, 3)
    assert (engine.asked, again.asked) == (1, 2)


def test_another_model_another_prompt_and_another_seed_are_other_answers(tmp_path: Path) -> None:
    kept, engine = AnswerFile(tmp_path / "answers.jsonl"), Counting()
    sampled = ask_for_function("def f():", Sampling(0.8, seed=1))
    for model, request in [
        ("m", ask_for_function("def f():")),
        ("n", ask_for_function("def f():")),
        ("m", ask_for_function("def g():")),
        ("m", sampled),
        ("m", ask_for_function("def f():", Sampling(0.8, seed=2))),
    ]:
        kept.of(model, engine).chat(request)
    assert engine.asked == 5


def test_a_line_that_was_broken_off_is_asked_for_again(tmp_path: Path) -> None:
    path, engine = tmp_path / "answers.jsonl", Counting()
    requests = [ask_for_function(f"def f{number}():") for number in range(3)]
    for request in requests[:2]:
        AnswerFile(path).of("m", engine).chat(request)
    path.write_bytes(path.read_bytes()[:-20])
    for request in requests:
        AnswerFile(path).of("m", engine).chat(request)
    assert engine.asked == 4
    assert len(AnswerFile(path)) == 3


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    for text in ('{"a": 1}\n', "[1]\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DamagedInput, match="no file of answers"):
            AnswerFile(path)


def test_without_a_file_answers_are_kept_in_memory() -> None:
    kept, engine = AnswerFile(None), Counting()
    for _ in range(2):
        kept.of("m", engine).chat(ask_for_function("def f():"))
    assert engine.asked == 1
