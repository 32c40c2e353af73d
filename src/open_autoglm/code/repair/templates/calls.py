"""Calls: ranges, functions that are mixed up, arguments that are swapped, missing or too many."""

from __future__ import annotations

import ast
import re

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.call_tables import (
    AFTER,
    AROUND,
    ATTRIBUTES,
    FUNCTIONS,
    KEYWORDS,
    METHODS,
    POSITIONAL,
)
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template, call_name


def _range(view: ModuleView, node: ast.AST) -> Proposals:
    if call_name(node) != "range" or not isinstance(node, ast.Call):
        return
    codes = [view.code(argument) for argument in node.args]
    if len(codes) == 1:
        (count,) = codes
        more = count[:-4] if count.endswith(" - 1") else f"{count} + 1"
        for text, prior in (
            (f"range({more})", 0.7),
            (f"range({count} - 1)", 0.6),
            (f"range(1, {more})", 0.65),
            (f"range(1, {count})", 0.55),
            (f"range(len({count}))", 0.3),
            (f"range({count} - 1, -1, -1)", 0.35),
        ):
            yield prior, view.replace(node, text)
        return
    first, last, *step = codes
    rest = "".join(f", {item}" for item in step)
    more = last[:-4] if last.endswith(" - 1") else f"{last} + 1"
    less = last[:-4] if last.endswith(" + 1") else f"{last} - 1"
    for text, prior in (
        (f"{first}, {more}{rest}", 0.75),
        (f"{first}, {less}{rest}", 0.65),
        (f"{first} + 1, {last}{rest}", 0.4),
        (f"{first} - 1, {last}{rest}", 0.3),
        (f"0, {last}{rest}", 0.4),
        (f"1, {last}{rest}", 0.4),
        (f"{first}, {last}", 0.3 if step else 0.0),
        (last, 0.3),
    ):
        if prior:
            yield prior, view.replace(node, f"range({text})")
    for variable in view.local_names(view.function_of(node))[:8]:
        if not step and variable not in (first, last):
            yield 0.25, view.replace(node, f"range({first}, {last}, {variable})")


def _mixed_up(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Attribute):
        end = view.span(node)[1]
        called = isinstance(above := view.parent(node), ast.Call) and above.func is node
        for place, other in enumerate(METHODS.get(node.attr, ()) if called else ()):
            yield 0.5 - 0.06 * place, ((end - len(node.attr), end, other),)
        if node.attr in ("seconds", "days", "microseconds") and not called:
            yield 0.75 if node.attr == "seconds" else 0.4, ((end - len(node.attr), end, "total_seconds()"),)
        for other in ATTRIBUTES.get(node.attr, ()):
            yield 0.4, ((end - len(node.attr), end, other),)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for place, other in enumerate((*FUNCTIONS.get(node.func.id, ()), *METHODS.get(node.func.id, ()))):
            yield 0.45 - 0.06 * place, view.replace(node.func, other)
    elif isinstance(node, ast.Name) and node.id.startswith("ROUND_"):
        yield from (
            (0.4, view.replace(node, other))
            for other in ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN")
            if other in view.imported
        )


def _arguments(view: ModuleView, node: ast.AST) -> Proposals:
    """Swapped, superfluous, missing."""
    if not isinstance(node, ast.Call):
        return
    name = call_name(node)
    for first, second in zip(node.args, node.args[1:], strict=False):
        (a, b), (c, d) = view.span(first), view.span(second)
        yield 0.42, ((a, b, view.text[c:d]), (c, d, view.text[a:b]))
    codes = [
        *(view.code(argument) for argument in node.args),
        *(view.code(keyword) for keyword in node.keywords),
    ]
    called = view.code(node.func)
    for place in range(len(codes)):
        if len(codes) > 1:
            yield 0.25, view.replace(node, f"{called}({', '.join(codes[:place] + codes[place + 1 :])})")
    given = {keyword.arg for keyword in node.keywords}
    for more, prior in KEYWORDS.get(name, ()):
        if more.split("=")[0] not in given:
            more = _with_module(view, more)
            yield prior, view.replace(node, f"{called}({', '.join([*codes, more])})")
    for more, prior in POSITIONAL.get(name, ()):
        if not node.keywords and len(codes) <= (2 if name == "replace" else 1):
            yield prior, view.replace(node, f"{called}({', '.join([*codes, more])})")
    if name == "gather" and node.args and not isinstance(node.args[0], ast.Starred):
        bare = view.code(node.args[0]).strip()
        if isinstance(node.args[0], ast.GeneratorExp) and view.text[: view.span(node.args[0])[0]].endswith(
            name
        ):
            # The brackets of the call are those of the generator.
            yield 0.85, view.replace(node.args[0], f"(*{bare})")
        else:
            yield 0.85, view.replace(node.args[0], f"*{bare}")


