"""How a project's tests are run: what somebody typed, understood well enough to run it many times."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from open_autoglm.errors import UsageError

CommandKind = Literal["pytest", "unittest", "script", "other"]
_VARIABLE = re.compile(r"^[A-Za-z_]\w*=")
_PYTHON = re.compile(r"^(?:.*[/\\])?(?:python(?:\d(?:\.\d+)?)?|py)(?:\.exe)?$")
_PYTEST = re.compile(r"^(?:.*[/\\])?(?:pytest|py\.test)(?:\.exe)?$")


@dataclass(frozen=True, slots=True)
class TestCommand:
    """``arguments`` are those of the tool that ``kind`` names; ``command`` is all of it, for ``other``."""

    __test__ = False  # pytest takes every class of this name for a test

    kind: CommandKind
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    shown: str
    """As it was typed."""
    interpreter: Path
    current_folder_on_path: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


def read_command(text: str, folder: Path) -> TestCommand:
    """Understand a command that is meant to be run in ``folder``. Raises UsageError for an empty one."""
    try:
        words = shlex.split(text, posix=sys.platform != "win32")
    except ValueError as error:
        raise UsageError(
            f"The test command {text!r} can't be read: {error}.", hint="Check its quotes."
        ) from error
    variables = {}
    while words and _VARIABLE.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if not words:
        raise UsageError("The test command is empty.", hint='Give one, for example --test "pytest -q".')
    first, *rest = words
    python = find_python(folder)
    if _PYTEST.match(first):
        beside = Path(first) if Path(first).name != first else Path(shutil.which(first) or first)
        python = _python_beside(beside) or python
        return TestCommand("pytest", tuple(words), tuple(rest), text, python, False, variables)
    if _PYTHON.match(first):
        python = (
            (folder / first if not Path(first).is_absolute() else Path(first))
            if Path(first).name != first
            else python
        )
        if rest[:2] == ["-m", "pytest"]:
            return TestCommand("pytest", tuple(words), tuple(rest[2:]), text, python, True, variables)
        if rest[:2] == ["-m", "unittest"]:
            return TestCommand("unittest", tuple(words), tuple(rest[2:]), text, python, True, variables)
        if rest and rest[0].endswith((".py", ".pyw")):
            return TestCommand("script", tuple(words), tuple(rest), text, python, False, variables)
    return TestCommand("other", tuple(words), tuple(rest), text, python, False, variables)


def run_file(name: str, folder: Path) -> TestCommand:
    """Running a Python file itself."""
    return TestCommand("script", ("python", name), (name,), f"python {name}", find_python(folder))


def find_python(folder: Path) -> Path:
    """The Python of the project's own environment, else the one of the command line, else ours."""
    for environment in (".venv", "venv", "env"):
        for place in ("bin/python", "Scripts/python.exe"):
            if (found := folder / environment / place).exists():
                return found.absolute()
    return Path(sys.executable)


def _python_beside(program: Path) -> Path | None:
    """The interpreter that a program such as ``pytest`` was installed for."""
    for name in ("python", "python3", "python.exe"):
        if program.parent != Path() and (found := program.parent / name).exists():
            return found.absolute()
    return None
