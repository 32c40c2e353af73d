"""Examples in the form of an interactive session: ``>>>`` lines and what follows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.values import is_literal

_PROMPT = re.compile(r"^(\s*)>>>\s?(.*)$")
_CONTINUATION = re.compile(r"^\s*\.\.\.\s?(.*)$")
_ERROR = re.compile(r"^([A-Z]\w*(?:Error|Exception|Interrupt|Exit|Iteration))\b")


def doctest_examples(text: str) -> tuple[Example, ...]:
    """In their order; statements between them become the ``setup`` of those that follow.

    More forgiving than the standard parser, which refuses a docstring for one badly indented line.
    """
    return tuple(_examples(text.split("\n")))


def _examples(lines: list[str]) -> Iterator[Example]:
    setup: list[str] = []
    place = 0
    while place < len(lines):
        match = _PROMPT.match(lines[place])
        place += 1
        if match is None:
            continue
        source = [match[2]]
        while place < len(lines) and (more := _CONTINUATION.match(lines[place])):
            source.append(more[1])
            place += 1
        shown = []
        while place < len(lines) and lines[place].strip() and not _PROMPT.match(lines[place]):
            shown.append(lines[place].strip())
            place += 1
        statement = "\n".join(source).strip()
        if _is_expression(statement) and shown:
            expected = _expected(shown)
            yield Example(statement, expected, tuple(setup), raises=_ERROR.match(expected) is not None)
        elif _is_statement(statement):
            setup.append(statement)


def _expected(shown: list[str]) -> str:
    """All that is shown where it is one value, else its first line: prose may follow without a break."""
    if shown[0].startswith("Traceback"):
        return next((line for line in reversed(shown) if _ERROR.match(line)), shown[0])
    for length in range(len(shown), 0, -1):
        text = "\n".join(shown[:length])
        if is_literal(text):
            return text
    return shown[0]


def _is_expression(source: str) -> bool:
    try:
        ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _is_statement(source: str) -> bool:
    try:
        return bool(ast.parse(source).body)
    except (SyntaxError, ValueError):
        return False
