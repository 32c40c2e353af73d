"""How much a change that passes looks like the one that is meant, told from the text alone."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from functools import lru_cache

from open_autoglm.code.repair.edit import Candidate

PER_TOKEN = 0.004
PER_NAME = 0.12
"""For each name that is used now and was not, and against each that is not used any more."""
PER_TOLD_WORD = 0.04
"""For each new word that the documentation of the place uses."""
MOST_COUNTED = 2


def plausibility(candidate: Candidate, before: Mapping[str, str], after: Mapping[str, str]) -> float:
    """Its prior, less for every token that it changes, more where it puts to use what lay idle."""
    old = "\n".join(edit.old for edit in candidate.edits)
    new = "\n".join(edit.new for edit in candidate.edits)
    score = candidate.prior - PER_TOKEN * changed_tokens(old, new)
    for file, text in after.items():
        if file.endswith((".py", ".pyw")):
            idle, still_idle = _idle_names(before[file]), _idle_names(text)
            score += PER_NAME * min(MOST_COUNTED, len(idle - still_idle))
            score -= PER_NAME * min(MOST_COUNTED, len(still_idle - idle))
            line = candidate.edits[0].first_line
            told = _told_words(before[file], line) & (_words(new) - _words(old))
            score += PER_TOLD_WORD * min(MOST_COUNTED, len(told))
    return score


def changed_tokens(before: str, after: str) -> int:
    """Tokens that are only in one of two pieces of code."""
    left, right = _tokens(before), _tokens(after)
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return len(left) + len(right) - 2 * (start + end)


def _tokens(text: str) -> list[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text.split()
    return [token.string for token in tokens if token.string.strip()]


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}|\d+", text)}


@lru_cache(maxsize=64)
def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def _idle_names(text: str) -> frozenset[tuple[str, str]]:
    """Imports, private functions and constants, parameters and variables that nothing reads."""
    tree = _tree(text)
    if tree is None:
        return frozenset()
    read = _read_names(tree)
    found: set[tuple[str, str]] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {("", (alias.asname or alias.name).split(".")[0]) for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name.startswith(
            "_"
        ):
            found.add(("", node.name))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.add(("", node.targets[0].id))
    idle = {item for item in found if item[1] not in read}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            own = _read_names(function)
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            names = {item.arg for item in arguments} - {"self", "cls"}
            names |= {
                item.id
                for item in ast.walk(function)
                if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
            }
            idle |= {(function.name, name) for name in names - own if not name.startswith("_")}
    return frozenset(idle)


def _read_names(tree: ast.AST) -> set[str]:
    return {
        item.id for item in ast.walk(tree) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)
    }


def _told_words(text: str, line: int) -> set[str]:
    """Words of the docstrings of the module, the class and the function around a line."""
    tree = _tree(text)
    if tree is None:
        return set()
    told = [ast.get_docstring(tree) or ""]
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            told.append(ast.get_docstring(node) or "")
    return _words(" ".join(told))
