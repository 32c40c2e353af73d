"""Runs the tests of a program in a folder of its own, with a limit on time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Trial:
    passed: bool
    timed_out: bool
    output: str


def run_tests(texts: Mapping[str, str], test_name: str, test_text: str, limit_s: float = LIMIT_S) -> Trial:
    """Hash seeds are fixed, plugins are not loaded, warnings are left alone: the same outcome everywhere."""
    with tempfile.TemporaryDirectory(prefix="repair-set-") as name:
        folder = Path(name)
        for file, text in {**texts, test_name: test_text}.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        return _outcome(folder, test_name, limit_s)


def _outcome(folder: Path, test_name: str, limit_s: float) -> Trial:
    variables = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--rootdir={folder}",
        test_name,
    ]
    try:
        ended = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return Trial(passed=False, timed_out=True, output=f"no end within {limit_s:g} s")
    output = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    return Trial(passed=ended.returncode == 0, timed_out=False, output=output)
