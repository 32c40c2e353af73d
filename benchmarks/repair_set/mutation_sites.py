"""Places in a program where one small change could break it, found in its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "//"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
}
_METHODS = {
    "strip": "lstrip",
    "lower": "upper",
    "append": "extend",
    "extend": "append",
    "update": "setdefault",
    "startswith": "endswith",
    "endswith": "startswith",
    "split": "rsplit",
    "find": "rfind",
    "items": "keys",
    "values": "keys",
    "popleft": "pop",
    "add": "discard",
    "get": "pop",
    "copy": "clear",
}
_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "int": "str"}


@dataclass(frozen=True, slots=True)
class Site:
    """Replaces ``old``, which begins at a line (from 1) and a column (from 0, in UTF-8 bytes)."""

    operator: str
    line: int
    column: int
    old: str
    new: str


def mutation_sites(text: str) -> list[Site]:
    """In the order of the text."""
    source = _Source(text)
    found = [site for node in ast.walk(ast.parse(text)) for site in _sites(node, source)]
    return sorted(found, key=lambda site: (site.line, site.column, site.operator, site.new))


def mutated(text: str, site: Site) -> str:
    """The program with that one change; raises ValueError where the text has moved on."""
    data = text.encode()
    start = _Source(text).offset(site.line, site.column)
    old = site.old.encode()
    if data[start : start + len(old)] != old:
        raise ValueError(f"line {site.line} no longer holds {site.old!r}: choose the mutants anew")
    return (data[:start] + site.new.encode() + data[start + len(old) :]).decode()


class _Source:
    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", self.data))]

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def site(self, operator: str, start: int, end: int, new: str) -> Site:
        line = self.data.count(b"\n", 0, start) + 1
        return Site(operator, line, start - self._starts[line - 1], self.data[start:end].decode(), new)

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _sites(node: ast.AST, source: _Source) -> Iterator[Site]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            yield from _between(left, right, _COMPARISONS[type(operator)], "comparison", source)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            yield from _between(left, right, _ARITHMETIC[type(operator)], "arithmetic", source)
        case ast.BoolOp(op=operator, values=[left, right, *_]):
            words = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            yield from _between(left, right, words, "logic", source)
        case ast.Constant(value=bool(value)):
            yield source.site("constant", source.start(node), source.end(node), str(not value))
        case ast.Constant(value=int(value)):
            yield from (
                source.site("boundary", source.start(node), source.end(node), str(value + step))
                for step in (-1, 1)
                if value + step >= 0
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield source.site("condition", source.start(node), source.start(operand), "")
        case ast.Call(func=func, args=arguments):
            yield from _call_sites(func, arguments, source)
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if _is_short(test):
            yield source.site("condition", source.start(test), source.start(test), "not ")
        case ast.Continue() | ast.Break():
            word = "break" if isinstance(node, ast.Continue) else "continue"
            yield source.site("flow", source.start(node), source.end(node), word)
        case ast.Await():
            yield source.site("await", source.start(node), source.start(node.value), "")
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield source.site("lost statement", source.start(node), source.end(node), "pass")
        case ast.Return(value=ast.expr() as value):
            yield source.site("lost return", source.start(node), source.start(value), "")
        case ast.Import() | ast.ImportFrom() if getattr(node, "module", "") != "__future__":
            yield source.site("lost import", source.start(node), source.end(node), "")
        case ast.Name(id=name, ctx=ast.Load()) if len(name) > 4:
            yield source.site("misspelt name", source.start(node), source.end(node), _misspelt(name))
        case _:
            return


def _between(
    left: ast.expr, right: ast.expr, words: tuple[str, str], operator: str, source: _Source
) -> Iterator[Site]:
    """The operator lies somewhere between its operands, perhaps beside brackets."""
    old, new = words
    start, end = source.end(left), source.start(right)
    at = source.data.find(old.encode(), start, end)
    if at >= 0:
        yield source.site(operator, at, at + len(old), new)


def _call_sites(func: ast.expr, arguments: list[ast.expr], source: _Source) -> Iterator[Site]:
    match func:
        case ast.Attribute(attr=name) if name in _METHODS:
            end = source.end(func)
            yield source.site("method", end - len(name), end, _METHODS[name])
        case ast.Name(id=name) if name in _FUNCTIONS:
            yield source.site("function", source.start(func), source.end(func), _FUNCTIONS[name])
        case _:
            pass
    if len(arguments) == 2 and not any(isinstance(argument, ast.Starred) for argument in arguments):
        start, end = source.start(arguments[0]), source.end(arguments[1])
        first, second = (source.data[source.start(a) : source.end(a)].decode() for a in arguments)
        middle = source.data[source.end(arguments[0]) : source.start(arguments[1])].decode()
        if first != second:
            yield source.site("swapped arguments", start, end, f"{second}{middle}{first}")


def _is_short(test: ast.expr) -> bool:
    """What ``not`` turns round without brackets."""
    return isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Compare)


def _misspelt(name: str) -> str:
    """Two neighbours change places, as fast fingers do; the last letter is lost where they are alike."""
    middle = len(name) // 2
    turned = name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
    return turned if turned != name else name[:-1]
