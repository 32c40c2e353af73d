"""Runs one test of a task with an answered program, in the sandbox."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.errors import UnsupportedFormat
from open_autoglm.evaluation.code_tasks import CodeTask, CodeTest
from open_autoglm.stop_signal import StopSignal

TEST_LIMITS = RunLimits(wall_s=40.0, cpu_s=15)
_SAYS_CHARACTERS = 400

_RUNS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "python": (("python", "-B"), 'print("{mark}")'),
    "javascript": (("node",), 'console.log("{mark}")'),
}
"""How a program with test code behind it is run, and its last statement: a program that ends itself early
with 0 has passed nothing."""


@dataclass(frozen=True, slots=True)
class TestResult:
    passed: bool
    says: str
    """How it failed, in a line."""

    __test__ = False


def run_test(
    task: CodeTask, program: str, test: CodeTest, sandbox: Sandbox, stop: StopSignal | None = None
) -> TestResult:
    """Raises UnsupportedFormat for test code in a language that has to be built first, ExtraMissing where
    the language is not installed."""
    mark = secrets.token_hex(8) if test.code else ""
    command = test.command
    if test.code:
        if task.language not in _RUNS:
            raise UnsupportedFormat(
                f"Task {task.id!r}: test code in {task.language} can't be run by itself.",
                hint="Give the test as files and a command.",
            )
        start, last = _RUNS[task.language]
        program = f"{program}\n\n{test.code}\n{last.format(mark=mark)}\n"
        command = (*start, task.program_file)
    with tempfile.TemporaryDirectory(prefix="autoglm-test-", ignore_cleanup_errors=True) as name:
        _write(Path(name), {**task.files, task.program_file: program, **test.files})
        outcome = sandbox.run(command, folder=Path(name), limits=TEST_LIMITS, stop=stop)
    passed = outcome.succeeded and (not mark or mark in outcome.stdout.splitlines())
    return TestResult(passed, "" if passed else how_it_failed(outcome))


def how_it_failed(outcome: RunOutcome) -> str:
    """The end of what it wrote, in one line; or how it was ended."""
    if outcome.ended != "exited":
        return {"timed_out": "did not end in time", "cpu": "did not end in time"}.get(
            outcome.ended, f"ended by the limit on {outcome.ended}"
        )
    written = outcome.stderr.strip() or outcome.stdout.strip()
    lines = [line.strip() for line in written.splitlines() if line.strip(" ^~\t")]
    return " | ".join(lines[-2:])[-_SAYS_CHARACTERS:] or f"ended early with exit code {outcome.exit_code}"


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # An answer may hold half of a surrogate pair, which no file can.
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
