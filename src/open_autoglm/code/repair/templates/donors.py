"""Statements and expressions that stand elsewhere in the file and are missing here.

Most repairs are made of code that is there already (the plastic surgery hypothesis: Barr and others, 2014).
"""

from __future__ import annotations

import ast

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template

MOST_DONORS = 14
CONVERTERS = ("int", "float", "str", "Decimal", "list", "dict", "set", "tuple", "Path", "bytes")


def _restored(view: ModuleView, node: ast.AST) -> Proposals:
    """A value is set again as at first: ``count = 0``, ``self._cell = None``; a method is called."""
    if (
        not isinstance(node, ast.stmt)
        or isinstance(node, Function | ast.ClassDef)
        or not view.alone_on_lines(node)
    ):
        return
    function = view.function_of(node)
    if function is None or _is_doc(node):
        return
    donors = _donors(view, function)
    if not donors:
        return
    start, end = view.statement_span(node)
    indent = view.indent(node)
    here = view.code(node)
    block = view.block_of(node)
    is_elif = isinstance(node, ast.If) and here.startswith("elif")
    leaves = isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break)
    for donor, prior in donors:
        if donor == here:
            continue
        line = f"{indent}{donor}\n"
        if not is_elif:
            yield prior, ((start, start, line),)
        if block[-1] is node and not leaves:
            tail = "" if view.text[end - 1 : end] == "\n" else "\n"
            yield prior, ((end, end, tail + line),)


def _is_doc(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _donors(view: ModuleView, function: Function) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    own = view.class_of(function)
    places: list[tuple[ast.AST, float]] = [(function, 0.36)]
    if own is not None:
        places += [(item, 0.33) for item in own.body if isinstance(item, Function) and item is not function]
    for place, prior in places:
        for item in ast.walk(place):
            if isinstance(item, ast.Assign) and len(item.targets) == 1:
                target, value = item.targets[0], item.value
                simple = isinstance(value, ast.Constant) or (
                    isinstance(value, ast.List | ast.Dict | ast.Tuple) and not ast.dump(value).count("Name")
                )
                empty_call = (
                    isinstance(value, ast.Call) and not value.args and isinstance(value.func, ast.Name)
                )
                on_self = isinstance(target, ast.Attribute)
                if (simple or empty_call) and (
                    on_self or (place is function and isinstance(target, ast.Name))
                ):
                    found.setdefault(view.code(item), prior)
                    if not (isinstance(value, ast.Constant) and value.value is None) and isinstance(
                        target, ast.Name
                    ):
                        found.setdefault(f"{target.id} = None", prior - 0.06)
    for name in _carriers(function):
        found.setdefault(f"{name} = None", 0.3)
    if own is not None:
        for method in own.body:
            if isinstance(method, Function) and method is not function and not method.name.startswith("__"):
                needed = len(method.args.args) - len(method.args.defaults) - 1
                if needed == 0 and not method.decorator_list:
                    found.setdefault(f"self.{method.name}()", 0.33)
    return list(found.items())[:MOST_DONORS]


def _carriers(function: Function) -> list[str]:
    """Variables that a ``while`` asks for."""
    found = [item for item in ast.walk(function) if isinstance(item, ast.While)]
    return list(
        dict.fromkeys(name.id for item in found for name in ast.walk(item.test) if isinstance(name, ast.Name))
    )[:3]


def _kept(view: ModuleView, node: ast.AST) -> Proposals:
    """A parameter of ``__init__`` that is not kept."""
    if not isinstance(node, ast.FunctionDef) or node.name != "__init__":
        return
    used = {
        item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)
    }
    assigned = {
        view.code(item)
        for item in ast.walk(node)
        if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store)
    }
    last = node.body[-1]
    end = view.span(last)[1]
    for argument in [*node.args.args[1:], *node.args.kwonlyargs]:
        name = argument.arg
        for target in (f"self.{name}", f"self._{name}"):
            wanted = (
                target.rpartition(".")[2] in view.attributes_of_self
                or name not in used
                or "attribute" in view.hints.messages
            )
            if target not in assigned and wanted:
                yield (
                    0.8 if name not in used else 0.5,
                    ((end, end, f"\n{view.indent(last)}{target} = {name}"),),
                )


def _own_function(view: ModuleView, node: ast.AST) -> Proposals:
    """A function of the file where a builtin was called, or around a value."""
    functions = [item.name for item in view.tree.body if isinstance(item, Function)]
    above = view.function_of(node)
    functions = [name for name in functions if above is None or name != above.name][:8]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in functions:
        for name in functions:
            yield 0.32, view.replace(node.func, name)
    if isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.Attribute | ast.BinOp) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        parent = view.parent(node)
        if isinstance(
            parent, ast.Return | ast.Assign | ast.Call | ast.Compare | ast.keyword | ast.BinOp
        ) and not (isinstance(parent, ast.Call) and parent.func is node):
            for name in functions:
                if not (isinstance(node, ast.Call) and view.code(node.func) == name):
                    yield 0.22, view.replace(node, f"{name}({view.code(node)})")


