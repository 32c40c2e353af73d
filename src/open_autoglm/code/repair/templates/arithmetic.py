"""Numbers: operators, brackets, rounding, and constants that are off by one or by a unit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template

SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
OTHERS: dict[str, tuple[tuple[str, float], ...]] = {
    "+": (("-", 0.55), ("*", 0.3)),
    "-": (("+", 0.55), ("%", 0.15)),
    "*": (("/", 0.4), ("**", 0.45), ("+", 0.3), ("//", 0.2)),
    "/": (("//", 0.55), ("*", 0.45), ("%", 0.15)),
    "//": (("/", 0.6), ("%", 0.4), ("*", 0.2)),
    "%": (("//", 0.45), ("/", 0.2)),
    "**": (("*", 0.5),),
    "&": (("|", 0.5), ("-", 0.2)),
    "|": (("&", 0.5),),
    "^": (("**", 0.6), ("|", 0.3)),
    "<<": ((">>", 0.5),),
    ">>": (("<<", 0.5),),
}
NEIGHBOURS: dict[float, tuple[int, ...]] = {
    100: (1000, 10),
    1000: (100, 1024),
    10: (100,),
    60: (3600, 24),
    24: (60,),
    3600: (60, 86400),
    12: (24,),
    7: (30,),
}
UNITS = (24, 60, 100, 1000, 1024, 3600, 86400)


def _place(view: ModuleView, node: ast.BinOp) -> tuple[int, int, str] | None:
    symbol = SYMBOLS.get(type(node.op))
    if symbol is None:
        return None
    start = view.span(node.left)[1]
    place = view.text.find(symbol, start, view.span(node.right)[0])
    return None if place < 0 else (place, place + len(symbol), symbol)


def _operator(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.BinOp) and (found := _place(view, node)) is not None:
        text = isinstance(node.left, ast.Constant | ast.JoinedStr) and not isinstance(
            getattr(node.left, "value", 0), int | float
        )
        for other, prior in OTHERS.get(found[2], ()):
            yield prior * (0.2 if text else 1), ((found[0], found[1], other),)


def _augmented(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.AugAssign):
        symbol = SYMBOLS.get(type(node.op), "")
        start = view.span(node.target)[1]
        place = view.text.find(f"{symbol}=", start)
        for other in ("+", "-", "*", "//"):
            if symbol and other != symbol:
                yield 0.5 if {symbol, other} == {"+", "-"} else 0.2, ((place, place + len(symbol), other),)
        yield 0.4, ((place, place + len(symbol), ""),)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if not isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
            return
        start = view.span(target)[1]
        place = view.text.find("=", start)
        looped = view.loop_of(node) is not None
        yield (
            0.5 if looped or isinstance(target, ast.Attribute | ast.Subscript) else 0.25,
            ((place, place, "+"),),
        )
        yield 0.12, ((place, place, "-"),)


def _brackets(view: ModuleView, node: ast.AST) -> Proposals:
    """``a + b * c`` for ``(a + b) * c``, and the other way round."""
    if not isinstance(node, ast.BinOp):
        return
    code = view.code
    symbol = SYMBOLS.get(type(node.op))
    if symbol is None:
        return
    left, right = node.left, node.right
    if isinstance(right, ast.BinOp) and (inner := SYMBOLS.get(type(right.op))):
        yield (
            0.45,
            view.replace(node, f"({code(left)} {symbol} {code(right.left)}) {inner} {code(right.right)}"),
        )
    if isinstance(left, ast.BinOp) and (inner := SYMBOLS.get(type(left.op))):
        yield (
            0.45,
            view.replace(node, f"{code(left.left)} {inner} ({code(left.right)} {symbol} {code(right)})"),
        )


def _swapped(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.Add
    ):
        symbol = SYMBOLS[type(node.op)]
        prior = 0.35 if not isinstance(node.op, ast.Add) else 0.2
        yield prior, view.replace(node, f"{view.code(node.right)} {symbol} {view.code(node.left)}")


def _one_side(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.BinOp):
        small = any(isinstance(side, ast.Constant) for side in (node.left, node.right))
        yield 0.35 if small else 0.2, view.replace(node, view.code(node.left))
        yield 0.15, view.replace(node, view.code(node.right))


def _rounding(view: ModuleView, node: ast.AST) -> Proposals:
    """Division that rounds up; a value that is cut where it should be rounded."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv | ast.Div):
        left, right = view.code(node.left), view.code(node.right)
        bare = (
            left if isinstance(node.left, ast.Name | ast.Call | ast.Attribute | ast.Constant) else f"({left})"
        )
        yield 0.55, view.replace(node, f"-(-{bare} // {right})")
        if isinstance(node.left, ast.Name | ast.Call | ast.Attribute):
            yield 0.5, view.replace(node, f"({left} + {right} - 1) // {right}")
        yield 0.3, view.replace(node, f"({left} - 1) // {right} + 1")
        yield 0.4, view.replace(node, f"round({left} / {right})")
        yield 0.3, view.replace(node, f"{left} / {right} if {right} else 0")
        if isinstance(node.op, ast.Div):
            yield 0.35, view.replace(node, f"int({left} / {right})")


