"""Changes that an error's own message asks for."""

from __future__ import annotations

import ast
import re

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template


def _at_failure(view: ModuleView, node: ast.AST) -> bool:
    line = getattr(node, "lineno", None)
    last = getattr(node, "end_lineno", line)
    return line is not None and any(
        frame.file == view.file and line <= frame.line <= (last or line)
        for failure in view.hints.failures
        for frame in failure.frames
    )


def _expressions(view: ModuleView, node: ast.AST) -> bool:
    loaded = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    kinds = ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.Constant
    above = view.parent(node)
    named = isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node)
    return (
        isinstance(node, kinds)
        and loaded
        and not named
        and _at_failure(view, node)
        and not isinstance(above, ast.JoinedStr)
    )


CONVERSIONS: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = (
    (r"can only concatenate str", (("str({})", 0.85), ("int({})", 0.4))),
    (
        r"must be str, not|expected str instance|expected string|sequence item \d+: expected str",
        (("str({})", 0.8), ("{}.decode()", 0.6)),
    ),
    (
        r"unsupported operand type|must be real number|can't multiply sequence|"
        r"'str' object cannot be interpreted as an integer",
        (("int({})", 0.75), ("float({})", 0.7), ("str({})", 0.4), ("({} or 0)", 0.5)),
    ),
    (
        r"not supported between instances",
        (("int({})", 0.7), ("float({})", 0.65), ("str({})", 0.5), ("({} or 0)", 0.4)),
    ),
    (
        r"a bytes-like object is required|can't concat str to bytes|must be bytes",
        (("{}.encode()", 0.85), ('{}.encode("utf-8")', 0.8)),
    ),
    (
        r"cannot use a string pattern on a bytes|can't concat bytes|not 'bytes'|must be str, not bytes|"
        r"can only concatenate str \(not \"bytes\"\)",
        (('{}.decode("utf-8")', 0.85), ("{}.decode()", 0.8)),
    ),
    (r"unhashable type", (("tuple({})", 0.85), ("frozenset({})", 0.5), ("str({})", 0.3))),
    (
        r"not JSON serializable",
        (
            ("list({})", 0.75),
            ("str({})", 0.7),
            ("{}.isoformat()", 0.65),
            ("dict({})", 0.5),
            ("sorted({})", 0.5),
            ("float({})", 0.4),
        ),
    ),
    (
        r"NoneType' object is not iterable|argument of type 'NoneType'|'NoneType' has no len",
        (("({} or [])", 0.7), ('({} or "")', 0.6), ("({} or {{}})", 0.5)),
    ),
    (r"indices must be integers", (("int({})", 0.75),)),
    (
        r"offset-naive and offset-aware",
        (
            ("{}.replace(tzinfo=timezone.utc)", 0.85),
            ("{}.replace(tzinfo=datetime.timezone.utc)", 0.6),
            ("{}.replace(tzinfo=None)", 0.5),
        ),
    ),
    (
        r"invalid literal for int\(\)",
        (('{}.replace(",", "")', 0.7), ("{}.strip()", 0.6), ("float({})", 0.65), ("({} or 0)", 0.6)),
    ),
    (
        r"could not convert string to float",
        (('{}.replace(",", "")', 0.75), ("{}.strip()", 0.6), ("({} or 0)", 0.5), ('{}.strip("$€¥%")', 0.4)),
    ),
    (
        r"object is not subscriptable|'(?:generator|map|filter|dict_keys|dict_values|zip)' object|"
        r"object of type '\w+' has no len",
        (("list({})", 0.8),),
    ),
    (
        r"cannot unpack non-iterable|not enough values to unpack|too many values to unpack",
        (("{}.items()", 0.7), ("enumerate({})", 0.5)),
    ),
    (r"does not match format|unconverted data remains", (("{}.strip()", 0.5), ("{}[:10]", 0.3))),
)


_NO_CHANGE: dict[type, tuple[str, ...]] = {
    str: ("str(", "({}", "{}.strip", "{}.replace", "{}[", "{}.iso", "{}.decode"),
    bytes: ("{}.encode", "({}", "bytes("),
    int: ("int(", "({}", "{}."),
    float: ("float(", "({}", "{}."),
}
"""Conversions that do nothing for a literal, or make no sense."""


def _conversion(view: ModuleView, node: ast.AST) -> Proposals:
    if not _expressions(view, node):
        return
    messages, code = view.hints.messages, view.code(node)
    for pattern, forms in CONVERSIONS:
        if re.search(pattern, messages):
            for form, prior in forms:
                if "timezone" in form and "datetime." not in form and "timezone" not in view.imported:
                    continue
                if isinstance(node, ast.Constant) and form.startswith(
                    _NO_CHANGE.get(type(node.value), ("{}.",))
                ):
                    continue
                yield prior, view.replace(node, form.format(code))


