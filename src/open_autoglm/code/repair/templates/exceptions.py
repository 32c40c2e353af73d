"""Exceptions: those that are not caught, caught too widely, lost, and values that need a guard first."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template

WIDER = {
    "ConnectionError": "OSError",
    "TimeoutError": "OSError",
    "UnicodeDecodeError": "ValueError",
    "FileNotFoundError": "OSError",
    "KeyError": "LookupError",
    "IndexError": "LookupError",
    "JSONDecodeError": "ValueError",
    "ZeroDivisionError": "ArithmeticError",
    "PermissionError": "OSError",
    "InvalidOperation": "ArithmeticError",
    "HTTPError": "URLError",
    "URLError": "OSError",
}
"""The nearest type above each that people catch."""
GIVEN = ("None", "[]", '""', "0", "False", "{}", "0.0", "set()")


def _known(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _raised(view: ModuleView) -> list[str]:
    """Exceptions that the failure ended with, then those that tests name, and their builtin parents."""
    names = [
        failure.type.rpartition(".")[2] for failure in view.hints.failures if failure.kind == "exception"
    ]
    names += sorted(view.hints.raised)
    names = [name for name in dict.fromkeys(names) if name and name != "AssertionError"]
    parents = [
        base.__name__
        for name in names
        if _known(name)
        for base in getattr(builtins, name).__mro__[1:-2]
        if base.__name__ not in ("Exception", "BaseException")
    ]
    return list(dict.fromkeys([*names, *parents]))


def _handler(view: ModuleView, node: ast.AST) -> Proposals:
    """``except`` with another, a further, a wider or a narrower type."""
    if not isinstance(node, ast.ExceptHandler) or node.type is None:
        return
    listed = (
        [view.code(item) for item in node.type.elts]
        if isinstance(node.type, ast.Tuple)
        else [view.code(node.type)]
    )
    failed = [failure.type.rpartition(".")[2] for failure in view.hints.failures]
    for place, name in enumerate(_raised(view)[:8]):
        if name not in listed and _usable(view, name):
            prior = (0.65 if name in failed else 0.45) - 0.03 * place
            yield prior, view.replace(node.type, _types([*listed, name]))
            yield prior - 0.02, view.replace(node.type, name)
    for name in listed:
        others = [item for item in listed if item != name]
        if (wider := WIDER.get(name.rpartition(".")[2])) is not None:
            yield 0.45, view.replace(node.type, _types([*others, wider]))
        for narrower in [key for key, value in WIDER.items() if value == name and _usable(view, key)]:
            yield 0.25, view.replace(node.type, _types([*others, narrower]))
        if others:
            yield 0.35, view.replace(node.type, _types(others))
    if listed == ["Exception"]:
        yield from ((prior, view.replace(node.type, types)) for prior, types in _narrower(view, node))
    else:
        yield 0.3, view.replace(node.type, "Exception")


def _types(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _usable(view: ModuleView, name: str) -> bool:
    return _known(name) or name in view.imported or name in view.module_names


def _narrower(view: ModuleView, node: ast.ExceptHandler) -> Iterator[tuple[float, str]]:
    """For ``except Exception``: what the file itself raises, and what reading a file may raise beside it."""
    raised = [
        view.code(item.exc.func if isinstance(item.exc, ast.Call) else item.exc)
        for item in ast.walk(view.tree)
        if isinstance(item, ast.Raise) and item.exc is not None
    ]
    own = [name for name in dict.fromkeys(raised) if name in view.module_names]
    above = view.parent(node)
    body = view.code(above.body[0]) if isinstance(above, ast.Try) else ""
    reads = [name for name in ("FileNotFoundError", "OSError") if re.search(r"open|read|load|Path", body)]
    for name in own:
        yield from ((0.52, f"({name}, {other})") for other in reads)
        yield 0.5, name
    usual = ("ValueError", "KeyError", "TypeError", "OSError", "LookupError", "(ValueError, TypeError)")
    for place, name in enumerate((*usual, "ArithmeticError", "AttributeError")):
        yield 0.45 - 0.02 * place, name


def _further(view: ModuleView, node: ast.AST) -> Proposals:
    """One more ``except`` for what came through, with an answer of its own."""
    if not isinstance(node, ast.Try) or not node.handlers or view.function_of(node) is None:
        return
    came = [failure.type.rpartition(".")[2] for failure in view.hints.failures if failure.kind == "exception"]
    start, indent = view.statement_span_of_handler(node.handlers[0]), view.indent(node)
    looped = view.loop_of(node) is not None
    for name in [item for item in dict.fromkeys(came) if _known(item) or item in view.imported][:2]:
        for place, ending in enumerate(
            (["continue"] if looped else [])
            + [f"return {value}" for value in ("{}", "None", "[]", '""', "0", "False")]
        ):
            yield 0.45 - 0.03 * place, ((start, start, f"{indent}except {name}:\n{indent}    {ending}\n"),)


def _cause(view: ModuleView, node: ast.AST) -> Proposals:
    """The cause that is named for an error, or kept from it."""
    if not isinstance(node, ast.Raise) or node.exc is None:
        return
    caught = [
        item.name
        for item in ast.walk(view.function_of(node) or view.tree)
        if isinstance(item, ast.ExceptHandler) and item.name
    ]
    local = view.local_names(view.function_of(node))
    for name in dict.fromkeys([*caught, *local[:8]]):
        if node.cause is not None and view.code(node.cause) != name:
            yield 0.5 if name in caught else 0.4, view.replace(node.cause, name)
        elif node.cause is None:
            yield 0.35 if name in caught else 0.2, view.replace(node, f"{view.code(node)} from {name}")


def _lost(view: ModuleView, node: ast.AST) -> Proposals:
    """An error that is swallowed, or raised where it should not be."""
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        if not isinstance(last, ast.Raise):
            end = view.span(last)[1]
            yield 0.35, ((end, end, f"\n{view.indent(last)}raise"),)
            if isinstance(last, ast.Return | ast.Pass | ast.Continue | ast.Break):
                yield 0.4, view.replace(last, "raise")
                if node.name:
                    yield 0.2, view.replace(last, f"raise {node.name}")
    if isinstance(node, ast.Raise) and node.exc is not None:
        handler = next((item for item in view.ancestors(node) if isinstance(item, ast.ExceptHandler)), None)
        if handler is not None:
            yield 0.4, view.replace(node, "raise")
            if handler.name and node.cause is None:
                yield 0.45, view.replace(node, f"{view.code(node)} from {handler.name}")
        if isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            for name in [*_raised(view)[:5], "ValueError", "TypeError", "KeyError"]:
                if name != node.exc.func.id:
                    yield 0.4, view.replace(node.exc.func, name)
        for value in ("return None", "return"):
            yield 0.2, view.replace(node, value)
    if isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Pass):
        names = [name for name in _raised(view) if name in view.hints.raised]
        for name in names[:3]:
            yield 0.4, view.replace(node, f"raise {name}")
    if isinstance(node, ast.Return) and any(
        isinstance(item, ast.Try) and node in _nodes(item.finalbody) for item in view.ancestors(node)
    ):
        start, end = view.span(node)
        yield 0.7, ((start, end, "pass"),)
    if isinstance(node, ast.Try) and node.handlers and not node.orelse and len(node.body) > 1:
        moved = node.body[1:]
        start, end = view.statement_span(moved[0])[0], view.statement_span(moved[-1])[1]
        place = view.statement_span(node.handlers[-1].body[-1])[1]
        text = f"{view.indent(node)}else:\n{view.text[start:end]}"
        yield 0.3, ((start, end, ""), (place, place, text))


def _nodes(statements: list[ast.stmt]) -> list[ast.AST]:
    return [item for statement in statements for item in ast.walk(statement)]


def _guard(view: ModuleView, node: ast.AST) -> Proposals:
    """A value that may be None, empty or zero is looked at before it is used."""
    if (
        not isinstance(
            node, ast.Assign | ast.Return | ast.Expr | ast.AugAssign | ast.For | ast.If | ast.AnnAssign
        )
        or view.function_of(node) is None
    ):
        return
    messages = view.hints.messages
    lines = {
        frame.line for failure in view.hints.failures for frame in failure.frames if frame.file == view.file
    }
    if node.lineno not in lines:
        return
    asked = ""
    if "'NoneType' object" in messages or "NoneType" in messages:
        asked = "{} is None"
    elif (
        "ZeroDivisionError" in messages
        or "division by zero" in messages
        or "IndexError" in messages
        or "empty" in messages
        or "ValueError" in messages
    ):
        asked = "not {}"
    if not asked:
        return
    start, indent = view.statement_span(node)[0], view.indent(node)
    used = [
        view.code(item)
        for item in ast.walk(node)
        if isinstance(item, ast.Name | ast.Attribute) and isinstance(item.ctx, ast.Load)
    ]
    looped = view.loop_of(node) is not None
    known = set(view.local_names(view.function_of(node)))
    for subject in [name for name in dict.fromkeys(used) if name.split(".")[0] in known][:6]:
        condition = asked.format(subject)
        endings = [f"return {value}" for value in GIVEN]
        endings = ["continue", "break", *endings] if looped else endings
        for place, ending in enumerate(endings):
            yield 0.55 - 0.03 * place, ((start, start, f"{indent}if {condition}:\n{indent}    {ending}\n"),)
        if "None" in asked:
            for value in ('""', "[]", "{}", "0"):
                yield 0.35, ((start, start, f"{indent}if {condition}:\n{indent}    {subject} = {value}\n"),)


def _zero(view: ModuleView, node: ast.AST) -> Proposals:
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        and "ZeroDivision" in view.hints.messages
    ):
        code, below = view.code(node), view.code(node.right)
        for value in ("0", "0.0", "None", "1"):
            yield 0.6, view.replace(node, f"({code} if {below} else {value})")
        yield 0.4, view.replace(node.right, f"max({below}, 1)")


def _optional(view: ModuleView, node: ast.AST) -> Proposals:
    """``found.text if found is not None else None``."""
    if "NoneType" not in view.hints.messages:
        return
    if (
        isinstance(node, ast.Attribute | ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name | ast.Attribute)
    ):
        held = view.code(node.value)
        above = view.parent(node)
        whole: ast.AST = above if isinstance(above, ast.Call) and above.func is node else node
        for place, value in enumerate(GIVEN[:5]):
            yield (
                0.55 - 0.03 * place,
                view.replace(whole, f"({view.code(whole)} if {held} is not None else {value})"),
            )


def _wrapped(view: ModuleView, node: ast.AST) -> Proposals:
    """A statement that fails for some input, with the error caught around it."""
    if (
        not isinstance(node, ast.Assign | ast.Return | ast.Expr | ast.AugAssign)
        or view.function_of(node) is None
    ):
        return
    frames = [frame for failure in view.hints.failures for frame in failure.frames]
    if not any(frame.file == view.file and frame.line == node.lineno for frame in frames):
        return
    if not view.alone_on_lines(node):
        return
    start, end = view.statement_span(node)
    indent = view.indent(node)
    inner = re.sub(r"^", "    ", view.text[start:end].rstrip("\n"), flags=re.M)
    came = [failure.type.rpartition(".")[2] for failure in view.hints.failures if failure.kind == "exception"]
    endings = [
        *(["continue"] if view.loop_of(node) is not None else []),
        *(f"return {value}" for value in GIVEN[:5]),
    ]
    asked = [name for name in sorted(view.hints.raised) if _usable(view, name)][:2]
    for name in [item for item in dict.fromkeys(came) if _known(item) or item in view.imported][:2]:
        # Where the tests ask for one error and another comes, the one that comes is turned into it.
        turned = [f'raise {other}("{name}") from None' for other in asked if other != name]
        for place, ending in enumerate([*turned, *endings]):
            text = f"{indent}try:\n{inner}\n{indent}except {name}:\n{indent}    {ending}\n"
            yield 0.44 - 0.03 * place, ((start, end, text),)


def _uninitialised(view: ModuleView, node: ast.AST) -> Proposals:
    """A name that is set on some ways only, or that belongs to the module."""
    if not isinstance(node, Function):
        return
    found = re.findall(r"(?:local variable|free variable) '(\w+)'", view.hints.messages)
    for name in dict.fromkeys(found):
        if not any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node)):
            continue
        first = (
            node.body[1]
            if len(node.body) > 1
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            else node.body[0]
        )
        start, indent = view.statement_span(first)[0], view.indent(first)
        if name in view.module_names:
            yield 0.95, ((start, start, f"{indent}global {name}\n"),)
        outer = view.function_of(node)
        if outer is not None and name in view.local_names(outer):
            yield 0.95, ((start, start, f"{indent}nonlocal {name}\n"),)
        for place, value in enumerate(GIVEN):
            yield 0.6 - 0.03 * place, ((start, start, f"{indent}{name} = {value}\n"),)


TEMPLATES = (
    Template("further-handler", Words("An exception is not caught.", "有异常没有捕获。"), _further),
    Template("cause", Words("An error does not name its cause.", "错误没有带上原因。"), _cause),
    Template(
        "handler", Words("An exception of another type has to be caught.", "捕获的异常类型不对。"), _handler
    ),
    Template(
        "lost-error",
        Words("An error is lost, or raised where it should not be.", "错误被吞掉，或抛出得不对。"),
        _lost,
    ),
    Template(
        "guard",
        Words("A value may be missing and is not looked at first.", "没有先检查值是否存在或为空。"),
        _guard,
    ),
    Template("zero", Words("A divisor may be zero.", "除数可能为零。"), _zero),
    Template("optional", Words("A value may be None.", "值可能为 None。"), _optional),
    Template(
        "caught", Words("A failure for some input is not caught.", "某些输入引发的异常没有捕获。"), _wrapped
    ),
    Template(
        "unset", Words("A variable is not set on every way.", "变量并非在所有路径上都有值。"), _uninitialised
    ),
)
