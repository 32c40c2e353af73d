"""Tasks from a file: both forms, and what is wrong told with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from open_autoglm.code.writing.example import Example
from open_autoglm.errors import DamagedInput, InputMissing
from open_autoglm.evaluation.code_repair_tasks import code_repair_tasks
from open_autoglm.evaluation.code_task_file import read_code_tasks

HUMAN_EVAL = {
    "task_id": "HumanEval/0",
    "prompt": 'def twice(x):\n    """\n    >>> twice(2)\n    4\n    """\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(3) == 6\n",
}
OWN = {"id": "a", "prompt": "def f(x):\n", "entry_point": "f", "hidden": ["assert f(1) == 2"]}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_the_published_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(HUMAN_EVAL).encode()))
    (task,) = read_code_tasks(path)
    assert task.examples == (Example("twice(2)", "4"),)
    assert task.reference.endswith("return 2 * x\n")
    assert task.hidden[0].code.endswith("check(twice)\n")
    assert "check" not in task.prompt


def test_a_form_of_ours_has_tests_examples_and_properties(tmp_path: Path) -> None:
    row = {
        **OWN,
        "examples": [{"call": "f(1)", "expected": "2"}],
        "visible": ["f(1)"],
        "hidden": [
            "assert f(1) == 2",
            {"name": "more", "files": {"t.py": "x"}, "command": ["python", "t.py"]},
        ],
        "reference": "def f(x): return 2 * x",
        "properties": ["(rng.randint(0, 9),)"],
        "files": {"data/words.txt": "a"},
    }
    (task,) = read_code_tasks(write(tmp_path / "tasks.jsonl", row))
    assert [test.name for test in task.hidden] == ["1", "more"]
    assert task.hidden[1].command == ("python", "t.py")
    assert (task.language, task.program_file) == ("python", "program.py")
    assert task.files == {"data/words.txt": "a"}


def test_other_languages_have_their_own_file_names(tmp_path: Path) -> None:
    (task,) = read_code_tasks(write(tmp_path / "tasks.jsonl", {**OWN, "language": "js"}))
    assert (task.language, task.program_file) == ("javascript", "program.js")


WRONG = {
    "no object": ([1], "not a JSON object"),
    "no id": ({**OWN, "id": ""}, "'id' has to be text"),
    "no prompt": ({"id": "a"}, "'prompt' is missing"),
    "an unknown language": ({**OWN, "language": "cobol"}, "'language'"),
    "nothing that judges": ({**OWN, "hidden": []}, "nothing can judge"),
    "a test that is a number": ({**OWN, "hidden": [1]}, "'hidden 1' has to be code"),
    "a command that is text": ({**OWN, "hidden": [{"files": {"a": "b"}, "command": "x"}]}, "command"),
    "an example without a value": ({**OWN, "examples": [{"call": "f(1)"}]}, "'examples 1'"),
    "a property that is no expression": (
        {**OWN, "reference": "x", "properties": ["a b"]},
        "no Python expression",
    ),
    "a property without a reference": ({**OWN, "properties": ["(1,)"]}, "need a reference"),
    "a file outside": ({**OWN, "files": {"../x": ""}}, "outside"),
    "an absolute file": ({**OWN, "files": {"C:\\x": ""}}, "outside"),
}


@pytest.mark.parametrize(("row", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, row: object, says: str) -> None:
    path = write(tmp_path / "tasks.jsonl", {**OWN, "id": "first"}, row)
    with pytest.raises(DamagedInput, match="line 2") as caught:
        read_code_tasks(path)
    assert says in str(caught.value)


def test_a_file_that_holds_no_tasks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    for data, says in [
        (b"\n", "no task"),
        (b"{", "line 1"),
        (b"\xff", "UTF-8"),
        (json.dumps(OWN).encode() * 2, "line 1"),
    ]:
        path.write_bytes(data)
        with pytest.raises(DamagedInput, match=says):
            read_code_tasks(path)
    with pytest.raises(DamagedInput, match="before it"):
        read_code_tasks(write(path, OWN, OWN))


def test_a_damaged_or_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl.gz"
    with pytest.raises(InputMissing, match=r"tasks\.jsonl\.gz"):
        read_code_tasks(path)
    for data in (b"plain", gzip.compress(b"x" * 5000)[:30]):
        path.write_bytes(data)
        with pytest.raises(DamagedInput, match=r"gzip|cut"):
            read_code_tasks(path)


def test_the_shipped_broken_programs_are_tasks_that_keep_their_hidden_tests(tmp_path: Path) -> None:
    tasks = code_repair_tasks("report")
    assert tasks
    for task in tasks:
        assert task.visible[0].files.keys() != task.hidden[0].files.keys()
        assert next(iter(task.hidden[0].files.values())) not in task.prompt
        assert task.files[task.program_file] in task.prompt