def _with_module(view: ModuleView, argument: str) -> str:
    """``timezone.utc`` by the name under which this file knows it."""
    if "timezone.utc" in argument and "timezone" not in view.imported and "datetime" in view.imported:
        return argument.replace("timezone.utc", "datetime.timezone.utc")
    return argument


def _passed_on(view: ModuleView, node: ast.AST) -> Proposals:
    """A parameter of the function around that nothing uses, handed to what is called."""
    function = view.function_of(node)
    if not isinstance(node, ast.Call) or function is None:
        return
    used = {
        item.id
        for item in ast.walk(function)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)
    }
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    unused = [item.arg for item in arguments if item.arg not in used and item.arg not in ("self", "cls")]
    called = view.code(node.func)
    codes = [
        *(view.code(argument) for argument in node.args),
        *(view.code(keyword) for keyword in node.keywords),
    ]
    for name in unused:
        yield 0.7, view.replace(node, f"{called}({', '.join([*codes, f'{name}={name}'])})")
        yield 0.6, view.replace(node, f"{called}({', '.join([*codes, name])})")
        for argument in node.args:
            yield 0.4, view.replace(argument, name)
    definition = next(
        (
            item
            for item in ast.walk(view.tree)
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name == call_name(node)
        ),
        None,
    )
    if definition is not None:
        accepted = {item.arg for item in [*definition.args.args, *definition.args.kwonlyargs]}
        given = {keyword.arg for keyword in node.keywords}
        for name in view.local_names(function):
            if name in accepted - given - {"self", "cls"}:
                yield 0.5, view.replace(node, f"{called}({', '.join([*codes, f'{name}={name}'])})")


def _converted(view: ModuleView, node: ast.AST) -> Proposals:
    """A value that is taken as it is, where it has to be trimmed or converted first."""
    if not isinstance(
        node,
        ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.BinOp | ast.ListComp | ast.GeneratorExp,
    ):
        return
    above = view.parent(node)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or above is None:
        return
    if (isinstance(above, ast.Call) and above.func is node) or isinstance(
        above, ast.Attribute | ast.Expr | ast.ExceptHandler | ast.Raise
    ):
        return
    if isinstance(node, ast.Name) and (node.id in view.imported or node.id in ("self", "cls")):
        return
    code = view.code(node)
    plain = f"({code})" if isinstance(node, ast.BinOp) else code
    weight = (
        1.0
        if isinstance(
            above,
            ast.Return
            | ast.Assign
            | ast.Call
            | ast.Compare
            | ast.Tuple
            | ast.Subscript
            | ast.For
            | ast.keyword
            | ast.comprehension
            | ast.Dict
            | ast.FormattedValue,
        )
        else 0.6
    )
    if not isinstance(node, ast.ListComp | ast.GeneratorExp):
        for more, prior in AFTER:
            if not code.endswith(more):
                yield prior * weight, view.replace(node, f"{plain}{more}")
    for name, prior in AROUND:
        if not (isinstance(node, ast.Call) and call_name(node) == name):
            inside = code[1:-1] if isinstance(node, ast.GeneratorExp) and code.startswith("(") else code
            yield prior * weight, view.replace(node, f"{name}({inside})")
    if isinstance(above, ast.keyword) or not isinstance(node, ast.Name | ast.Attribute | ast.Call):
        return
    for empty in ('""', "[]", "{}", "0", "1"):
        yield 0.25 * weight, view.replace(node, f"({code} or {empty})")


