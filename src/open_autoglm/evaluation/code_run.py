"""Has every task answered and every answer scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.answers import code_in, whole_program
from open_autoglm.code.writing.questions import AnswersChat, ask_for_file, ask_for_function
from open_autoglm.errors import Cancelled
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.code_score import AnswerScore, score_program
from open_autoglm.evaluation.code_tasks import CodeTask
from open_autoglm.stop_signal import StopSignal
from open_autoglm.values import ChatRequest, Sampling

_WAIT_STEP_S = 0.2


@dataclass(frozen=True, slots=True)
class Solved:
    """A program, and what it took: answers of the model, their tokens, and its seconds when it gave them."""

    program: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    verified: bool | None = None
    """Whether it passed every visible example; None where nobody looked."""


Solve = Callable[[CodeTask, int], Solved]
"""Answers a task; the number says which of several samples it is, from 0."""


@dataclass(frozen=True, slots=True)
class Sample:
    solved: Solved
    score: AnswerScore


@dataclass(frozen=True, slots=True)
class TaskScore:
    task: CodeTask
    samples: tuple[Sample, ...]

    @property
    def right(self) -> int:
        return sum(sample.score.right for sample in self.samples)


def request_of(task: CodeTask, sampling: Sampling) -> ChatRequest:
    """How a model is asked for it once."""
    ask = ask_for_function if task.entry_point else ask_for_file
    return ask(task.prompt, sampling, language=task.language)


def program_of(task: CodeTask, answer: str) -> str:
    """The file that an answer means."""
    if task.entry_point and task.language == "python":
        return whole_program(task.prompt, answer, task.entry_point)
    return f"{code_in(answer).rstrip()}\n"


def plain_answers(
    kept: AnswerFile, model: str, engine: AnswersChat, temperature: float = 0.0, seed: int = 1
) -> Solve:
    """One answer, taken as it is."""

    def solve(task: CodeTask, number: int) -> Solved:
        answers = kept.of(model, engine)
        sampling = Sampling(temperature, seed=seed + number if temperature else None)
        completion = answers.chat(request_of(task, sampling))
        usage = completion.usage
        program = program_of(task, completion.text)
        return Solved(program, 1, usage.prompt_tokens, usage.completion_tokens, answers.seconds)

    return solve


def score_tasks(
    tasks: Sequence[CodeTask],
    solve: Solve,
    sandbox: Sandbox,
    *,
    samples: int = 1,
    at_once: int = 1,
    stop: StopSignal | None = None,
) -> Iterator[TaskScore]:
    """Each task as it is done, in the order of the tasks; as many at once as ``at_once``.

    Raises what answering or scoring raises. After ``stop`` no task is begun, and one that was cancelled ends
    the iteration.
    """

    def work(task: CodeTask) -> TaskScore:
        scored = []
        for number in range(samples):
            solved = solve(task, number)
            scored.append(Sample(solved, score_program(task, solved.program, sandbox, stop=stop)))
            if stop is not None and stop():  # a run that was cut would count as a failure
                raise Cancelled("The evaluation was stopped.")
        return TaskScore(task, tuple(scored))

    with ThreadPoolExecutor(at_once, thread_name_prefix="task") as pool:
        waiting = iter(tasks)
        ahead: list[Future[TaskScore]] = []
        try:
            while True:
                while len(ahead) < 2 * at_once and (task := next(waiting, None)) is not None:
                    ahead.append(pool.submit(work, task))
                if not ahead:
                    return
                # A wait without a limit can't be interrupted by Ctrl-C on Windows.
                wait(ahead[:1], timeout=_WAIT_STEP_S, return_when=FIRST_COMPLETED)
                if stop is not None and stop():
                    return
                if ahead[0].done():
                    yield ahead.pop(0).result()
        finally:
            for future in ahead:
                future.cancel()