def _self(view: ModuleView, node: ast.AST) -> Proposals:
    """``takes 1 positional argument but 2 were given``: a method without ``self``."""
    if not isinstance(node, Function) or not isinstance(view.parent(node), ast.ClassDef):
        return
    if not re.search(r"positional argument", view.hints.messages):
        return
    names = [argument.arg for argument in node.args.args]
    if node.decorator_list or (names and names[0] in ("self", "cls")):
        return
    place = view.text.index("(", view.span(node)[0]) + 1
    yield 0.95, ((place, place, "self, " if names else "self"),)
    start = view.statement_span(node)[0]
    yield 0.6, ((start, start, f"{view.indent(node)}@staticmethod\n"),)


def _parent_start(view: ModuleView, node: ast.AST) -> Proposals:
    """A class that does not start what it inherits from."""
    if isinstance(node, ast.FunctionDef) and node.name == "__init__":
        owner = view.parent(node)
        inherits = isinstance(owner, ast.ClassDef) and bool(owner.bases)
        if inherits and "super().__init__" not in view.code(node):
            first = node.body[0]
            start = view.statement_span(first)[0]
            told = "attribute" in view.hints.messages
            yield 0.85 if told else 0.4, ((start, start, f"{view.indent(first)}super().__init__()\n"),)


def _callable(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Call) and _at_failure(view, node) and "is not callable" in view.hints.messages:
        if not node.args and not node.keywords:
            yield 0.85, view.replace(node, view.code(node.func))
        elif len(node.args) == 1:
            yield 0.75, view.replace(node, f"{view.code(node.func)}[{view.code(node.args[0])}]")
    if (
        isinstance(node, ast.Subscript)
        and _at_failure(view, node)
        and "is not subscriptable" in view.hints.messages
    ):
        yield 0.75, view.replace(node, f"{view.code(node.value)}({view.code(node.slice)})")
    if (
        isinstance(node, ast.Attribute)
        and _at_failure(view, node)
        and "'dict' object has no attribute" in view.hints.messages
    ):
        yield 0.8, view.replace(node, f'{view.code(node.value)}["{node.attr}"]')
        yield 0.5, view.replace(node, f'{view.code(node.value)}.get("{node.attr}")')


def _missing_argument(view: ModuleView, node: ast.AST) -> Proposals:
    """``missing 1 required positional argument: 'number'``."""
    if not isinstance(node, ast.Call) or not _at_failure(view, node):
        return
    found = re.search(
        r"(\w+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)", view.hints.messages
    )
    if found is None:
        return
    missing = re.findall(r"'(\w+)'", found[2])
    codes = [
        *(view.code(argument) for argument in node.args),
        *(view.code(keyword) for keyword in node.keywords),
    ]
    called = view.code(node.func)
    local = view.local_names(view.function_of(node))
    named = ", ".join([*codes, *(f"{name}={name}" for name in missing)])
    in_order = ", ".join([*codes, *missing])
    likely = called.rpartition(".")[2] == found[1].rpartition(".")[2] or found[1] == "__init__"
    if set(missing) <= set(local):
        yield 0.92 if likely else 0.5, view.replace(node, f"{called}({in_order})")
        yield 0.85 if likely else 0.45, view.replace(node, f"{called}({named})")
    for name in local:
        if len(missing) == 1 and name not in ("self", "cls"):
            yield 0.6 if likely else 0.3, view.replace(node, f"{called}({', '.join([*codes, name])})")


def _module_member(view: ModuleView, node: ast.AST) -> Proposals:
    """``import datetime`` with ``datetime.now()``, and the reverse."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and _at_failure(view, node):
        name = node.value.id
        if re.search(rf"module '{name}' has no attribute", view.hints.messages):
            yield 0.9, view.replace(node, f"{name}.{name}.{node.attr}")
        if re.search(
            r"(?:type object '[\w.]+'|'(?:builtin_function_or_method|function)' object) has no attribute",
            view.hints.messages,
        ):
            yield 0.8, view.replace(node, node.attr)


TEMPLATES = (
    Template("missing-argument", Words("An argument is not handed over.", "缺少参数。"), _missing_argument),
    Template(
        "member",
        Words("A module and what stands in it are mixed up.", "混淆了模块与其中的成员。"),
        _module_member,
    ),
    Template(
        "conversion-asked",
        Words("The value has the wrong type; the error names it.", "值的类型不对，错误信息已指明。"),
        _conversion,
    ),
    Template("self", Words("A method lacks self.", "方法缺少 self。"), _self),
    Template(
        "super",
        Words("The class it inherits from is not started.", "没有调用父类的 __init__。"),
        _parent_start,
    ),
    Template(
        "access",
        Words("A value is called, indexed or read the wrong way.", "调用、下标或属性访问方式不对。"),
        _callable,
    ),
)
