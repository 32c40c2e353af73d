"""The examples that a function's own docstring shows: calls and what they give.

Only what the author of the task wrote for everybody to see is read here. Doctests come first; where there
are none, calls followed by a value (``f(2) == 4``, ``f(2) ➞ 4``, ``f(2) returns 4``) and named inputs with
their output (``Input: n = 2  Output: 4``).
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.code.writing.doctests import doctest_examples
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.prose_calls import call_examples
from open_autoglm.code.writing.prose_inputs import input_examples

MAX_EXAMPLES = 40

_HEADING = re.compile(
    r"^[ \t#*]*(?:for[ \t]+)?(?:examples?|示例|例子|例如)\b[^\n>=(]*$", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A function that is asked for."""

    name: str
    parameters: tuple[str, ...]
    required: int
    docstring: str

    def takes(self, arguments: int) -> bool:
        return self.required <= arguments <= len(self.parameters)


def visible_examples(prompt: str, entry_point: str) -> tuple[Example, ...]:
    """What the docstring of ``entry_point`` in the beginning of a program shows, each example once."""
    signature = signature_of(prompt, entry_point)
    if signature is None:
        return ()
    text = _plain(signature.docstring)
    # What stands before a heading may look like an example and be a rule: ``f(1) = 1, f(n) = f(n - 1)``.
    starts = [*(heading.end() for heading in _HEADING.finditer(text)), 0]
    tries = [tuple(dict.fromkeys(_examples_in(text[start:], signature))) for start in starts]
    return next((found[:MAX_EXAMPLES] for found in tries if found and not _contradict(found)), ())


def _contradict(examples: Sequence[Example]) -> bool:
    return len({(example.setup, example.call) for example in examples}) < len(examples)


def _examples_in(text: str, asked: Signature) -> tuple[Example, ...]:
    return (
        doctest_examples(text)
        or call_examples(text, asked.name, asked.parameters, asked.takes)
        or input_examples(text, asked.name, asked.parameters, asked.takes)
    )


def signature_of(prompt: str, entry_point: str) -> Signature | None:
    """The last function of that name in ``prompt``, which may lack its body; None where there is none."""
    for code in (prompt, f"{prompt.rstrip()}\n    pass\n"):
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError):
            continue
        for node in reversed(body):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == entry_point:
                return _signature(node)
    return None


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Signature:
    parameters = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    required = len(parameters) - len(node.args.defaults)
    return Signature(node.name, tuple(parameters), required, _docstring(node))


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Also where an import stands before it."""
    strings = (
        statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
    return inspect.cleandoc(next(strings, ""))


def _plain(text: str) -> str:
    """Typographic quotes as a program writes them."""
    return text.translate(str.maketrans("“”‘’", "\"\"''"))
