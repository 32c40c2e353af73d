"""The set of broken programs: well formed, made anew without a difference, and as broken as it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from open_autoglm.errors import NotFound
from open_autoglm.evaluation.repair_set import SPLITS, RepairTask, repair_tasks

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))

from repair_set.base_programs import CATEGORIES  # noqa: E402
from repair_set.trial import run_tests  # noqa: E402

TASKS = repair_tasks()
SAMPLE = TASKS[len(TASKS) // 12 :: len(TASKS) // 6][:6]


def test_there_are_enough_tasks_of_every_kind() -> None:
    assert len(TASKS) >= 120
    assert {task.category for task in TASKS} == set(CATEGORIES)
    origins = Counter(task.origin for task in TASKS)
    assert origins["hand"] >= 70
    assert origins["mutation"] >= 50


def test_every_task_has_a_name_of_its_own() -> None:
    assert len({task.id for task in TASKS}) == len(TASKS)


def test_no_program_lies_in_both_parts() -> None:
    tune, report = ({task.base for task in repair_tasks(split)} for split in SPLITS)
    assert tune
    assert report
    assert not tune & report


def test_either_part_holds_about_half_and_every_category() -> None:
    for split in SPLITS:
        part = repair_tasks(split)
        assert 0.4 * len(TASKS) <= len(part) <= 0.6 * len(TASKS)
        assert {task.category for task in part} == set(CATEGORIES)


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match=r"no part 'train'.*tune or report"):
        repair_tasks("train")


def test_right_programs_parse_and_differ_from_the_broken_ones() -> None:
    for task in TASKS:
        assert task.files.keys() == task.reference.keys(), task.id
        assert task.broken_files, task.id
        for text in (*task.reference.values(), task.test_text, task.hidden_text):
            ast.parse(text, task.id)


def test_only_faults_of_syntax_keep_a_program_from_being_read() -> None:
    unread = {task.id for task in TASKS if not all(map(_is_read, task.files.values()))}
    assert unread == {task.id for task in TASKS if task.category == "syntax"}


def _is_read(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def test_the_shipped_file_is_what_the_programs_make() -> None:
    command = [sys.executable, str(BENCHMARKS / "make_repair_set.py"), "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("task", SAMPLE, ids=lambda task: task.id)
def test_both_tests_notice_the_fault_and_neither_the_right_program(task: RepairTask) -> None:
    tests = {task.test_name: task.test_text, task.hidden_name: task.hidden_text}
    assert run_tests(task.files, tests).failed == tests.keys()
    right = run_tests(task.reference, tests)
    assert right.passed, right.output
