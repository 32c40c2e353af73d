"""Scores one answer: whether it parses, whether it does what is asked, whether what was shown runs."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.code.languages import language_named
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.syntax.faults import syntax_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.code.writing.run_calls import CallsReport, calls_of, run_calls, shows
from open_autoglm.errors import LimitExceeded
from open_autoglm.evaluation.code_properties import check_property
from open_autoglm.evaluation.code_runs import run_test
from open_autoglm.evaluation.code_tasks import CodeTask
from open_autoglm.stop_signal import StopSignal

SYNTAX_WEIGHT, LOGIC_WEIGHT, EXECUTION_WEIGHT = 0.3, 0.5, 0.2


def weighted(syntax: float, logic: float, execution: float) -> float:
    """On whatever scale they have: 10, 8 and 9 give 8.8."""
    return SYNTAX_WEIGHT * syntax + LOGIC_WEIGHT * logic + EXECUTION_WEIGHT * execution


@dataclass(frozen=True, slots=True)
class Marks:
    """Shares of 0 to 1."""

    syntax: float
    """1 where the program parses, else 0."""
    logic: float
    """The share of hidden tests and properties that hold."""
    execution: float
    """The share of visible examples and tests that hold; without any, whether the program loads."""

    @property
    def total(self) -> float:
        return weighted(self.syntax, self.logic, self.execution)


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """``right``, which pass@k counts, asks for every hidden test and every property."""

    marks: Marks
    right: bool
    failing: str = ""
    """The first case that failed, for the report; empty where none did."""


def score_program(
    task: CodeTask, program: str, sandbox: Sandbox, *, stop: StopSignal | None = None
) -> AnswerScore:
    """Judge ``program``, a whole file, as an answer to ``task``."""
    fault = syntax_fault(program, task.language)
    if fault:
        return AnswerScore(Marks(0.0, 0.0, 0.0), right=False, failing=fault)
    shown, failing_shown = _execution(task, program, sandbox, stop)
    hidden, failing_hidden = _logic(task, program, sandbox, stop)
    marks = Marks(1.0, _share(hidden), _share(shown))
    return AnswerScore(marks, right=all(hidden), failing=failing_hidden or failing_shown)


def syntax_fault(program: str, language: str) -> str:
    """Where the program doesn't parse; empty for a sound one."""
    if not program.strip():
        return "there is no program in the answer"
    if language == "python":
        try:
            compile(program, "program", "exec", dont_inherit=True)
        except SyntaxError as error:
            return f"line {error.lineno}: {error.msg}"
        except (ValueError, RecursionError, MemoryError) as error:
            return f"does not parse: {type(error).__name__}: {error}"
        return ""
    known = language_named(language)
    if known is None:
        return f"the language {language!r} is not known here"
    try:
        faults = syntax_faults(parse(program, known), 1)
    except LimitExceeded as error:
        return error.message
    return f"line {faults[0].line}: {faults[0].message}" if faults else ""


def _execution(
    task: CodeTask, program: str, sandbox: Sandbox, stop: StopSignal | None
) -> tuple[list[bool], str]:
    passes: list[bool] = []
    failing = ""
    if task.language == "python" and (task.examples or not task.visible):
        report = run_calls(program, calls_of(task.examples), sandbox, stop=stop)
        passes, failing = _examples(task, report)
    for test in task.visible:
        result = run_test(task, program, test, sandbox, stop)
        passes.append(result.passed)
        failing = failing or ("" if result.passed else f"visible test {test.name}: {result.says}")
    return passes, failing


def _examples(task: CodeTask, report: CallsReport) -> tuple[list[bool], str]:
    if not task.examples:
        return [report.fault is None], report.fault.text if report.fault else ""
    passes = [shows(*pair) for pair in zip(task.examples, report.given, strict=True)]
    if all(passes):
        return passes, ""
    place = passes.index(False)
    example, given = task.examples[place], report.given[place]
    return passes, f"{example.call} has to be {example.expected}, and is {given.text}"


def _logic(task: CodeTask, program: str, sandbox: Sandbox, stop: StopSignal | None) -> tuple[list[bool], str]:
    passes: list[bool] = []
    failing = ""
    for test in task.hidden:
        result = run_test(task, program, test, sandbox, stop)
        passes.append(result.passed)
        failing = failing or ("" if result.passed else f"hidden test {test.name}: {result.says}")
    for draws in task.properties:
        difference = check_property(task, program, draws, sandbox, stop)
        passes.append(not difference)
        failing = failing or difference
    return passes, failing


def _share(passes: list[bool]) -> float:
    return sum(passes) / len(passes) if passes else 1.0
