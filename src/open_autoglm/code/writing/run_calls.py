"""Loads a program in the sandbox and reports what calls of it give."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.stop_signal import StopSignal

INSIDE = Path(__file__).with_name("inside.py")
CALL_SECONDS = 4.0
"""Of one call. Examples are small: what takes longer never ends, or is far too slow."""
CALL_LIMITS = RunLimits(wall_s=20.0, cpu_s=15)


@dataclass(frozen=True, slots=True)
class Call:
    """An expression over the names of the program, after some statements."""

    expression: str
    setup: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a call gave: a value as ``repr`` shows it, or an error."""

    value: str | None
    error: str = ""
    """The name of its class; ``TooLong`` where the call did not end in time."""
    message: str = ""
    line: int | None = None
    """Of the program, counted from 1."""

    @property
    def text(self) -> str:
        if self.value is not None:
            return self.value
        where = f" (line {self.line})" if self.line else ""
        return f"{self.error}: {self.message}{where}" if self.message else f"{self.error}{where}"


@dataclass(frozen=True, slots=True)
class CallsReport:
    """``fault`` is why the program didn't load; ``given`` has one entry for each call that was asked."""

    fault: Given | None
    given: tuple[Given, ...]
    outcome: RunOutcome


def run_calls(
    program: str,
    calls: Sequence[Call],
    sandbox: Sandbox,
    *,
    limits: RunLimits = CALL_LIMITS,
    call_s: float = CALL_SECONDS,
    stop: StopSignal | None = None,
) -> CallsReport:
    """Each call in names of its own, all in one process."""
    mark = secrets.token_hex(8)
    spec = {
        "program": program,
        "calls": [{"setup": call.setup, "call": call.expression} for call in calls],
        "call_s": call_s,
        "mark": mark,
    }
    with tempfile.TemporaryDirectory(prefix="autoglm-calls-", ignore_cleanup_errors=True) as folder:
        outcome = sandbox.run(
            ["python", "-B", str(INSIDE)],
            folder=Path(folder),
            limits=limits,
            stdin=json.dumps(spec).encode("utf-8", "replace"),
            readable=(INSIDE,),
            stop=stop,
        )
    answers = _answers(outcome.stdout, mark)
    missing = Given(None, *_ending(outcome))
    if not answers:
        return CallsReport(missing, tuple(missing for _ in calls), outcome)
    if answers[0].value is None:
        return CallsReport(answers[0], tuple(answers[0] for _ in calls), outcome)
    given = [*answers[1:], *(missing for _ in calls)][: len(calls)]
    return CallsReport(None, tuple(given), outcome)


def shows(example: Example, given: Given) -> bool:
    """Whether a call gave what the example says."""
    if example.raises:
        return given.value is None and example.expected.split(":")[0].rpartition(".")[2] == given.error
    return given.value is not None and example.shows(given.value)


def calls_of(examples: Iterable[Example]) -> tuple[Call, ...]:
    return tuple(Call(example.call, example.setup) for example in examples)


def _answers(stdout: str, mark: str) -> list[Given]:
    lines = [line.removeprefix(mark) for line in stdout.splitlines() if line.startswith(mark)]
    return [_given(json.loads(line)) for line in lines]


def _given(answer: dict[str, Any]) -> Given:
    return Given(answer.get("value"), answer.get("error", ""), answer.get("message", ""), answer.get("line"))


def _ending(outcome: RunOutcome) -> tuple[str, str]:
    if outcome.ended in ("timed_out", "cpu"):
        return "TooLong", "did not end in time"
    if outcome.ended == "memory":
        return "MemoryError", "took more memory than it may"
    last = outcome.stderr.strip().rpartition("\n")[2][:300]
    return "Ended", last or f"the program ended early ({outcome.ended}, exit code {outcome.exit_code})"