def _unconverted(view: ModuleView, node: ast.AST) -> Proposals:
    """A conversion or a call too many."""
    if not isinstance(node, ast.Call) or isinstance(view.parent(node), ast.Expr):
        return  # as a statement of its own, a value without its call does nothing
    if isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        yield 0.35, view.replace(node, view.code(node.args[0]))
        if node.func.id == "int":
            inner = view.code(node.args[0])
            yield 0.4, view.replace(node, f"int(float({inner}))")
            yield 0.4, view.replace(node, f"round(float({inner}))")
            yield 0.3, view.replace(node, f"int({inner} or 0)")
            yield 0.3, view.replace(node, f"round({inner})")
        if node.func.id == "bool" and view.code(node.args[0]):
            inner = view.code(node.args[0])
            yield 0.5, view.replace(node, f'{inner}.strip().lower() in ("1", "true", "yes", "on")')
    elif isinstance(node.func, ast.Attribute):
        prior = 0.35 if len(node.args) <= 1 else 0.15
        yield prior, view.replace(node, view.code(node.func.value))


def _not_called(view: ModuleView, node: ast.AST) -> Proposals:
    """A method that is named and not called."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        above = view.parent(node)
        if isinstance(above, ast.Call) and (above.func is node):
            return
        methods = (
            "read",
            "strip",
            "lower",
            "upper",
            "items",
            "values",
            "keys",
            "split",
            "close",
            "json",
            "copy",
            "pop",
            "get_text",
            "isoformat",
            "total_seconds",
            "date",
            "clear",
            "group",
        )
        if node.attr in methods or node.attr in view.attributes_of_self:
            yield 0.5, view.replace(node, f"{view.code(node)}()")


def _unused_import(view: ModuleView, node: ast.AST) -> Proposals:
    """A function that was imported for something, and is not used anywhere."""
    if not isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript) or not isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        return
    above = view.parent(node)
    if isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node):
        return
    code = view.code(node)
    for name in sorted(view.imported - view.used):
        if name[:1].islower():
            yield 0.6, view.replace(node, f"{name}({code})")
            yield 0.5, view.replace(node, f"{name}({code})[0]")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield 0.55, view.replace(node.func, name)
            if isinstance(node, ast.Call):
                arguments = ", ".join(view.code(argument) for argument in node.args)
                yield 0.45, view.replace(node, f"{name}({arguments})")
        elif isinstance(node, ast.Name):
            yield 0.4, view.replace(node, name)


def _defaulted(view: ModuleView, node: ast.AST) -> Proposals:
    """``max(values) or 0`` raises for no values; ``max(values, default=0)`` does not. ``get`` for ``pop``."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and isinstance(node.values[0], ast.Call):
        call, default = node.values[0], view.code(node.values[-1])
        if call_name(call) in ("max", "min", "next") and len(call.args) == 1:
            given = view.code(call.args[0]).strip()
            given = (
                f"({given})"
                if isinstance(call.args[0], ast.GeneratorExp) and not given.startswith("(")
                else given
            )
            word = "" if call_name(call) == "next" else "default="
            yield 0.75, view.replace(node, f"{view.code(call.func)}({given}, {word}{default})")
    if (
        isinstance(node, ast.Call)
        and call_name(node) in ("max", "min", "next")
        and len(node.args) == 1
        and not node.keywords
    ):
        given = view.code(node.args[0]).strip()
        told = re.search(r"StopIteration|empty", view.hints.messages) is not None
        given = (
            f"({given})"
            if isinstance(node.args[0], ast.GeneratorExp) and not given.startswith("(")
            else given
        )
        word = "" if call_name(node) == "next" else "default="
        for place, default in enumerate(("None", "0", '""', "[]")):
            yield (
                (0.8 if told else 0.4) - 0.06 * place,
                view.replace(node, f"{view.code(node.func)}({given}, {word}{default})"),
            )
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and len(node.args) == 1
    ):
        held = view.code(node.func.value)
        yield 0.35, view.replace(node, f"{held}.pop({view.code(node.args[0])}, None)")


