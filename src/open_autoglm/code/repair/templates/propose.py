"""Every change that the templates propose for one file, the likeliest first."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterator, Mapping

from open_autoglm.code.repair.edit import Candidate, edit_between
from open_autoglm.code.repair.templates import (
    arithmetic,
    asynchronous,
    by_message,
    calls,
    comparisons,
    donors,
    exceptions,
    names,
    shared_state,
    statements,
    strings,
    subscripts,
    unused,
)
from open_autoglm.code.repair.templates.view import Function, Hints, ModuleView, Template

TEMPLATES: tuple[Template, ...] = (
    *by_message.TEMPLATES,
    *names.TEMPLATES,
    *comparisons.TEMPLATES,
    *arithmetic.TEMPLATES,
    *subscripts.TEMPLATES,
    *strings.TEMPLATES,
    *calls.TEMPLATES,
    *statements.TEMPLATES,
    *shared_state.TEMPLATES,
    *asynchronous.TEMPLATES,
    *exceptions.TEMPLATES,
    *donors.TEMPLATES,
    *unused.TEMPLATES,
)
MOST = 6_000
"""Proposals of one file that are looked at."""
LEAST_SUSPICION = 0.15
SUSPICION_POWER = 0.6
"""How much the suspicious line counts beside the plausible change."""


def template_candidates(
    file: str, text: str, suspicion: Mapping[int, float], hints: Hints
) -> Iterator[Candidate]:
    """Candidates for one file; ``suspicion`` is by line, from 0 (not run by failing tests) to 1.

    Each compiles and is named once. None for a file that does not parse.
    """
    try:
        view = ModuleView(file, text, hints)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    best: dict[str, tuple[float, Template]] = {}
    for score, template, changed in _changed_texts(view, suspicion):
        if changed not in best or best[changed][0] < score:
            best[changed] = (score, template)
        if len(best) >= MOST:
            break
    for changed, (score, template) in sorted(best.items(), key=lambda item: -item[1][0]):
        # Only those that are asked for pay for the compiler.
        if compiles(changed):
            edits = (edit_between(file, text, changed),)
            yield Candidate(edits, f"template:{template.name}", template.reason, score)


def compiles(text: str) -> bool:
    """Whether it is Python, whatever the compiler warns of."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<candidate>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _changed_texts(view: ModuleView, suspicion: Mapping[int, float]) -> Iterator[tuple[float, Template, str]]:
    for node in ast.walk(view.tree):
        weight = _suspicion(view, node, suspicion)
        if weight <= 0 or not _exact(view, node):
            continue
        factor = math.pow(max(weight, LEAST_SUSPICION), SUSPICION_POWER)
        for template in TEMPLATES:
            for prior, changes in template.propose(view, node):
                score = prior * factor
                text = view.text
                for start, end, new in sorted(changes, reverse=True):
                    text = text[:start] + new + text[end:]
                if text != view.text:
                    yield score, template, text


def _suspicion(view: ModuleView, node: ast.AST, suspicion: Mapping[int, float]) -> float:
    first = getattr(node, "lineno", None)
    if first is None:
        # Comprehensions and argument lists have no place of their own.
        above = view.parent(node)
        return _suspicion(view, above, suspicion) if above is not None else 0.0
    statement = view.statement_of(node)
    if isinstance(node, Function | ast.ClassDef):
        lines: Iterator[int] | range = range(first, (node.end_lineno or first) + 1)
    elif isinstance(node, ast.ExceptHandler | ast.If | ast.For | ast.While | ast.With | ast.Try):
        lines = range(first, first + 1 if not isinstance(node, ast.Try) else (node.end_lineno or first) + 1)
    elif isinstance(statement, ast.If | ast.While | ast.For | ast.With | Function | ast.ClassDef | ast.Try):
        lines = range(first, (getattr(node, "end_lineno", first) or first) + 1)
    elif statement is not None:
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    else:
        lines = range(first, first + 1)
    return max((suspicion.get(line, 0.0) for line in lines), default=0.0)


def _exact(view: ModuleView, node: ast.AST) -> bool:
    """Before Python 3.12 what stands inside an f-string has no reliable place."""
    if not isinstance(node, ast.expr) or isinstance(node, ast.JoinedStr):
        return not isinstance(node, ast.FormattedValue)
    if not any(isinstance(item, ast.JoinedStr) for item in view.ancestors(node)):
        return True
    try:
        there = ast.parse(view.code(node).strip() or "(", mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return ast.dump(there) == ast.dump(node)
