"""Values written in prose or printed by a program: found, read and compared without running anything."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_STRING = re.compile(r"""[rbuRBU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_ATOM = re.compile(r"[-+]?\s?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?j?|\.\d+)|(?:True|False|None)\b")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}

MAX_VALUE_CHARACTERS = 20_000
TOLERANCE = 1e-6
"""Relative and absolute: what a text shows of a float is rounded."""


def value_at(text: str, at: int) -> tuple[str, int] | None:
    """The literal that begins at ``at`` (behind blanks), and where it ends; None where none stands there."""
    at += len(text[at:]) - len(text[at:].lstrip())
    if text[at : at + 1] in _CLOSERS:
        end = closing_bracket(text, at)
        found = text[at : end + 1] if end is not None else ""
    elif match := _STRING.match(text, at) or _ATOM.match(text, at):
        found = match[0].rstrip(".") if match[0].endswith(".") else match[0]
        following = text[at + len(found) : at + len(found) + 1]
        if following.isalnum() or following == "_":
            return None
    else:
        return None
    return (found, at + len(found)) if found and is_literal(found) else None


def closing_bracket(text: str, at: int) -> int | None:
    """Where the bracket at ``at`` is closed, brackets inside strings left aside; None where it never is."""
    open_brackets: list[str] = []
    place = at
    while place < min(len(text), at + MAX_VALUE_CHARACTERS):
        character = text[place]
        if character in "\"'":
            string = _STRING.match(text, place)
            if string is None:
                return None
            place = string.end()
            continue
        if character in _CLOSERS:
            open_brackets.append(_CLOSERS[character])
        elif character in ")]}":
            if not open_brackets or open_brackets.pop() != character:
                return None
            if not open_brackets:
                return place
        place += 1
    return None


def read_literal(text: str) -> Any:
    """The value of a literal. Raises ValueError for anything else."""
    if len(text) > MAX_VALUE_CHARACTERS:
        raise ValueError(f"a text of {len(text)} characters is no value to compare")
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(f"no literal: {text[:40]!r}") from error


def is_literal(text: str) -> bool:
    try:
        read_literal(text)
    except ValueError:
        return False
    return True


def same_value(one: str, other: str) -> bool:
    """Whether two texts (as ``repr`` gives them) show the same value, floats within TOLERANCE."""
    if one.strip() == other.strip():
        return True
    try:
        return _same(read_literal(one), read_literal(other))
    except ValueError:
        return False


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str | bytes) or isinstance(other, str | bytes):
        return bool(one == other)
    if isinstance(one, int | float | complex) and isinstance(other, int | float | complex):
        return _same_number(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, Sequence) and type(one) is type(other):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _same_number(one: complex, other: complex) -> bool:
    if isinstance(one, float) != isinstance(other, float) or isinstance(one, float):
        return _close(one, other)
    return bool(one == other)


def _close(one: complex, other: complex) -> bool:
    if isinstance(one, complex) or isinstance(other, complex):
        return abs(one - other) <= TOLERANCE
    if math.isnan(one) and math.isnan(other):
        return True
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def split_arguments(text: str) -> tuple[str, ...] | None:
    """``[1, 2], k = 3`` as the texts of its arguments, names included; None where it is no argument list."""
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return tuple(_arguments(call)) if isinstance(call, ast.Call) else None


def _arguments(call: ast.Call) -> Iterator[str]:
    yield from (ast.unparse(argument) for argument in call.args)
    yield from (f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in call.keywords)
