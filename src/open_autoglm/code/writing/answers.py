"""The program in a model's answer: its code block, beside what the task had given already."""

from __future__ import annotations

import ast
import re
import textwrap

_BLOCK = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def code_in(answer: str, entry_point: str = "") -> str:
    """The code of an answer: the fenced block that defines ``entry_point``, else the first block, else all.

    A block that was cut off before its closing fence counts as far as it goes.
    """
    blocks = [textwrap.dedent(match[2]) for match in _BLOCK.finditer(answer)]
    if not blocks:
        return answer.strip("\n")
    return next((block for block in blocks if defines(block, entry_point)), blocks[0])


def whole_program(prompt: str, answer: str, entry_point: str) -> str:
    """What to run: the imports and helpers that ``prompt`` gives, then the answered function.

    The answer may hold the whole function or its body alone. Definitions that the prompt gives stand as
    given, and statements that only try the function out (prints, asserts, a main block) are left away.
    An answer that doesn't parse is kept as it is, so that its fault shows.
    """
    code = code_in(answer, entry_point)
    if not defines(code, entry_point):
        return _completed(prompt, code)
    given, _ = _split_prompt(prompt, entry_point)
    return f"{given}{_without_trials(code, _defined_names(given) - {entry_point})}"


def defines(code: str, name: str) -> bool:
    """Whether a function or class of that name is defined at the top of ``code``."""
    return (
        bool(name)
        and re.search(rf"^(?:async\s+def|def|class)\s+{re.escape(name)}\b", code, re.MULTILINE) is not None
    )


def _completed(prompt: str, body: str) -> str:
    """The prompt followed by its function's body, at the indentation it needs."""
    text = textwrap.dedent(body)
    indented = textwrap.indent(text, "    ")
    return f"{prompt.rstrip()}\n{indented}\n"


def _split_prompt(prompt: str, entry_point: str) -> tuple[str, str]:
    """What stands before the function that is asked for, and the function itself."""
    found = list(
        re.finditer(
            rf"^(?:@.*\n)*(?:async\s+def|def|class)\s+{re.escape(entry_point)}\b", prompt, re.MULTILINE
        )
    )
    at = found[-1].start() if found else len(prompt)
    return prompt[:at], prompt[at:]


def _defined_names(code: str) -> set[str]:
    try:
        return {node.name for node in ast.parse(code).body if isinstance(node, _DEFINITIONS)}
    except (SyntaxError, ValueError):
        return set()


def _without_trials(code: str, given: set[str]) -> str:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    lines = code.splitlines(keepends=True)
    for node in reversed(body):
        if _is_trial(node) or (isinstance(node, _DEFINITIONS) and node.name in given):
            decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            lines[first - 1 : node.end_lineno] = []
    return "".join(lines)


def _is_trial(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and not docstring)
