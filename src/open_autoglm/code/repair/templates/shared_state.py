"""Values that are shared by mistake: default arguments, aliases, closures, lists changed while read."""

from __future__ import annotations

import ast

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template, call_name

MUTATORS = (
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "sort",
    "reverse",
    "update",
    "add",
    "discard",
    "setdefault",
    "popitem",
)


def _default(view: ModuleView, node: ast.AST) -> Proposals:
    """A list or dictionary made once, when the function was defined."""
    if not isinstance(node, Function):
        return
    arguments = node.args
    pairs = list(zip(arguments.args[::-1], arguments.defaults[::-1], strict=False))
    pairs += [
        (name, value)
        for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    ]
    for argument, value in pairs:
        made = isinstance(value, ast.List | ast.Dict | ast.Set) or call_name(value) in (
            "list",
            "dict",
            "set",
            "deque",
            "defaultdict",
            "Counter",
        )
        dated = call_name(value) in ("now", "today", "utcnow", "time", "monotonic")
        if not made and not dated:
            continue
        first = (
            node.body[1]
            if len(node.body) > 1
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            else node.body[0]
        )
        start, indent = view.statement_span(first)[0], view.indent(first)
        guard = f"{indent}if {argument.arg} is None:\n{indent}    {argument.arg} = {view.code(value)}\n"
        yield 0.9, (*view.replace(value, "None"), (start, start, guard))


def _while_read(view: ModuleView, node: ast.AST) -> Proposals:
    """A collection that changes while a loop goes through it."""
    if not isinstance(node, ast.For | ast.comprehension):
        return
    held = node.iter
    told = "changed size during iteration" in view.hints.messages
    if (
        isinstance(held, ast.Call)
        and isinstance(held.func, ast.Attribute)
        and held.func.attr in ("items", "keys", "values")
    ):
        base = view.code(held.func.value)
    elif isinstance(held, ast.Name | ast.Attribute):
        base = view.code(held)
    else:
        return
    changes = False
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr in MUTATORS:
            changes |= view.code(item.func.value) == base
        changes |= isinstance(item, ast.Delete) and base in view.code(item)
    if changes or told:
        yield 0.95 if changes else 0.6, view.replace(held, f"list({view.code(held)})")


def _alias(view: ModuleView, node: ast.AST) -> Proposals:
    """A second name for the same list where a copy is meant."""
    value: ast.expr | None = None
    if isinstance(node, ast.Assign | ast.Return | ast.AnnAssign):
        value = node.value
    elif (
        isinstance(node, ast.Call)
        and call_name(node) in ("append", "add", "extend", "setdefault")
        and len(node.args) == 1
    ):
        value = node.args[0]
    elif isinstance(node, ast.keyword):
        value = node.value
    if not isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        return
    code = view.code(value)
    for text, prior in (
        (f"list({code})", 0.45),
        (f"dict({code})", 0.42),
        (f"{code}.copy()", 0.42),
        (f"copy.deepcopy({code})", 0.4),
        (f"set({code})", 0.3),
        (f"[*{code}]", 0.1),
    ):
        if text.startswith("copy.") and "copy" not in view.imported:
            yield 0.3, (_import_place(view, "import copy"), *view.replace(value, text))
            continue
        yield prior, view.replace(value, text)


def _import_place(view: ModuleView, line: str) -> tuple[int, int, str]:
    """A line at the top, after the docstring and with the other imports."""
    body = view.tree.body
    place = 0
    for node in body:
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        documented = node is body[0] and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (future or documented):
            break
        place = view.statement_span(node)[1]
    lead = "\n" if place and view.text[place - 1 : place] != "\n" else ""
    return (place, place, f"{lead}{line}\n")


