"""Answers are scored by what they do: parsed, run against hidden tests, compared with a right program."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.errors import DamagedInput, UnsupportedFormat
from open_autoglm.evaluation.code_score import Marks, score_program, syntax_fault, weighted
from open_autoglm.evaluation.code_task_file import read_code_tasks
from open_autoglm.evaluation.code_tasks import CodeTask, CodeTest

SANDBOX = Sandbox()
RIGHT = "def f(x):\n    return 2 * x\n"
TASK = CodeTask(
    id="twice",
    prompt="def f(x):\n",
    entry_point="f",
    examples=(Example("f(1)", "2"), Example("f(2)", "4")),
    hidden=(CodeTest("one", "assert f(3) == 6"), CodeTest("two", "assert f(-1) == -2, 'negative'")),
)


def test_ten_eight_and_nine_give_eight_point_eight() -> None:
    assert weighted(10, 8, 9) == pytest.approx(8.8)
    assert Marks(1.0, 0.8, 0.9).total == pytest.approx(0.88)


def test_a_right_program_has_full_marks() -> None:
    score = score_program(TASK, RIGHT, SANDBOX)
    assert (score.marks, score.right, score.failing) == (Marks(1.0, 1.0, 1.0), True, "")


def test_a_program_that_is_right_in_part_has_a_share_and_does_not_count_as_right() -> None:
    score = score_program(TASK, "def f(x):\n    return 2 * abs(x)\n", SANDBOX)
    assert score.marks == Marks(1.0, 0.5, 1.0)
    assert not score.right
    assert "hidden test two" in score.failing
    assert "negative" in score.failing


def test_a_failing_example_is_told_with_what_came() -> None:
    score = score_program(TASK, "def f(x):\n    return x + 1\n", SANDBOX)
    assert score.marks == Marks(1.0, 0.0, 0.5)
    task = CodeTask(
        **{name: getattr(TASK, name) for name in ("id", "prompt", "entry_point", "examples")}, hidden=()
    )
    assert score_program(task, "def f(x): return 2", SANDBOX).failing == "f(2) has to be 4, and is 2"


@pytest.mark.parametrize("program", ["def f(x):\n    return 2 *\n", "", "  \n", "x = '\x00'", "(" * 9000])
def test_what_does_not_parse_has_no_marks_and_is_not_run(program: str) -> None:
    score = score_program(TASK, program, SANDBOX)
    assert score.marks == Marks(0.0, 0.0, 0.0)
    assert score.failing


def test_a_program_that_ends_itself_with_0_has_passed_nothing() -> None:
    for program in ("import sys\nsys.exit(0)\n", "import os\nos._exit(0)\n"):
        assert score_program(TASK, program, SANDBOX).marks.logic == 0.0


def test_an_answer_is_compared_with_the_reference_on_drawn_inputs() -> None:
    task = CodeTask(
        id="gap",
        prompt="def f(x):\n",
        hidden=(CodeTest("one", "assert f(1) == 2"),),
        entry_point="f",
        reference=f"{RIGHT}",
        properties=("(rng.randint(-50, 50),)",),
    )
    assert score_program(task, RIGHT, SANDBOX).right
    score = score_program(task, "def f(x):\n    return 2 * abs(x)\n", SANDBOX)
    assert (score.marks.logic, score.right) == (0.5, False)
    assert "has to be -" in score.failing


def test_inputs_that_the_reference_refuses_are_left_out_and_all_of_them_are_a_mistake() -> None:
    picky = "def f(x):\n    if x < 0:\n        raise ValueError\n    return 2 * x\n"
    task = CodeTask(
        "p", "def f(x):\n", (), entry_point="f", reference=picky, properties=("(rng.randint(-9, 9),)",)
    )
    assert score_program(task, RIGHT, SANDBOX).right
    wrong = CodeTask("q", "def f(x):\n", (), entry_point="f", reference=picky, properties=("(-1,)",))
    with pytest.raises(DamagedInput, match="'q'"):
        score_program(wrong, RIGHT, SANDBOX)


def test_tests_may_be_files_with_a_command() -> None:
    test = CodeTest(
        "import", files={"t.py": "import program\nassert program.f(1) == 2\n"}, command=("python", "t.py")
    )
    task = CodeTask("files", "Write f.", (test,), visible=(test,))
    assert score_program(task, RIGHT, SANDBOX).marks == Marks(1.0, 1.0, 1.0)
    assert score_program(task, "def f(x): return 1\n", SANDBOX).marks == Marks(1.0, 0.0, 0.0)


def test_other_languages_are_parsed_and_what_can_not_be_run_is_said() -> None:
    assert syntax_fault("package main\nfunc f() {", "go").startswith("line ")
    assert syntax_fault("package main\n\nfunc f() {}\n", "go") == ""
    task = CodeTask("go", "func f", (CodeTest("one", "f()"),), language="go", program_file="program.go")
    with pytest.raises(UnsupportedFormat, match="can't be run"):
        score_program(task, "package main\n\nfunc f() {}\n", SANDBOX)


def test_reference_solutions_are_right_and_empty_bodies_are_not(shared_data: Path) -> None:
    tasks = read_code_tasks(shared_data / "code" / "HumanEval.jsonl.gz")
    assert len(tasks) == 164
    for task in tasks[11::50]:
        assert score_program(task, task.reference, SANDBOX).right
        assert not score_program(task, f"{task.prompt}    pass\n", SANDBOX).right
