"""A test that somebody pasted, as a file that pytest runs."""

from __future__ import annotations

import ast

from open_autoglm.errors import DamagedInput


def pytest_text(module: str, text: str) -> str:
    """``text`` as it is where it holds tests; plain lines become one test. What it asks of ``module``
    without importing it is imported. Raises DamagedInput for what is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DamagedInput(
            f"The test is not Python: {error}.", hint="Paste a pytest file, or lines with assert."
        ) from error
    lead = "" if _imports(tree, module) or not module.isidentifier() else f"from {module} import *\n\n"
    if any(_is_test(node) for node in ast.walk(tree)):
        return _after_future(text, lead)
    imports = [ast.unparse(node) for node in tree.body if _is_import(node)]
    rest = [node for node in tree.body if not _is_import(node)]
    # Written anew, not indented: lines inside of a string must stay what they are.
    body = ast.unparse(_function("test_handed_in", rest or [ast.Pass()]))
    return "\n".join([*imports, lead, "", body, ""])


def _function(name: str, body: list[ast.stmt]) -> ast.FunctionDef:
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    made = ast.FunctionDef(name=name, args=nothing, body=body, decorator_list=[], lineno=1, col_offset=0)
    return ast.fix_missing_locations(made)


def _imports(tree: ast.Module, module: str) -> bool:
    return any(
        (isinstance(node, ast.ImportFrom) and node.module == module)
        or (isinstance(node, ast.Import) and any(alias.name == module for alias in node.names))
        for node in ast.walk(tree)
    )


def _is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_test(node: ast.AST) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return named and node.name.lower().startswith("test")  # type: ignore[attr-defined]


def _after_future(text: str, lead: str) -> str:
    """Imports from ``__future__`` have to come first."""
    if not lead or "__future__" not in text:
        return lead + text
    lines = text.split("\n")
    place = max(number for number, line in enumerate(lines) if line.startswith("from __future__")) + 1
    return "\n".join([*lines[:place], lead, *lines[place:]])