def _repeated(view: ModuleView, node: ast.AST) -> Proposals:
    """``[[0] * 3] * 2`` holds one row twice; ``dict.fromkeys(keys, [])`` one list for all."""
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult)
        and isinstance(node.left, ast.List)
        and len(node.left.elts) == 1
    ):
        inner = node.left.elts[0]
        if not isinstance(inner, ast.Constant):
            yield 0.9, view.replace(node, f"[{view.code(inner)} for _ in range({view.code(node.right)})]")
    if (
        isinstance(node, ast.Call)
        and call_name(node) == "fromkeys"
        and len(node.args) == 2
        and not isinstance(node.args[1], ast.Constant)
    ):
        yield (
            0.9,
            view.replace(node, f"{{key: {view.code(node.args[1])} for key in {view.code(node.args[0])}}}"),
        )


def _in_place(view: ModuleView, node: ast.AST) -> Proposals:
    """Methods that change the list itself answer None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        held = view.code(node.func.value)
        above = view.parent(node)
        if node.func.attr == "sort" and not isinstance(above, ast.Expr):
            rest = "".join(f", {view.code(keyword)}" for keyword in node.keywords)
            yield 0.95, view.replace(node, f"sorted({held}{rest})")
        elif node.func.attr == "sort" and isinstance(above, ast.Expr):
            rest = "".join(f", {view.code(keyword)}" for keyword in node.keywords)
            yield 0.5, view.replace(above, f"{held} = sorted({held}{rest})")
        elif node.func.attr == "reverse" and not isinstance(above, ast.Expr):
            yield 0.9, view.replace(node, f"{held}[::-1]")
        elif (
            node.func.attr in MUTATORS
            and isinstance(above, ast.Assign)
            and node.func.attr not in ("pop", "setdefault", "popitem")
        ):
            yield 0.85, view.replace(above, view.code(node))
        elif node.func.attr in ("append", "add", "extend") and isinstance(above, ast.Return):
            start, _ = view.span(above)
            yield (
                0.8,
                view.replace(
                    above,
                    f"{view.code(node)}\n{view.text[view.offset(above.lineno, 0) : start]}return {held}",
                ),
            )
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name):
        yield 0.35, view.replace(node, f"{node.target.id} = {node.target.id} + {view.code(node.value)}")


def _closure(view: ModuleView, node: ast.AST) -> Proposals:
    """A function made in a loop sees the loop's last value."""
    if isinstance(node, ast.Lambda):
        loop = view.loop_of(node)
        names = (
            [item.id for item in ast.walk(loop.target) if isinstance(item, ast.Name)]
            if isinstance(loop, ast.For)
            else []
        )
        for above in view.ancestors(node):
            if isinstance(above, ast.ListComp | ast.DictComp | ast.GeneratorExp | ast.SetComp):
                names += [
                    item.id
                    for part in above.generators
                    for item in ast.walk(part.target)
                    if isinstance(item, ast.Name)
                ]
        used = [
            name
            for name in dict.fromkeys(names)
            if any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node.body))
        ]
        if used:
            start = view.span(node)[0] + len("lambda")
            body = view.span(node.body)[0]
            colon = view.text.rindex(":", start, body + 1) if ":" in view.text[start:body] else start
            given = view.text[start:colon].strip()
            bound = ", ".join(f"{name}={name}" for name in used)
            yield 0.9, ((start, colon, f" {given}, {bound}" if given else f" {bound}"),)
    elif isinstance(node, Function) and isinstance(loop := view.loop_of(node), ast.For):
        names = [item.id for item in ast.walk(loop.target) if isinstance(item, ast.Name)]
        used = [
            name
            for name in names
            if any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node))
        ]
        if used and not node.args.kwarg:
            place = view.text.index("(", view.span(node)[0]) + 1
            closing = view.text.index(")", place)
            given = view.text[place:closing].strip()
            bound = ", ".join(f"{name}={name}" for name in used)
            yield 0.85, ((place, closing, f"{given}, {bound}" if given else bound),)


