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
"""Of a processor, for one call. Examples are small: what takes longer never ends, or is far too slow."""
CALL_LIMITS = RunLimits(wall_s=40.0, cpu_s=15)


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
    answers, outcome = _run([program], calls, sandbox, limits, call_s, stop)
    missing = Given(None, *_ending(outcome))
    if not answers[0]:
        return CallsReport(missing, tuple(missing for _ in calls), outcome)
    loaded, *given = answers[0]
    if loaded.value is None:
        return CallsReport(loaded, tuple(loaded for _ in calls), outcome)
    return CallsReport(None, tuple([*given, *(missing for _ in calls)][: len(calls)]), outcome)


def passing(
    programs: Sequence[str],
    examples: Sequence[Example],
    sandbox: Sandbox,
    *,
    limits: RunLimits = CALL_LIMITS,
    call_s: float = CALL_SECONDS,
    stop: StopSignal | None = None,
) -> list[int]:
    """The places of the programs that pass every example; all of them run in one process."""
    answers, _ = _run(programs, calls_of(examples), sandbox, limits, call_s, stop)
    return [
        place
        for place, (_, *given) in ((place, found) for place, found in enumerate(answers) if found)
        if len(given) == len(examples) and all(map(shows, examples, given))
    ]


def behaviours(
    programs: Sequence[str],
    calls: Sequence[Call],
    sandbox: Sandbox,
    *,
    limits: RunLimits = CALL_LIMITS,
    call_s: float = CALL_SECONDS,
    stop: StopSignal | None = None,
) -> list[tuple[Given, ...]]:
    """What each program gives for each call, as far as it came; all of them run in one process."""
    answers, _ = _run(programs, calls, sandbox, limits, call_s, stop)
    return [tuple(found[1:]) for found in answers]


def _run(
    programs: Sequence[str],
    calls: Sequence[Call],
    sandbox: Sandbox,
    limits: RunLimits,
    call_s: float,
    stop: StopSignal | None,
) -> tuple[list[list[Given]], RunOutcome]:
    """For each program what loading it and then each call gave, as far as it came."""
    mark = secrets.token_hex(8)
    spec = {
        "programs": programs,
        "calls": [{"setup": call.setup, "call": call.expression} for call in calls],
        "call_s": call_s,
        "mark": mark,
    }
    with tempfile.TemporaryDirectory(prefix="autoglm-calls-", ignore_cleanup_errors=True) as folder:
        outcome = sandbox.run(
            ["python", "-B", str(INSIDE)],
            folder=Path(folder),
            limits=limits,
            stdin=json.dumps(spec).encode("ascii"),
            readable=(INSIDE,),
            stop=stop,
        )
    answers: list[list[Given]] = [[] for _ in programs]
    for line in outcome.stdout.splitlines():
        if line.startswith(mark):
            answer = json.loads(line.removeprefix(mark))
            answers[answer["program"]].append(_given(answer))
    return answers, outcome


def shows(example: Example, given: Given) -> bool:
    """Whether a call gave what the example says."""
    if example.raises:
        return given.value is None and example.expected.split(":")[0].rpartition(".")[2] == given.error
    return given.value is not None and example.shows(given.value)


def calls_of(examples: Iterable[Example]) -> tuple[Call, ...]:
    return tuple(Call(example.call, example.setup) for example in examples)


def _given(answer: dict[str, Any]) -> Given:
    return Given(answer.get("value"), answer.get("error", ""), answer.get("message", ""), answer.get("line"))


def _ending(outcome: RunOutcome) -> tuple[str, str]:
    if outcome.ended in ("timed_out", "cpu"):
        return "TooLong", "did not end in time"
    if outcome.ended == "memory":
        return "MemoryError", "took more memory than it may"
    last = outcome.stderr.strip().rpartition("\n")[2][:300]
    return "Ended", last or f"the program ended early ({outcome.ended}, exit code {outcome.exit_code})"
