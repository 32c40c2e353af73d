"""Runs the tests of a program in a folder of its own, with a limit on time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Trial:
    passed: bool
    timed_out: bool
    failed: frozenset[str]
    """Names of the test files of which a test failed, or that could not be read."""
    output: str


def run_tests(texts: Mapping[str, str], tests: Mapping[str, str], limit_s: float = LIMIT_S) -> Trial:
    """The outcome for a program's files and test files, both by name."""
    with tempfile.TemporaryDirectory(prefix="repair-set-") as name:
        folder = Path(name)
        for file, text in {**texts, **tests}.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        return run_tests_in(folder, tests, limit_s)


def run_tests_in(folder: Path, names: Iterable[str], limit_s: float = LIMIT_S) -> Trial:
    """The outcome for test files of a folder that holds the program already.

    Hash seeds are fixed and no plugins are loaded, so it is the same everywhere.
    """
    variables = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }
    options = ["-q", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    command = [sys.executable, "-m", "pytest", *options, *names]
    try:
        ended = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return Trial(False, True, frozenset(), f"no end within {limit_s:g} s")
    output = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    failed = frozenset(re.findall(r"^(?:FAILED|ERROR) (\w+\.py)\b", output, re.MULTILINE))
    return Trial(ended.returncode == 0, False, failed, output)
