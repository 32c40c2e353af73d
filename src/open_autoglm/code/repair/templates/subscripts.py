"""Indexes, slices and keys."""

from __future__ import annotations

import ast
import itertools

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template, call_name

DEFAULTS = ("None", "0", '""', "[]", "{}", "0.0", "1", "()")


def _index(view: ModuleView, node: ast.AST) -> Proposals:
    if not isinstance(node, ast.Subscript):
        return
    index = node.slice
    if isinstance(index, ast.Constant) and index.value == 0:
        yield 0.5, view.replace(index, "-1")
    elif (
        isinstance(index, ast.UnaryOp)
        and isinstance(index.operand, ast.Constant)
        and index.operand.value == 1
    ):
        yield 0.5, view.replace(index, "0")
        yield 0.3, view.replace(index, "-2")
    if not isinstance(node.ctx, ast.Load):
        return
    if isinstance(index, ast.Slice):
        yield from _slice(view, node, index)
    elif isinstance(index, ast.Name | ast.Constant | ast.BinOp | ast.Attribute):
        yield 0.15, view.replace(node, view.code(node.value))


def _slice(view: ModuleView, node: ast.Subscript, index: ast.Slice) -> Proposals:
    code = view.code
    lower = code(index.lower) if index.lower is not None else ""
    upper = code(index.upper) if index.upper is not None else ""
    step = f":{code(index.step)}" if index.step is not None else ""
    held = code(node.value)
    yield 0.35, view.replace(node, held)
    if upper:
        yield 0.4, view.replace(node, f"{held}[{lower}:{step}]")
    if lower:
        yield 0.4, view.replace(node, f"{held}[:{upper}{step}]")
    if not lower:
        yield 0.4, view.replace(node, f"{held}[1:{upper}{step}]")
    if not upper:
        yield 0.4, view.replace(node, f"{held}[{lower}:-1{step}]")
    if lower and not upper:
        yield 0.35, view.replace(node, f"{held}[:{lower}{step}]")
    if upper and not lower:
        yield 0.35, view.replace(node, f"{held}[{upper}:{step}]")
        yield (
            0.3,
            view.replace(
                node,
                f"{held}[-{upper}:{step}]"
                if isinstance(index.upper, ast.Name)
                else f"{held}[{lower}:{step}]",
            ),
        )
    if lower and upper:
        yield 0.45, view.replace(node, f"{held}[{lower}:{lower} + {upper}{step}]")
        yield 0.2, view.replace(node, f"{held}[{upper}:{lower}{step}]")
    if step:
        yield 0.3, view.replace(node, f"{held}[{lower}:{upper}]")
    else:
        yield 0.25, view.replace(node, f"{held}[{lower}:{upper}:-1]")


def _get(view: ModuleView, node: ast.AST) -> Proposals:
    """A key that may be missing; a default that is not the one that is meant."""
    told = "KeyError" in view.hints.messages
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and not isinstance(node.slice, ast.Slice)
    ):
        if isinstance(node.slice, ast.UnaryOp) or (
            isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
        ):
            return
        held, key = view.code(node.value), view.code(node.slice)
        yield 0.8 if told else 0.4, view.replace(node, f"{held}.get({key})")
        for place, default in enumerate(DEFAULTS[1:]):
            yield (0.6 if told else 0.25) - place * 0.03, view.replace(node, f"{held}.get({key}, {default})")
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("get", "pop", "setdefault")
    ):
        held = view.code(node.func)
        if len(node.args) == 1 and not node.keywords and node.func.attr == "get":
            key = view.code(node.args[0])
            for place, default in enumerate(DEFAULTS[1:]):
                yield 0.42 - place * 0.03, view.replace(node, f"{held}({key}, {default})")
            yield 0.4, view.replace(node, f'({view.code(node)} or "")')
            yield 0.25, view.replace(node, f"{view.code(node.func.value)}[{key}]")
        elif len(node.args) == 2:
            key, given = view.code(node.args[0]), view.code(node.args[1])
            for default in DEFAULTS:
                if default != given:
                    yield 0.35, view.replace(node.args[1], default)
            yield 0.35, view.replace(node, f"({held}({key}) or {given})")
        elif len(node.args) == 1 and node.func.attr == "pop":
            yield 0.6 if told else 0.35, view.replace(node, f"{held}({view.code(node.args[0])}, None)")


def _listed(view: ModuleView, node: ast.AST) -> Proposals:
    """Two elements of a list of values in the wrong order; a list that keeps what it should leave out."""
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load) and 2 <= len(node.elts) <= 6:
        for first, second in itertools.pairwise(node.elts):
            (a, b), (c, d) = view.span(first), view.span(second)
            yield 0.36, ((a, b, view.text[c:d]), (c, d, view.text[a:b]))
    if call_name(node) == "list" and isinstance(node, ast.Call) and len(node.args) == 1:
        held = view.code(node.args[0])
        for condition in ("item", "item.strip()", "item is not None"):
            yield 0.32, view.replace(node, f"[item for item in {held} if {condition}]")
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) and len(node.generators) == 1:
        part = node.generators[0]
        if not part.ifs and isinstance(part.target, ast.Name):
            end = view.span(part.iter)[1]
            name = part.target.id
            for condition in (name, f"{name}.strip()", f"{name} is not None"):
                yield 0.3, ((end, end, f" if {condition}"),)


def _emptied(view: ModuleView, node: ast.AST) -> Proposals:
    """None where an empty value was meant, and the other way round."""
    above = view.parent(node)
    if isinstance(
        above, ast.Return | ast.Assign | ast.Call | ast.IfExp | ast.BoolOp | ast.Dict | ast.arguments
    ):
        if isinstance(node, ast.Constant) and node.value is None:
            for place, default in enumerate(DEFAULTS[1:5]):
                yield 0.3 - place * 0.02, view.replace(node, default)
        empty = (isinstance(node, ast.List | ast.Tuple) and not node.elts) or (
            isinstance(node, ast.Dict) and not node.keys
        )
        if empty or (
            isinstance(node, ast.Constant) and node.value in ("", 0) and not isinstance(node.value, bool)
        ):
            yield 0.25, view.replace(node, "None")
            if empty and not isinstance(node, ast.Dict):
                yield 0.25, view.replace(node, "set()")


TEMPLATES = (
    Template(
        "listed",
        Words("Elements are in the wrong order, or too many.", "元素顺序不对，或多了元素。"),
        _listed,
    ),
    Template("index", Words("An index or a slice is off.", "下标或切片不对。"), _index),
    Template(
        "key", Words("A key may be missing, or its default is wrong.", "键可能不存在，或默认值不对。"), _get
    ),
    Template(
        "empty",
        Words(
            "Nothing is given back where an empty value is meant, or the reverse.",
            "该返回空值的地方返回了 None，或者相反。",
        ),
        _emptied,
    ),
)
