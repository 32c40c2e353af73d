"""Examples written as a call and, behind some mark or word, the value that it gives."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Collection, Iterator

from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.values import closing_bracket, value_at

_GIVES = re.compile(
    r"""\s*[,:]?\s*(?:\#\s*)?
    (?:={1,3}>?|-+>|[→➞⇒➔➜⟹⟶]|
       (?:(?:should|must|will|would)\s+)?(?:returns?|gives?|be|equals?|is|outputs?|evaluates?\s+to)|返回|得到|输出|等于)
    \s*:?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_ARITHMETIC = re.compile(r"\s*(?:[-+*/%]|\*\*|//)\s*[\w(\[]")
_WORD = re.compile(r"[A-Za-z]+\b")
_WORDS = {"true": "True", "false": "False", "none": "None", "null": "None"}
"""As other languages write them, or nobody does."""
_BUILTIN_NAMES = frozenset(dir(builtins))


def call_examples(
    text: str, name: str, parameters: Collection[str], takes: Callable[[int], bool]
) -> tuple[Example, ...]:
    """Calls of ``name`` with a value behind them.

    Where there are none, calls of one other name that takes as many arguments: authors rename a function
    and forget its examples.
    """
    found = tuple(_calls_of(text, name, name, parameters, takes))
    if found:
        return found
    others = {match[1] for match in re.finditer(r"\b([A-Za-z_]\w*)\(", text)} - _BUILTIN_NAMES
    by_alias = [tuple(_calls_of(text, other, name, parameters, takes)) for other in sorted(others)]
    found_by_alias = [examples for examples in by_alias if examples]
    return found_by_alias[0] if len(found_by_alias) == 1 else ()


def _calls_of(
    text: str, written: str, name: str, parameters: Collection[str], takes: Callable[[int], bool]
) -> Iterator[Example]:
    for match in re.finditer(rf"(?<![\w.]){re.escape(written)}\s*\(", text):
        opening = match.end() - 1
        end = closing_bracket(text, opening)
        if end is None:
            continue
        arguments = _arguments(text[opening + 1 : end], parameters)
        gives = _GIVES.match(text, end + 1)
        if arguments is None or gives is None or not takes(len(arguments)):
            continue
        expected = _given_value(text, gives.end())
        if expected is not None:
            yield Example(f"{name}({', '.join(arguments)})", expected, loose=True)


def _arguments(text: str, parameters: Collection[str]) -> tuple[str, ...] | None:
    """Each argument's text; a bare word is a string somebody forgot to quote, unless it is a parameter."""
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(call, ast.Call) or any(keyword.arg is None for keyword in call.keywords):
        return None
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = ["", *(keyword.arg for keyword in call.keywords)]
    read = [_literal(value, parameters) for value in values]
    if any(value is None for value in read):
        return None
    marks = [""] * len(call.args) + [f"{keyword}=" for keyword in names[1:]]
    return tuple(f"{mark}{value}" for mark, value in zip(marks, read, strict=True))


def _literal(node: ast.expr, parameters: Collection[str]) -> str | None:
    if isinstance(node, ast.Name):
        return None if node.id in parameters else repr(node.id)
    text = ast.unparse(node)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        return None
    return text


def _given_value(text: str, at: int) -> str | None:
    """The value at ``at``; where it only begins a sum (``9 - 5 = 4``), the value that the line ends in."""
    found = value_at(text, at)
    if found is None:
        word = _WORD.match(text, at)
        return _WORDS.get(word[0].lower()) if word is not None else None
    value, end = found
    line_end = text.find("\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)]
    if not _ARITHMETIC.match(rest):
        return value
    last = value_at(rest, rest.rfind("=") + 1) if "=" in rest else None
    return last[0] if last is not None else None
