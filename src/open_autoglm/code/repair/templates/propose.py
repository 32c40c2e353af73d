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
from open_autoglm.code.repair.templates.view import Change, Function, Hints, ModuleView, Template

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
MOST = 60_000
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
    own = hash(text)
    best: dict[int, tuple[float, Template, tuple[Change, ...]]] = {}
    for score, template, changes in _proposed(view, suspicion):
        # Digests in place of texts: there may be tens of thousands.
        key = hash(_changed(text, changes))
        if key != own and (key not in best or best[key][0] < score):
            best[key] = (score, template, changes)
        if len(best) >= MOST:
            break
    for score, template, changes in sorted(best.values(), key=lambda item: -item[0]):
        # Only those that are asked for pay for the compiler.
        changed = _changed(text, changes)
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


def _proposed(
    view: ModuleView, suspicion: Mapping[int, float]
) -> Iterator[tuple[float, Template, tuple[Change, ...]]]:
    """All proposals for nodes on suspicious lines, with how likely each is."""
    for node in ast.walk(view.tree):
        weight = _suspicion(view, node, suspicion)
        if weight <= 0 or not _exact(view, node):
            continue
        factor = math.pow(max(weight, LEAST_SUSPICION), SUSPICION_POWER)
        for template in TEMPLATES:
            for prior, changes in template.propose(view, node):
                yield prior * factor, template, changes


def _changed(text: str, changes: tuple[Change, ...]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


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
