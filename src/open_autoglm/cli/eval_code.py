"""Runs an evaluation of programs: every model in turn, plain and verified, what is done kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.cli.asked_model import AskedModel
from open_autoglm.cli.eval_display import EvalDisplay
from open_autoglm.cli.interrupt import Interrupt
from open_autoglm.cli.render import print_note, stderr
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.questions import AnswersChat
from open_autoglm.code.writing.run_calls import run_calls
from open_autoglm.errors import Cancelled, OpenAutoGLMError, UsageError
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.code_report import CodeReport, ModelScore
from open_autoglm.evaluation.code_run import Solve, Solved, TaskScore, plain_answers, score_tasks
from open_autoglm.evaluation.code_task_file import read_code_tasks
from open_autoglm.evaluation.code_tasks import CodeTask
from open_autoglm.runtime import Runtime
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.write_code import WriteOptions, write_code

REPAIR_SET = "repair"


@dataclass(frozen=True, slots=True)
class CodeEvaluation:
    """What every model is asked, and how."""

    source: str
    tasks: tuple[CodeTask, ...]
    kept: AnswerFile
    samples: int = 1
    temperature: float = 0.0
    tries: int = 0
    """Answers that verification may take; 0: no verification."""


def read_tasks(source: str, part: str | None) -> tuple[CodeTask, ...]:
    """Of a file, or of the shipped set. Raises InputError."""
    if source == REPAIR_SET:
        from open_autoglm.evaluation.code_repair_tasks import code_repair_tasks

        return code_repair_tasks(part)
    if part is not None:
        raise UsageError("--part is for the shipped set.", hint=f"Leave it out, or use --tasks {REPAIR_SET}.")
    return read_code_tasks(Path(source))


def evaluate_models(
    runtime: Runtime, asked: Mapping[str, AskedModel], evaluation: CodeEvaluation, interrupt: Interrupt
) -> tuple[CodeReport, OpenAutoGLMError | None]:
    """The report of all that was done, and why no more was done; None where it is whole."""
    sandbox = Sandbox()
    isolation = run_calls("", (), sandbox).outcome.isolation.words()
    print_note(isolation)
    scores: list[ModelScore] = []
    failure: OpenAutoGLMError | None = None
    try:
        for name, model in asked.items():
            with model.opened(runtime, interrupt) as engine:
                at_once = engine.capabilities.slots
                for label, solve in _ways(name, engine, evaluation, sandbox, interrupt):
                    scores.append(ModelScore(label, ()))
                    for task in _scored(label, solve, evaluation, sandbox, at_once, interrupt):
                        scores[-1] = ModelScore(label, (*scores[-1].tasks, task))
    except OpenAutoGLMError as error:
        failure = error
    return CodeReport(evaluation.source, len(evaluation.tasks), tuple(scores), isolation), failure


def verified_answers(
    kept: AnswerFile,
    model: str,
    engine: AnswersChat,
    sandbox: Sandbox,
    tries: int,
    stop: StopSignal | None = None,
) -> Solve:
    """Answers that were checked by the visible examples, and asked for again where they fail."""

    def solve(task: CodeTask, number: int) -> Solved:
        answers = kept.of(model, engine)
        options = WriteOptions(answers=tries, seed=1 + number * tries)
        written = write_code(task.prompt, task.entry_point, answers, sandbox, options, stop=stop)
        return Solved(
            written.program,
            answers.asked,
            written.prompt_tokens,
            written.completion_tokens,
            answers.seconds,
            written.verified,
        )

    return solve


def _ways(
    name: str, engine: AnswersChat, evaluation: CodeEvaluation, sandbox: Sandbox, interrupt: Interrupt
) -> Iterator[tuple[str, Solve]]:
    yield name, plain_answers(evaluation.kept, name, engine, evaluation.temperature)
    if evaluation.tries:
        tries = evaluation.tries
        solve = verified_answers(evaluation.kept, name, engine, sandbox, tries, interrupt)
        yield f"{name}, verified", solve


def _scored(
    label: str,
    solve: Solve,
    evaluation: CodeEvaluation,
    sandbox: Sandbox,
    at_once: int,
    interrupt: Interrupt,
) -> Iterator[TaskScore]:
    """Each task with its progress shown. Raises Cancelled after Ctrl-C."""
    with EvalDisplay(stderr(), label, len(evaluation.tasks)) as display:
        for task in score_tasks(
            evaluation.tasks, solve, sandbox, samples=evaluation.samples, at_once=at_once, stop=interrupt
        ):
            display.advance(right=task.right == len(task.samples))
            yield task
    if interrupt():
        raise Cancelled("The evaluation was stopped.", hint="Go on with --resume.")