def _kept_if_there(view: ModuleView, node: ast.AST) -> Proposals:
    """An entry that must not be made anew when it is there already."""
    if not isinstance(node, ast.Assign) or not isinstance(target := node.targets[0], ast.Subscript):
        return
    if not isinstance(node.value, ast.Dict | ast.List | ast.Set | ast.Call):
        return
    held, key, indent = view.code(target.value), view.code(target.slice), view.indent(node)
    yield 0.5, view.replace(node, f"{held}.setdefault({key}, {view.code(node.value)})")
    kind = {ast.Dict: "dict", ast.List: "list", ast.Set: "set"}.get(type(node.value), "dict")
    for condition, prior in (
        (f"{key} not in {held}", 0.5),
        (f"not isinstance({held}.get({key}), {kind})", 0.4),
    ):
        yield prior, view.replace(node, f"if {condition}:\n{indent}    {view.code(node)}")


def _month(view: ModuleView, node: ast.AST) -> Proposals:
    """After December comes January of the next year; a month has only so many days."""
    if not isinstance(node, ast.Call) or call_name(node) not in ("date", "datetime") or len(node.args) < 3:
        return
    year, month, day = node.args[:3]
    if isinstance(month, ast.BinOp) and isinstance(month.op, ast.Add):
        base = view.code(month.left)
        next_year = view.replace(year, f"{view.code(year)} + {base} // 12")
        yield 0.8, (*next_year, *view.replace(month, f"{base} % 12 + 1"))
    if "calendar" in view.imported:
        last = f"calendar.monthrange({view.code(year)}, {view.code(month)})[1]"
        yield 0.6, view.replace(day, f"min({view.code(day)}, {last})")


def _money(view: ModuleView, node: ast.AST) -> Proposals:
    """Decimals are rounded by ``quantize``, and not to the even side."""
    if (
        call_name(node) == "round"
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.args
    ):
        modes = [name for name in ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN") if name in view.imported]
        steps = [
            item.targets[0].id
            for item in view.tree.body
            if isinstance(item, ast.Assign)
            and isinstance(item.targets[0], ast.Name)
            and call_name(item.value) == "Decimal"
        ]
        value = view.code(node.args[0])
        bare = value if isinstance(node.args[0], ast.Name | ast.Attribute | ast.Call) else f"({value})"
        for mode in modes:
            for step in [*steps, 'Decimal("0.01")', 'Decimal("1")']:
                yield 0.55, view.replace(node, f"{bare}.quantize({step}, rounding={mode})")


TEMPLATES = (
    Template(
        "default", Words("Nothing to choose from needs a default.", "没有可选的值时需要默认值。"), _defaulted
    ),
    Template(
        "made-again", Words("An entry that is there is made anew.", "已有的条目被重新创建。"), _kept_if_there
    ),
    Template("month", Words("A month or a day goes beyond its end.", "月份或日期越界。"), _month),
    Template("money", Words("A decimal is rounded the wrong way.", "小数的舍入方式不对。"), _money),
    Template("range", Words("A range begins or ends one off.", "range 的起止差一。"), _range),
    Template(
        "function", Words("A function was taken for its neighbour.", "用错了相近的函数或方法。"), _mixed_up
    ),
    Template(
        "argument",
        Words("Arguments are swapped, missing or too many.", "参数顺序不对、缺少或多余。"),
        _arguments,
    ),
    Template("passed-on", Words("A parameter is not handed on.", "参数没有传递下去。"), _passed_on),
    Template(
        "conversion",
        Words("A value has to be trimmed or converted first.", "值需要先清理或转换。"),
        _converted,
    ),
    Template("plain", Words("A conversion does not belong there.", "多了一次转换。"), _unconverted),
    Template(
        "not-called", Words("A method is named and not called.", "方法没有被调用（缺少括号）。"), _not_called
    ),
    Template(
        "unused-import",
        Words("What was imported for this is not used.", "导入的函数没有用上。"),
        _unused_import,
    ),
)
