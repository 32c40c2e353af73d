"""Edits that a model writes: what it is shown, and which of its answers are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from open_autoglm.code.diagnose.failure import Failure, Frame
from open_autoglm.code.repair.model_edits import (
    Case,
    edit_prompt,
    gap_candidates,
    model_candidates,
    read_edits,
    read_lines,
    replaced,
)

TEXT = "def f(a):\n    total = 0\n    for x in a:\n        total = x\n    return total\n"
TESTS = {"test_a.py": "def test_sum():\n    assert f([1, 2]) == 3\n\n\ndef test_other():\n    pass\n"}
FAILURE = Failure(
    "assertion", "AssertionError", "assert 2 == 3", (Frame("test_a.py", 2),), ("test_a.py::test_sum",)
)
CASE = Case({"a.py": TEXT}, TESTS, (FAILURE,), {"a.py": {4: 1.0, 2: 0.5}})


class Scripted:
    """A writer that answers what it is told to."""

    fills_gaps = True

    def __init__(self, answers: Sequence[str] = (), fillings: Sequence[str] = ()) -> None:
        self._answers = answers
        self._fillings = fillings
        self.prompts: list[str] = []
        self.gaps: list[tuple[str, str]] = []

    def answers(
        self, system: str, prompt: str, tries: int, max_tokens: int, grammar: str = ""
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        self.grammar = grammar
        yield from self._answers[:tries]

    def fillings(
        self, before: str, after: str, others: Sequence[tuple[str, str]], tries: int
    ) -> Iterator[str]:
        self.gaps.append((before, after))
        yield from self._fillings[:tries]

    def likelihood(self, before: str, after: str, text: str) -> float | None:
        return None


def answer(old: str, new: str) -> str:
    return f"<<<<<<< OLD\n{old}\n=======\n{new}\n>>>>>>> NEW"


def test_the_model_sees_source_failing_test_and_message() -> None:
    prompt = edit_prompt(CASE, ("- 'a' -> 'b'",))
    for said in ("1|def f(a):\n2|", "def test_sum", "assert 2 == 3", "\n4|        total = x", "- 'a' -> 'b'"):
        assert said in prompt
    assert "test_other" not in prompt


def test_an_edit_in_the_asked_form_becomes_a_candidate() -> None:
    writer = Scripted([answer("        total = x", "        total += x")])
    (candidate,) = model_candidates(CASE, writer, 3)
    assert candidate.applied({"a.py": TEXT})["a.py"] == TEXT.replace("total = x", "total += x")
    assert candidate.maker == "model:edit"


@pytest.mark.parametrize("said", ["4|        total += x", "4|total += x", "Line:\n4|        total += x\n"])
def test_a_numbered_line_becomes_a_candidate(said: str) -> None:
    writer = Scripted([said])
    (candidate,) = model_candidates(CASE, writer, 3)
    assert candidate.applied({"a.py": TEXT})["a.py"] == TEXT.replace("total = x", "total += x")
    assert writer.grammar.startswith('root ::= ("4" | "2") "|" line')


def test_lines_may_follow_a_numbered_one_and_numbers_name_their_file() -> None:
    files = {"b.py": "x = 1\n", "a.py": TEXT}
    (candidate,) = read_lines("1004|        if x:\n|            total += x", files)
    changed = candidate.applied(files)["a.py"]
    assert "        if x:\n            total += x\n    return total\n" in changed


@pytest.mark.parametrize("said", ["99|x", "0|x", "4|        total = x", "4|", "2000|x", "4|total = = x"])
def test_a_number_that_names_no_line_or_a_change_of_no_use_is_no_candidate(said: str) -> None:
    assert not list(read_lines(said, {"a.py": TEXT}))


def test_lost_indentation_is_given_back() -> None:
    assert replaced(TEXT, "total = x", "total += x\nprint(x)") == TEXT.replace(
        "        total = x", "        total += x\n        print(x)"
    )


@pytest.mark.parametrize(
    "said",
    [
        "I think the loop is wrong.",
        answer("nothing like this", "x"),
        answer("        total = x", "        total = x"),
        answer("", "x = 1"),
        "<<<<<<< OLD\n=======\n",
    ],
)
def test_what_does_not_fit_is_no_candidate(said: str) -> None:
    assert not list(read_edits(said, {"a.py": TEXT}))


def test_old_lines_in_two_places_are_ambiguous() -> None:
    assert replaced("a\nb\na\n", "a", "c") is None


def test_fences_around_code_are_no_code() -> None:
    (candidate,) = read_edits(
        answer("```python\n        total = x\n```", "        total += x"), {"a.py": TEXT}
    )
    assert "+=" in candidate.edits[0].new


def test_an_edit_that_rewrites_everything_is_not_small() -> None:
    long = "\n".join(f"line{number} = {number}" for number in range(40))
    assert not list(read_edits(answer(long, long.upper()), {"a.py": long + "\n"}))


def test_the_worst_line_is_taken_out_and_written_anew() -> None:
    writer = Scripted(fillings=["total += x", "total = x"])
    first = next(gap_candidates(CASE, writer, 2))
    before, after = writer.gaps[0]
    assert before.endswith("for x in a:\n        ")
    assert after.startswith("\n    return total")
    assert first.applied({"a.py": TEXT})["a.py"] == TEXT.replace("total = x", "total += x")


def test_a_model_that_fills_no_gaps_is_not_asked_to() -> None:
    writer = Scripted()
    writer.fills_gaps = False
    assert not list(gap_candidates(CASE, writer, 2))
    assert not writer.gaps
