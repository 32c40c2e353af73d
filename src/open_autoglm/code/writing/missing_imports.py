"""Names that a program uses and never makes, where the standard library has them under one plain name."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator

_MEMBERS = {
    "typing": "Any Callable Dict Iterable Iterator List Optional Sequence Set Tuple Union",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "functools": "cmp_to_key lru_cache reduce",
    "itertools": "accumulate chain combinations groupby permutations product zip_longest",
    "math": "ceil factorial floor gcd isqrt prod sqrt",
    "copy": "deepcopy",
    "fractions": "Fraction",
    "decimal": "Decimal ROUND_HALF_UP",
    "datetime": "timedelta",
    "bisect": "bisect_left bisect_right insort",
    "heapq": "heapify heappop heappush",
}
_HOME = {name: module for module, names in _MEMBERS.items() for name in names.split()}
_BUILTINS = frozenset(dir(builtins))


def with_missing_imports(program: str) -> str:
    """The program with an import before it for each such name; unchanged where none is missing."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return program
    lines = sorted(filter(None, map(_import_of, _unbound_names(tree))))
    return "".join(f"{line}\n" for line in lines) + program if lines else program


def _import_of(name: str) -> str | None:
    if name in _HOME:
        return f"from {_HOME[name]} import {name}"
    return f"import {name}" if name in sys.stdlib_module_names else None


def _unbound_names(tree: ast.Module) -> set[str]:
    used = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    return used - set(_bound_names(tree)) - _BUILTINS


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Bound anywhere: a name that is local elsewhere is left alone, an import might not be what it means."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
