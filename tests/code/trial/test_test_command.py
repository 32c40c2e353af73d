"""A test command as it is typed: what is run, with which Python, with which variables."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from open_autoglm.code.trial.test_command import find_python, read_command, run_file
from open_autoglm.errors import UsageError


@pytest.mark.parametrize(
    ("text", "kind", "arguments", "on_path"),
    [
        ("pytest -q tests", "pytest", ("-q", "tests"), False),
        ("python -m pytest -x", "pytest", ("-x",), True),
        ("python3 -m unittest test_a", "unittest", ("test_a",), True),
        ("python crawler.py --fast", "script", ("crawler.py", "--fast"), False),
        ("npm test", "other", ("test",), False),
        ("python -c 1", "other", ("-c", "1"), False),
    ],
)
def test_kinds(text: str, kind: str, arguments: tuple[str, ...], on_path: bool, tmp_path: Path) -> None:
    command = read_command(text, tmp_path)
    assert (command.kind, command.arguments, command.current_folder_on_path) == (kind, arguments, on_path)


def test_variables_before_the_command(tmp_path: Path) -> None:
    command = read_command("MODE=fast python -m pytest", tmp_path)
    assert command.variables == {"MODE": "fast"}
    assert command.kind == "pytest"


@pytest.mark.parametrize("text", ["", "   ", "A=1", 'pytest "tests'])
def test_what_is_no_command(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="test command"):
        read_command(text, tmp_path)


def test_the_project_s_own_python_comes_first(tmp_path: Path) -> None:
    assert find_python(tmp_path) == Path(sys.executable)
    own = tmp_path / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_python(tmp_path) == own
    assert run_file("a.py", tmp_path).interpreter == own