def _number(view: ModuleView, node: ast.AST) -> Proposals:
    if not isinstance(node, ast.Constant) or isinstance(view.parent(node), ast.UnaryOp):
        return
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        value = node.value
        likely = isinstance(view.parent(node), ast.Subscript | ast.Slice | ast.Compare | ast.BinOp)
        for near in (value + 1, value - 1):
            yield 0.5 if likely else 0.42, view.replace(node, str(near))
        for other, prior in ((0, 0.3), (1, 0.3)) if value > 1 else ():
            yield prior, view.replace(node, str(other))
        yield 0.15, view.replace(node, f"-{value}" if value else "-1")
        if value in (0, 1):
            yield 0.2, view.replace(node, "None")
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        for number, prior in _other_numbers(view, node.value):
            yield prior, view.replace(node, number)


def _other_numbers(view: ModuleView, value: float) -> Iterator[tuple[str, float]]:
    """Units that are mixed up, numbers that tests or documentation name, another order of magnitude."""
    for neighbour in NEIGHBOURS.get(value, ()):
        yield str(neighbour), 0.35
    for told in view.told_numbers:
        if abs(told - value) > 1 and abs(told) > 2 and (value > 2 or value == 0):
            yield from ((str(number), 0.22) for number in (told, told + 1))
    if value in UNITS:
        yield from ((str(unit), 0.18) for unit in UNITS if unit != value)
        yield from ((str(int(value) * factor), 0.15) for factor in (24, 60, 1000))
    if value > 2:
        for item in sorted(view.hints.numbers)[:12]:
            whole = isinstance(value, int) and float(item).is_integer()
            yield repr(int(item)) if whole else repr(item), 0.18
    if isinstance(value, float) or abs(value) >= 10:
        for item in (value * 10, value / 10):
            whole = isinstance(value, int) and float(item).is_integer()
            yield repr(int(item)) if whole else repr(item), 0.18


def _truth(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield 0.55, view.replace(node, str(not node.value))


def _step(view: ModuleView, node: ast.AST) -> Proposals:
    """A count or a bound that lacks one, or has one too many."""
    above = view.parent(node)
    if not isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.BinOp) or not isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        return
    inside = isinstance(above, ast.Slice) or (isinstance(above, ast.Subscript) and above.slice is node)
    compared = isinstance(above, ast.Compare)
    returned = isinstance(above, ast.Return | ast.Assign) and isinstance(node, ast.BinOp | ast.Call)
    if isinstance(node, ast.Name) and isinstance(above, ast.Call) and node in above.args:
        inside = True
    counted = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"
    if (isinstance(node, ast.Name | ast.Attribute) or counted) and isinstance(above, ast.BinOp | ast.Call):
        returned = returned or not (isinstance(above, ast.Call) and above.func is node)
    if inside or compared or returned:
        code = view.code(node)
        prior = 0.45 if inside else 0.35
        yield prior, view.replace(node, f"{code} + 1")
        yield prior, view.replace(node, f"{code} - 1")


def _sign(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield 0.4, view.replace(node, view.code(node.operand))
        if isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, int):
            yield 0.35, view.replace(node, str(-node.operand.value + 1))
            yield 0.35, view.replace(node, str(-node.operand.value - 1))
            yield 0.35, view.replace(node, "0")


TEMPLATES = (
    Template("arithmetic", Words("An operator is the wrong one.", "运算符用错了。"), _operator),
    Template(
        "assignment",
        Words(
            "A value is replaced where it should grow, or the reverse.", "该累加的地方成了赋值，或者相反。"
        ),
        _augmented,
    ),
    Template("brackets", Words("Brackets are missing.", "缺少括号，运算顺序不对。"), _brackets),
    Template("order", Words("Two operands are swapped.", "两个操作数写反了。"), _swapped),
    Template(
        "one-side", Words("A part of the expression does not belong there.", "表达式多了一部分。"), _one_side
    ),
    Template("rounding", Words("A quotient is rounded the wrong way.", "除法取整的方式不对。"), _rounding),
    Template("number", Words("A number is off.", "数字常量不对。"), _number),
    Template("truth", Words("True stands for False, or the reverse.", "True 与 False 写反了。"), _truth),
    Template("step", Words("A bound is off by one.", "边界差一。"), _step),
    Template("sign", Words("A sign or an index from the end is off.", "符号或倒数下标不对。"), _sign),
)