def _class_state(view: ModuleView, node: ast.AST) -> Proposals:
    """A list in the body of a class belongs to all its objects."""
    if not isinstance(node, ast.ClassDef):
        return
    for item in node.body:
        if not isinstance(item, ast.Assign | ast.AnnAssign) or item.value is None:
            continue
        target = item.targets[0] if isinstance(item, ast.Assign) else item.target
        made = isinstance(item.value, ast.List | ast.Dict | ast.Set) or call_name(item.value) in (
            "list",
            "dict",
            "set",
            "deque",
            "defaultdict",
            "Counter",
        )
        if not made or not isinstance(target, ast.Name):
            continue
        start, end = view.statement_span(item)
        line = f"self.{target.id} = {view.code(item.value)}"
        maker = next(
            (part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"),
            None,
        )
        if maker is not None:
            last = maker.body[-1]
            place = view.span(last)[1]
            yield 0.75, ((start, end, ""), (place, place, f"\n{view.indent(last)}{line}"))
        else:
            indent = view.indent(item)
            yield 0.75, ((start, end, f"{indent}def __init__(self):\n{indent}    {line}\n\n"),)


def _read_twice(view: ModuleView, node: ast.AST) -> Proposals:
    """A generator is empty after its first reader."""
    if isinstance(node, ast.Assign):
        value = node.value
        if isinstance(value, ast.GeneratorExp):
            code = view.code(value)
            yield 0.75, view.replace(value, f"[{code[1:-1]}]")
        elif call_name(value) in (
            "map",
            "filter",
            "zip",
            "reversed",
            "iter",
            "finditer",
            "reader",
            "enumerate",
        ):
            yield 0.75, view.replace(value, f"list({view.code(value)})")
    if isinstance(node, Function):
        used = [argument.arg for argument in node.args.args]
        for name in used:
            reads = sum(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node))
            if reads >= 2 and name not in ("self", "cls"):
                first = (
                    node.body[1]
                    if len(node.body) > 1
                    and isinstance(node.body[0], ast.Expr)
                    and isinstance(node.body[0].value, ast.Constant)
                    else node.body[0]
                )
                start, indent = view.statement_span(first)[0], view.indent(first)
                yield 0.35, ((start, start, f"{indent}{name} = list({name})\n"),)
                yield 0.3, ((start, start, f"{indent}{name} = dict({name})\n"),)


def _made_anew(view: ModuleView, node: ast.AST) -> Proposals:
    """A lock or a session that every round of a loop makes for itself."""
    made = call_name(node)
    function = view.function_of(node)
    if (
        made not in ("Semaphore", "BoundedSemaphore", "Lock", "RLock", "Event", "Session", "Queue")
        or function is None
    ):
        return
    repeated = view.loop_of(node) is not None or any(
        isinstance(item, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp)
        for item in view.ancestors(node)
    )
    outermost: ast.stmt | None = view.statement_of(node)
    for item in view.ancestors(node):
        if item is function:
            break
        outermost = item if isinstance(item, ast.stmt) else outermost
    if repeated and outermost is not None:
        start, indent, name = view.statement_span(outermost)[0], view.indent(outermost), made.lower()
        yield 0.8, ((start, start, f"{indent}{name} = {view.code(node)}\n"), *view.replace(node, name))


TEMPLATES = (
    Template("made-anew", Words("Every round makes its own lock.", "每次循环都新建了锁或会话。"), _made_anew),
    Template(
        "default-argument",
        Words("A default value is shared by all calls.", "可变的默认参数被所有调用共享。"),
        _default,
    ),
    Template(
        "changed-while-read",
        Words("A collection changes while it is read.", "遍历时修改了集合。"),
        _while_read,
    ),
    Template(
        "alias",
        Words("Two names share one value; a copy is meant.", "两个名称共用同一个对象，应当复制。"),
        _alias,
    ),
    Template("repeated", Words("One list stands in every place.", "同一个列表被重复引用。"), _repeated),
    Template(
        "in-place",
        Words("A method changes the list itself and answers None.", "就地修改的方法返回 None。"),
        _in_place,
    ),
    Template(
        "closure",
        Words("A function made in a loop sees its last value.", "循环中的函数只看到最后一个值。"),
        _closure,
    ),
    Template(
        "class-state",
        Words("A value belongs to the class and not to each object.", "可变的类属性被所有实例共享。"),
        _class_state,
    ),
    Template("read-twice", Words("An iterator is read twice.", "迭代器被读取了两次。"), _read_twice),
)
