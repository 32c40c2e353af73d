"""All candidates that need no model, over all files, the likeliest first."""

from __future__ import annotations

import ast
import heapq
import re
from collections.abc import Iterator, Mapping

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.diagnose.lint import lint
from open_autoglm.code.diagnose.suspicion import Suspicion, with_constants, with_sources
from open_autoglm.code.repair.edit import Candidate
from open_autoglm.code.repair.makers.imports import import_candidates
from open_autoglm.code.repair.makers.lint_fixes import lint_candidates
from open_autoglm.code.repair.makers.syntax_fixes import syntax_candidates
from open_autoglm.code.repair.templates.propose import template_candidates
from open_autoglm.code.repair.templates.view import Hints

MOST_STRINGS = 400
ASKED_FOR = frozenset(
    ["syntax", "import", "lint"]
    + [
        f"template:{name}"
        for name in (
            *(
                "misspelt",
                "conversion-asked",
                "missing-argument",
                "member",
                "self",
                "super",
                "access",
                "unset",
            ),
            *(
                "changed-while-read",
                "encoding",
                "key",
                "none-compared",
                "optional",
                "zero",
                "default",
                "await",
            ),
            *(
                "no-await",
                "async-block",
                "spelling",
                "date-format",
                "range",
                "index",
                "not-called",
                "in-place",
            ),
            *("boundary", "step", "separator", "argument"),
        )
    ]
)
"""Makers whose changes answer an error. Where all that is asked is that a file runs without one, others would
pass by running less of it."""


def candidates(
    files: Mapping[str, str], suspicion: Suspicion, failures: tuple[Failure, ...], tests: Mapping[str, str]
) -> Iterator[Candidate]:
    """Candidates for the files with suspicious lines; ``tests`` are read for literals, never changed."""
    involved = [name for name in files if name.endswith((".py", ".pyw")) and suspicion.get(name)]
    hints = test_hints(tests, failures)
    first: list[Candidate] = []
    for name in involved:
        first += syntax_candidates(name, files[name])
    first += import_candidates(files, failures)
    for name in involved:
        first += lint_candidates(name, files[name], lint(files[name], name))
    yield from sorted(first, key=lambda candidate: -candidate.prior)
    streams = [
        template_candidates(
            name,
            files[name],
            with_constants(files[name], with_sources(files[name], name, suspicion[name], failures)),
            hints,
        )
        for name in involved
    ]
    yield from heapq.merge(*streams, key=lambda candidate: -candidate.prior)


def answering_candidates(
    files: Mapping[str, str], suspicion: Suspicion, failures: tuple[Failure, ...], tests: Mapping[str, str]
) -> Iterator[Candidate]:
    """The same for a file that is run itself: only changes that answer its error."""
    found = candidates(files, suspicion, failures, tests)
    return (candidate for candidate in found if candidate.maker in ASKED_FOR)


def test_hints(tests: Mapping[str, str], failures: tuple[Failure, ...]) -> Hints:
    """Literals of the tests, and the exceptions that they name."""
    strings: dict[str, None] = {}
    numbers: dict[float, None] = {}
    raised: dict[str, None] = {}
    for text in tests.values():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
                strings[node.value] = None
            elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                if not isinstance(node.value, bool):  # which is an int
                    numbers[float(node.value)] = None
            elif isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                if re.fullmatch(r"[A-Z]\w*(?:Error|Exception|Interrupt|Warning|Iteration|Exit)", name):
                    raised[name] = None
    return Hints(
        failures,
        frozenset(list(strings)[:MOST_STRINGS]),
        frozenset(list(numbers)[:MOST_STRINGS]),
        frozenset(raised),
    )
