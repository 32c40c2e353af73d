"""How suspicious each line is: run by failing tests and not by passing ones, and named by the traceback."""

from __future__ import annotations

import ast
import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from open_autoglm.code.diagnose.failure import Failure

NAMED = 0.9
"""Of the line where an exception came from."""
ON_THE_WAY = 0.35
ELSEWHERE = 0.6
"""Share that a line keeps which no traceback leads to, where every failure has one."""
SETS_USED = 0.8
"""Of a line that sets a variable which the line of the exception uses."""
CONSTANT = 0.85
"""Share of a suspicious line that a constant of the module has which is used there."""

Suspicion = dict[str, dict[int, float]]
Covered = Mapping[str, Mapping[str, frozenset[int]]]


def suspicious_lines(
    covered: Covered, failing: frozenset[str], passing: frozenset[str], failures: tuple[Failure, ...]
) -> Suspicion:
    """By file and line, from 0 to 1: Ochiai's coefficient over the tests that ran the line (Abreu and
    others, 2006), raised by the frames of tracebacks."""
    failed: dict[tuple[str, int], int] = defaultdict(int)
    passed: dict[tuple[str, int], int] = defaultdict(int)
    for test, files in covered.items():
        counts = failed if test in failing else passed if test in passing else None
        if counts is not None:
            for name, lines in files.items():
                for line in lines:
                    counts[name, line] += 1
    total = sum(test in failing for test in covered)
    found: Suspicion = defaultdict(dict)
    for (name, line), times in failed.items():
        found[name][line] = times / math.sqrt(total * (times + passed[name, line]))
    if failures and all(failure.kind in ("exception", "timeout") for failure in failures):
        for scores in found.values():
            scores |= {line: ELSEWHERE * weight for line, weight in scores.items()}
    for failure in failures:
        own = [
            frame for frame in failure.frames if not Path(frame.file).is_absolute() and frame.file[:1] != "<"
        ]
        for place, frame in enumerate(reversed(own)):
            least = NAMED if place == 0 else ON_THE_WAY
            found[frame.file][frame.line] = max(found[frame.file].get(frame.line, 0.0), least)
    return dict(found)


def with_sources(
    text: str, file: str, lines: Mapping[int, float], failures: tuple[Failure, ...]
) -> dict[int, float]:
    """The same for one file, with the lines that set what the lines of tracebacks use."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return dict(lines)
    named = {
        frame.line
        for failure in failures
        if failure.kind == "exception"
        for frame in failure.frames
        if frame.file == file
    }
    result = dict(lines)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        used = {node.id for node in names if node.lineno in named and isinstance(node.ctx, ast.Load)}
        for node in names:
            if node.id in used and isinstance(node.ctx, ast.Store) and result.get(node.lineno, 0.0) > 0:
                result[node.lineno] = max(result[node.lineno], SETS_USED)
    return result


def with_constants(text: str, lines: Mapping[int, float]) -> dict[int, float]:
    """The same for one file, with the statements outside functions whose names suspicious lines use.

    They ran before any test began, so no test is seen to run them.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return dict(lines)
    used: dict[str, float] = defaultdict(float)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            name = node.id if isinstance(node, ast.Name) else node.attr
            used[name] = max(used[name], lines.get(node.lineno, 0.0))
    result = dict(lines)
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for node in (statement for body in bodies for statement in body):
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            continue
        targets = [
            item for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        ]
        weight = CONSTANT * max((used[item.id] for item in targets), default=0.0)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            if weight > result.get(line, 0.0):
                result[line] = weight
    return result
