"""Programs a small change away from one that fails: a bound off by one, another comparison, a wrong name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from itertools import islice

from open_autoglm.code.repair.templates.propose import template_candidates
from open_autoglm.code.repair.templates.view import Hints
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.run_calls import first_that_shows
from open_autoglm.stop_signal import StopSignal

MOST = 120
"""Changes of one program that are tried, the likeliest first."""
_CALL_SECONDS = 0.5
_LIMITS = RunLimits(wall_s=30.0, cpu_s=20)
_FILE = "program.py"


def nearby_program(
    program: str, examples: Sequence[Example], sandbox: Sandbox, *, stop: StopSignal | None = None
) -> str | None:
    """The likeliest changed program that passes every example; None where none does."""
    every_line = dict.fromkeys(range(1, program.count("\n") + 2), 1.0)
    candidates = template_candidates(_FILE, program, every_line, _hints(examples))
    changed = [candidate.applied({_FILE: program})[_FILE] for candidate in islice(candidates, MOST)]
    if not changed:
        return None
    place = first_that_shows(changed, examples, sandbox, limits=_LIMITS, call_s=_CALL_SECONDS, stop=stop)
    return None if place is None else changed[place]


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
            value for value in constants if isinstance(value, int | float) and not isinstance(value, bool)
        ),
    )


def _nodes(source: str) -> Iterable[ast.AST]:
    try:
        return ast.walk(ast.parse(source, mode="eval"))
    except (SyntaxError, ValueError):
        return ()
