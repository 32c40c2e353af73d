"""What one run of the tests showed: the outcome of each, facts of each failure, which lines it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from open_autoglm.code.diagnose.failure import Failure, Frame, kind_of

Ended = Literal["finished", "timed_out", "crashed", "limit"]
BAD = ("failed", "error")
_COLLECTION = ("", ".")


@dataclass(frozen=True, slots=True)
class Observation:
    """``tests`` maps each test that ran to ``passed``, ``failed``, ``error`` or ``skipped``."""

    tests: Mapping[str, str]
    failures: tuple[Failure, ...] = ()
    ended: Ended = "finished"
    seconds: float = 0.0
    run_seconds: float = 0.0
    """Without the start of the interpreter; 0 where that is not known."""
    covered: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """By test, then by file: lines that ran."""
    modules: tuple[str, ...] = ()
    output: str = ""
    exit_code: int | None = None
    isolation: Mapping[str, str] = field(default_factory=dict)
    """What held the run back, in words, by language."""
    network_cut: bool = False
    remark: str = ""
    """Why it did not finish, in words."""

    @property
    def failing(self) -> frozenset[str]:
        return frozenset(test for test, outcome in self.tests.items() if outcome in BAD)

    @property
    def passing(self) -> frozenset[str]:
        return frozenset(test for test, outcome in self.tests.items() if outcome == "passed")

    @property
    def good(self) -> bool:
        """Whether something ran, to its end, and nothing failed."""
        return self.ended == "finished" and bool(self.passing) and not self.failing


def read_observation(answer: Mapping[str, Any]) -> Observation:
    """From a line that the program inside the sandbox wrote. It may be written by the tests themselves, so
    what does not fit is left out."""
    tests = {str(test): str(outcome) for test, outcome in dict(answer.get("tests") or {}).items()}
    failures = tuple(_failure(str(test), facts) for test, facts in dict(answer.get("failures") or {}).items())
    covered = {
        str(test): {str(name): frozenset(map(int, lines)) for name, lines in files.items()}
        for test, files in dict(answer.get("covered") or {}).items()
    }
    return Observation(
        tests=tests,
        failures=failures,
        ended=answer.get("ended", "finished"),
        seconds=float(answer.get("seconds") or 0.0),
        run_seconds=float(answer.get("run_seconds") or 0.0),
        covered=covered,
        modules=tuple(map(str, answer.get("modules") or ())),
        output=str(answer.get("output") or ""),
        exit_code=answer.get("exit_code"),
    )


def _failure(test: str, facts: Mapping[str, Any]) -> Failure:
    frames: Sequence[Any] = facts.get("frames") or ()
    name = str(facts.get("type") or "")
    return Failure(
        kind=kind_of(name),
        type=name,
        message=str(facts.get("message") or ""),
        frames=tuple(Frame(str(file), int(line), str(function)) for file, line, function in frames),
        tests=(test,),
        text=str(facts.get("text") or ""),
    )
