"""Compares an answer with the right program on inputs that are drawn anew, the same in every run."""

from __future__ import annotations

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.run_calls import Call, run_calls
from open_autoglm.code.writing.values import same_value
from open_autoglm.errors import DamagedInput
from open_autoglm.evaluation.code_tasks import CodeTask
from open_autoglm.stop_signal import StopSignal

DRAWS = 25
_SETUP = "import random; rng = random.Random({seed})"


def check_property(
    task: CodeTask, program: str, draws: str, sandbox: Sandbox, stop: StopSignal | None = None
) -> str:
    """Where the two differ, in a sentence; empty where they never do.

    ``draws`` is an expression over ``rng`` that gives a tuple of arguments. Inputs for which the right
    program raises are left out: what it does then was not asked for. Raises DamagedInput where it always
    does.
    """
    calls = [Call(f"{task.entry_point}(*({draws}))", (_SETUP.format(seed=seed),)) for seed in range(DRAWS)]
    right = run_calls(task.reference, calls, sandbox, stop=stop).given
    if all(given.value is None for given in right):
        raise DamagedInput(
            f"Task {task.id!r}: the reference gives nothing for {draws!r}: {right[0].text}.",
            hint="Correct its properties.",
        )
    answered = run_calls(program, calls, sandbox, stop=stop).given
    for seed, (expected, given) in enumerate(zip(right, answered, strict=True)):
        if expected.value is None:
            continue
        if given.value is None or not same_value(expected.value, given.value):
            arguments = _drawn(draws, seed, sandbox, stop)
            return (
                f"{task.entry_point}{arguments[:200]} has to be {expected.value[:200]}, "
                f"and is {given.text[:200]}"
            )
    return ""


def _drawn(draws: str, seed: int, sandbox: Sandbox, stop: StopSignal | None) -> str:
    """The arguments themselves, for the report."""
    call = Call(f"tuple({draws})", (_SETUP.format(seed=seed),))
    return run_calls("", [call], sandbox, stop=stop).given[0].text