def _combined(view: ModuleView, node: ast.AST) -> Proposals:
    """A value that another one bounds, or that another one goes before."""
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    parent = view.parent(node)
    code = view.code(node)
    local = [name for name in view.local_names(view.function_of(node)) if name not in (code, "self", "cls")][
        :8
    ]
    if isinstance(parent, ast.Return | ast.Assign | ast.keyword) or (
        isinstance(parent, ast.Call) and node in parent.args
    ):
        for other in local:
            yield 0.24, view.replace(node, f"min({code}, {other})")
            yield 0.24, view.replace(node, f"max({code}, {other})")
            yield 0.2, view.replace(node, f"{code} + {other}")
            yield 0.2, view.replace(node, f"{code} - {other}")
    if (
        isinstance(parent, ast.Attribute)
        and isinstance(node, ast.Name)
        and node.id in [*local, code]
        and isinstance(view.parent(parent), ast.Call)
    ):
        for other in local:
            yield 0.18, view.replace(node, f"({other} + {code})")
    if isinstance(parent, ast.BinOp):
        for other in local:
            yield 0.12, view.replace(node, f"({code} + {other})")
    if isinstance(parent, ast.Raise) and parent.exc is not node:
        for other in local:
            yield 0.4, view.replace(node, other)


def _turned(view: ModuleView, node: ast.AST) -> Proposals:
    """The other sign: of a sort key, of a step."""
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) or not isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        return
    parent = view.parent(node)
    keyed = any(isinstance(item, ast.Lambda) for item in view.ancestors(node))
    if isinstance(parent, ast.Tuple | ast.Lambda | ast.IfExp | ast.Return | ast.Assign | ast.BinOp):
        yield 0.45 if keyed else 0.2, view.replace(node, f"-{view.code(node)}")


def _prefixed(view: ModuleView, node: ast.AST) -> Proposals:
    """A constant of the module that belongs before a text, as a namespace does."""
    if (
        not isinstance(node, ast.Constant)
        or not isinstance(node.value, str)
        or view.is_docstring(node)
        or isinstance(view.parent(node), ast.JoinedStr)
    ):
        return
    for item in view.tree.body:
        if (
            isinstance(item, ast.Assign)
            and isinstance(item.targets[0], ast.Name)
            and isinstance(item.value, ast.Constant)
            and isinstance(item.value.value, str)
        ):
            name = item.targets[0].id
            yield 0.3, view.replace(node, f"{name} + {view.code(node)}")
            if node.value != item.value.value:
                yield 0.2, view.replace(node, name)


def _converted_once(view: ModuleView, node: ast.AST) -> Proposals:
    """A parameter is converted at the start, where until now only one use of it is."""
    if not isinstance(node, Function):
        return
    names = [item.arg for item in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    makers = {
        view.code(item.func)
        for item in ast.walk(view.tree)
        if isinstance(item, ast.Call) and len(item.args) == 1 and view.code(item.func) in CONVERTERS
    }
    first = next((item for item in node.body if not _is_doc(item)), None)
    if first is None:
        return
    start, indent = view.statement_span(first)[0], view.indent(first)
    for name in names:
        for maker in sorted(makers):
            used = f"{maker}({name})" in view.code(node)
            if name not in ("self", "cls"):
                yield 0.45 if used else 0.3, ((start, start, f"{indent}{name} = {maker}({name})\n"),)


def _inherited(view: ModuleView, node: ast.AST) -> Proposals:
    """A class that lacks the base which its neighbours have; a base that gets nothing handed over."""
    if isinstance(node, ast.ClassDef):
        own = [item for item in view.tree.body if isinstance(item, ast.ClassDef) and item is not node]
        bases = [view.code(item) for item in node.bases]
        for other in [item.name for item in own][:5]:
            if (
                other not in bases
                and bases
                and not any(view.code(base) == node.name for item in own for base in item.bases)
            ):
                start, end = view.span(node.bases[0])[0], view.span(node.bases[-1])[1]
                yield 0.36, ((start, start, f"{other}, "),)
                yield 0.34, ((start, end, other),)
    if isinstance(node, ast.Call) and view.code(node.func) == "super().__init__":
        function = view.function_of(node)
        names = [item.arg for item in function.args.args[1:]] if function is not None else []
        given = [view.code(argument) for argument in node.args]
        for name in names:
            if name not in given:
                yield 0.5, view.replace(node, f"super().__init__({', '.join([*given, name])})")
        if len(names) > 1 and not given:
            yield 0.5, view.replace(node, f"super().__init__({', '.join(names)})")


TEMPLATES = (
    Template(
        "converted-once", Words("A parameter has to be converted first.", "参数需要先转换。"), _converted_once
    ),
    Template(
        "inherited",
        Words("A class lacks a base, or hands nothing over.", "类缺少父类，或没有把参数传给父类。"),
        _inherited,
    ),
    Template(
        "not-reset",
        Words("A value is not set again, or a step is left out.", "某个值没有重新设置，或漏了一步。"),
        _restored,
    ),
    Template("not-kept", Words("A parameter is not kept.", "参数没有保存下来。"), _kept),
    Template(
        "own-function", Words("A function of the file is meant.", "应调用本文件的函数。"), _own_function
    ),
    Template("combined", Words("A second value has a say.", "还要考虑另一个值。"), _combined),
    Template("turned", Words("A sign is missing.", "缺少负号。"), _turned),
    Template("prefixed", Words("A prefix is missing.", "缺少前缀。"), _prefixed),
)
