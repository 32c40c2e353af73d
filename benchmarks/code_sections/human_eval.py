"""HumanEval by two models: answers as they are, and answers checked by the visible examples alone."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.cli.eval_code import verified_answers
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.config import load_settings
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.code_report import ModelScore
from open_autoglm.evaluation.code_run import Solve, TaskScore, plain_answers, score_tasks
from open_autoglm.evaluation.code_score import score_program
from open_autoglm.evaluation.code_task_file import read_code_tasks
from open_autoglm.evaluation.code_tasks import CodeTask
from open_autoglm.runtime import Runtime

SMALL = "qwen2.5-coder-0.5b-instruct-q4_k_m"
BASE = "qwen2.5-coder-1.5b-instruct-q4_k_m"
TRIES = 8
QUICK_TASKS = 16
_WINDOW = 4096


def measure(options: Options) -> str:
    tasks = read_code_tasks(options.data / "code" / "HumanEval.jsonl.gz")
    if options.quick:
        tasks = tuple(random.Random(1).sample(tasks, QUICK_TASKS))
    sandbox = Sandbox()
    with ExitStack() as stack:
        folder = options.answers or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        models = _Models(folder, tasks, sandbox)
        scores = [score for name in (BASE, SMALL) for score in models.scores(name)]
    return f"{_table(scores)}\n\n{_known(tasks, sandbox)}"


class _Models:
    """Each in turn; its answers are kept in ``folder`` and not asked for again."""

    def __init__(self, folder: Path, tasks: Sequence[CodeTask], sandbox: Sandbox) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._tasks = tasks
        self._sandbox = sandbox
        self._runtime = Runtime(load_settings().values)

    def scores(self, name: str) -> Iterable[ModelScore]:
        kept = AnswerFile(self._folder / f"{name}.jsonl")
        chosen = self._runtime.choose_model(name)
        placement = replace(self._runtime.place(chosen), context_window=_WINDOW)
        # Nothing is quoted here: guesses from the prompt would only cost time.
        options = replace(self._runtime.engine_options(chosen, placement), quote_speculation=False)
        with BlockingEngine(LlamaCppEngine(options)) as engine:
            yield self._score(f"{name}, raw", plain_answers(kept, name, engine), placement.slots)
            solve = verified_answers(kept, name, engine, self._sandbox, TRIES)
            yield self._score(f"{name}, verified", solve, placement.slots)

    def _score(self, label: str, solve: Solve, slots: int) -> ModelScore:
        done: list[TaskScore] = []
        for task in score_tasks(self._tasks, solve, self._sandbox, at_once=slots):
            done.append(task)
            right = sum(task.right for task in done)
            print(f"{label}: {right} of {len(done)} right", file=sys.stderr, end="\r", flush=True)
        print(file=sys.stderr)
        return ModelScore(label, tuple(done))


def _table(scores: Sequence[ModelScore]) -> Section:
    columns = ("model", "right", "pass@1 [95 %]", "total", "answers", "tokens", "seconds", "called verified")
    section = Section("HumanEval", columns)
    for score in scores:
        rate = score.pass_rates[1]
        section.rows.append(
            [
                score.name,
                f"{score.right}/{len(score.tasks)}",
                f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}]",
                f"{score.total:.3f}",
                str(score.answers),
                f"{score.completion_tokens:,}",
                f"{score.seconds:,.0f}",
                _verified(score),
            ]
        )
    base_raw, base, _, small = (score.right / len(score.tasks) for score in scores)
    section.notes += [
        f"Greedy first answers; verified: at most {TRIES} answers a task, the loop sees the prompt alone.",
        f"The 1.5B gains {base - base_raw:+.3f} by verification (aim: +.080); "
        f"the 0.5B verified is {small - base_raw:+.3f} beside the 1.5B raw (aim: ahead).",
        "Seconds are those of the model when it gave the answers, several beside each other counted each.",
    ]
    return section


def _verified(score: ModelScore) -> str:
    """How many programs were called verified, and how many of those fail the hidden tests."""
    called = [task for task in score.tasks if task.samples[0].solved.verified]
    wrong = sum(not task.right for task in called)
    return f"{len(called)}, {wrong} of them wrong" if called else "–"


def _known(tasks: Sequence[CodeTask], sandbox: Sandbox) -> Section:
    """The runner itself: right programs have to be right, and empty ones wrong."""
    section = Section("The runner", ("programs", "right"))
    for name, programs in (
        ("reference solutions", [task.reference for task in tasks]),
        ("empty bodies", [f"{task.prompt}    pass\n" for task in tasks]),
    ):
        right = sum(
            score_program(task, program, sandbox).right for task, program in zip(tasks, programs, strict=True)
        )
        section.rows.append([name, f"{right}/{len(tasks)}"])
    shown = [task for task in tasks if task.examples]
    held = sum(score_program(task, task.reference, sandbox).marks.execution == 1 for task in shown)
    section.notes.append(
        f"{len(shown)} of {len(tasks)} docstrings show examples; the reference passes all of them in {held}."
    )
    return section
