"""Calls like those of the examples, with other arguments: what they give is not known, but may differ."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.run_calls import Call

MOST = 16
_LONG = 400
"""Characters of a call; changes of a longer one tell no more."""


def probe_calls(examples: Iterable[Example], most: int = MOST) -> tuple[Call, ...]:
    """Each example with one argument changed a little, in turn over the examples; none that is an example."""
    examples = tuple(examples)
    shown = {example.call for example in examples}
    rows = [_changed_calls(example) for example in examples if not example.setup]
    found: dict[str, None] = {}
    while rows and len(found) < most:
        rows = [row for row in rows if _take(row, shown, found)]
    return tuple(Call(call) for call in list(found)[:most])


def _take(row: Iterator[str], shown: set[str], found: dict[str, None]) -> bool:
    """The next call of a row that is new; False at its end."""
    for call in row:
        if call not in shown and call not in found:
            found[call] = None
            return True
    return False


def _changed_calls(example: Example) -> Iterator[str]:
    try:
        call = ast.parse(example.call, mode="eval").body
    except (SyntaxError, ValueError):
        return
    if not isinstance(call, ast.Call) or call.keywords or len(example.call) > _LONG:
        return
    try:
        values = [ast.literal_eval(argument) for argument in call.args]
    except (ValueError, TypeError, SyntaxError):
        return
    name = ast.unparse(call.func)
    for place, value in enumerate(values):
        for other in _neighbours(value):
            arguments = [*values[:place], other, *values[place + 1 :]]
            yield f"{name}({', '.join(map(repr, arguments))})"


def _neighbours(value: Any) -> Iterator[Any]:
    """Of the same type, nearer and farther."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 2, type(value)(0), -value)
    elif isinstance(value, str):
        yield from (value[::-1], value[1:], value + value[:2], value.swapcase(), "")
    elif isinstance(value, list | tuple):
        kind = type(value)
        yield from map(kind, _other_rows(list(value)))


def _other_rows(row: list[Any]) -> Iterator[list[Any]]:
    yield from (row[::-1], row[1:], row + row[:1], row[:-1])
    for place, inner in enumerate(row[:3]):
        for other in _neighbours(inner):
            yield [*row[:place], other, *row[place + 1 :]]
    yield []
