"""Programs a small change away from one that fails: a bound off by one, another comparison, a wrong name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from open_autoglm.code.repair.templates.propose import template_candidates
from open_autoglm.code.repair.templates.view import Hints
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.probes import probe_calls
from open_autoglm.code.writing.run_calls import Given, behaviours, passing
from open_autoglm.stop_signal import StopSignal

MOST = 120
"""Changes of one program that are tried, the likeliest first."""
_CALL_SECONDS = 0.5
_LIMITS = RunLimits(wall_s=30.0, cpu_s=20)
_FILE = "program.py"
_EXACT = 1 << 53
"""Whole numbers below it are themselves as floats."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """The likeliest changed program that passes every example.

    ``agreed`` where the examples tell enough, and all that pass do the same beyond them too.
    """

    program: str
    agreed: bool


def nearby_program(
    program: str, examples: Sequence[Example], sandbox: Sandbox, *, stop: StopSignal | None = None
) -> Nearby | None:
    """None where no small change makes ``program`` pass."""
    every_line = dict.fromkeys(range(1, program.count("\n") + 2), 1.0)
    candidates = template_candidates(_FILE, program, every_line, _hints(examples))
    changed = [candidate.applied({_FILE: program})[_FILE] for candidate in islice(candidates, MOST)]
    if not changed:
        return None
    places = passing(changed, examples, sandbox, limits=_LIMITS, call_s=_CALL_SECONDS, stop=stop)
    if not places:
        return None
    found = [changed[place] for place in places]
    return Nearby(found[0], _tell_enough(examples) and _do_the_same(found, examples, sandbox, stop))


def _tell_enough(examples: Sequence[Example]) -> bool:
    """A single value is reached by many ways, a constant among them."""
    return len({example.expected for example in examples}) > 1


def _do_the_same(
    programs: Sequence[str], examples: Sequence[Example], sandbox: Sandbox, stop: StopSignal | None
) -> bool:
    if len(programs) == 1:
        return True
    probes = probe_calls(examples)
    shown = behaviours(programs, probes, sandbox, limits=_LIMITS, call_s=_CALL_SECONDS, stop=stop)
    return len({_kind(given) for given in shown}) == 1


def _kind(given: Sequence[Given]) -> tuple[str, ...]:
    """Errors count as alike: what is done with arguments that make no sense was not asked for."""
    return tuple("" if answer.value is None else answer.value for answer in given)


def _hints(examples: Iterable[Example]) -> Hints:
    """Texts and numbers that the examples name, which the program may lack."""
    constants = [
        node.value
        for example in examples
        for source in (example.call, example.expected)
        for node in _nodes(source)
        if isinstance(node, ast.Constant)
    ]
    return Hints(
        strings=frozenset(value for value in constants if isinstance(value, str)),
        numbers=frozenset(
            float(value)
            for value in constants
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _EXACT
        ),
    )


def _nodes(source: str) -> Iterable[ast.AST]:
    try:
        return ast.walk(ast.parse(source, mode="eval"))
    except (SyntaxError, ValueError):
        return ()
