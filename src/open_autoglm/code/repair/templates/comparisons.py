"""Conditions: boundaries, turned comparisons, ``and`` for ``or``, negations, and tests for None."""

from __future__ import annotations

import ast

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template

OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BOUNDARIES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OTHERS: dict[str, tuple[tuple[str, float], ...]] = {
    "<": ((">", 0.45), ("!=", 0.2), (">=", 0.35), ("==", 0.15)),
    "<=": ((">=", 0.45), ("==", 0.25), (">", 0.35)),
    ">": (("<", 0.45), ("!=", 0.2), ("<=", 0.35), ("==", 0.15)),
    ">=": (("<=", 0.45), ("==", 0.25), ("<", 0.35)),
    "==": (("!=", 0.55), ("in", 0.25), (">=", 0.3), ("<=", 0.3), ("is", 0.1)),
    "!=": (("==", 0.55), ("not in", 0.25), ("<", 0.2), (">", 0.2), ("is not", 0.1)),
    "is": (("==", 0.7), ("is not", 0.5)),
    "is not": (("!=", 0.7), ("is", 0.5)),
    "in": (("not in", 0.55), ("==", 0.3)),
    "not in": (("in", 0.55), ("!=", 0.3)),
}


def _pieces(view: ModuleView, node: ast.Compare) -> list[tuple[int, int, str]]:
    """Where each operator stands, with the operator."""
    found = []
    left: ast.expr = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        start, end = view.span(left)[1], view.span(right)[0]
        between = view.text[start:end]
        word = OPERATORS[type(operator)]
        place = between.find(word.split()[0])
        if place >= 0 and "#" not in between:
            length = len(between[place:].rstrip(" (\n\\"))
            found.append((start + place, start + place + length, word))
        left = right
    return found


def _boundary(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Compare):
        for start, end, word in _pieces(view, node):
            if word in BOUNDARIES:
                yield 0.8, ((start, end, BOUNDARIES[word]),)


def _operator(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Compare):
        for start, end, word in _pieces(view, node):
            for other, prior in OTHERS[word]:
                yield prior, ((start, end, other),)


def _and_or(view: ModuleView, node: ast.AST) -> Proposals:
    if not isinstance(node, ast.BoolOp):
        return
    word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    changes = []
    for left, right in zip(node.values, node.values[1:], strict=False):
        start = view.span(left)[1]
        place = view.text.find(word, start, view.span(right)[0])
        if place < 0:
            return
        changes.append((place, place + len(word), other))
    yield 0.6, tuple(changes)


def _operand(view: ModuleView, node: ast.AST) -> Proposals:
    """One side of a condition alone; and ``a or b and c`` with the brackets that were meant."""
    if not isinstance(node, ast.BoolOp):
        return
    for dropped in range(len(node.values)):
        kept = [view.code(value) for place, value in enumerate(node.values) if place != dropped]
        word = " and " if isinstance(node.op, ast.And) else " or "
        yield 0.3, view.replace(node, word.join(kept))
    if isinstance(node.op, ast.Or) and isinstance(node.values[-1], ast.BoolOp):
        inner = node.values[-1]
        first = " or ".join(view.code(value) for value in [*node.values[:-1], inner.values[0]])
        rest = " and ".join(view.code(value) for value in inner.values[1:])
        yield 0.45, view.replace(node, f"({first}) and {rest}")
    if isinstance(node.op, ast.Or) and isinstance(node.values[0], ast.BoolOp):
        inner = node.values[0]
        last = " or ".join([view.code(inner.values[-1]), *(view.code(value) for value in node.values[1:])])
        first = " and ".join(view.code(value) for value in inner.values[:-1])
        yield 0.45, view.replace(node, f"{first} and ({last})")


def _conditions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [node.test]
    return list(node.ifs) if isinstance(node, ast.comprehension) else []


def _negation(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield 0.55, view.replace(node, view.code(node.operand))
    for test in _conditions(node):
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            continue  # another operator says the same
        if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            code = view.code(test)
            yield 0.45, view.replace(test, f"not ({code})" if isinstance(test, ast.BoolOp) else f"not {code}")
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            if isinstance(value, ast.Name | ast.Call | ast.Attribute):
                yield 0.35, view.replace(value, f"not {view.code(value)}")


def _none(view: ModuleView, node: ast.AST) -> Proposals:
    """Zero and empty texts are no None."""
    tests = _conditions(node)
    if isinstance(node, ast.BoolOp):
        tests = list(node.values)
    for test in tests:
        inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
        if isinstance(inner, ast.Name | ast.Attribute | ast.Subscript):
            word = "is None" if inner is not test else "is not None"
            yield 0.55, view.replace(test, f"{view.code(inner)} {word}")
        if (
            isinstance(test, ast.Compare)
            and isinstance(test.comparators[0], ast.Constant)
            and len(test.ops) == 1
        ):
            code = view.code(test.left)
            if test.comparators[0].value is None and isinstance(test.ops[0], ast.Is):
                yield 0.4, view.replace(test, f"not {code}")
            elif test.comparators[0].value is None and isinstance(test.ops[0], ast.IsNot):
                yield 0.4, view.replace(test, code)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        first, second = node.values
        if isinstance(first, ast.Name | ast.Attribute) and not _tests(view, node):
            yield (
                0.5,
                view.replace(
                    node, f"{view.code(first)} if {view.code(first)} is not None else {view.code(second)}"
                ),
            )


def _tests(view: ModuleView, node: ast.AST) -> bool:
    """Whether the value only decides a condition."""
    above = view.parent(node)
    return isinstance(above, ast.If | ast.While) and above.test is node


def _member(view: ModuleView, node: ast.AST) -> Proposals:
    """A further condition: a name that is, or is not, in a collection that is kept for that."""
    for test in _conditions(node):
        statement = view.statement_of(test)
        function = view.function_of(test)
        if function is None or statement is None:
            continue
        collections = _collections(function)
        asked = [item.id for item in ast.walk(test) if isinstance(item, ast.Name)]
        asked += [
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        ][:1]
        code = (
            f"({view.code(test)})"
            if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
            else view.code(test)
        )
        for name in dict.fromkeys(asked):
            for collection in collections:
                if name != collection and f"{name} not in {collection}" not in code:
                    yield 0.35, view.replace(test, f"{code} and {name} not in {collection}")


def _collections(function: ast.AST) -> list[str]:
    """Names that are made as sets, lists or dictionaries in a function."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            made = node.value
            called = (
                isinstance(made, ast.Call)
                and isinstance(made.func, ast.Name)
                and made.func.id in ("set", "dict", "list")
            )
            if called or isinstance(made, ast.Set | ast.Dict | ast.List):
                found.append(node.targets[0].id)
    return found


def _chained(view: ModuleView, node: ast.AST) -> Proposals:
    """``a == 1 or 2`` is always true."""
    if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.Or):
        return
    first, *rest = node.values
    if not isinstance(first, ast.Compare) or not isinstance(first.ops[0], ast.Eq):
        return
    if all(isinstance(value, ast.Constant) for value in rest):
        listed = ", ".join(view.code(value) for value in [first.comparators[0], *rest])
        yield 0.9, view.replace(node, f"{view.code(first.left)} in ({listed})")


def _none_compared(view: ModuleView, node: ast.AST) -> Proposals:
    """One side of a comparison may be None."""
    if not isinstance(node, ast.Compare) or not isinstance(
        node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.In
    ):
        return
    told = "NoneType" in view.hints.messages
    for side in (node.left, node.comparators[0]):
        if isinstance(side, ast.Name | ast.Attribute | ast.Subscript):
            code, whole = view.code(side), view.code(node)
            yield 0.65 if told else 0.2, view.replace(node, f"({code} is None or {whole})")
            yield 0.65 if told else 0.2, view.replace(node, f"({code} is not None and {whole})")


def _asked_first(view: ModuleView, node: ast.AST) -> Proposals:
    """A condition uses a value that may be None."""
    if "NoneType" not in view.hints.messages:
        return
    for test in _conditions(node):
        asked = [item.value for item in ast.walk(test) if isinstance(item, ast.Attribute | ast.Subscript)]
        code = view.code(test)
        for subject in dict.fromkeys(
            view.code(item) for item in asked if isinstance(item, ast.Name | ast.Attribute)
        ):
            both = f"({code})" if isinstance(test, ast.BoolOp) else code
            yield 0.62, view.replace(test, f"{subject} is None or {both}")
            yield 0.62, view.replace(test, f"{subject} is not None and {both}")


def _there(view: ModuleView, node: ast.AST) -> Proposals:
    """``not found.get(part)`` is true of empty values too; ``part not in found`` is not."""
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else node
    if (
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == "get"
        and inner.args
    ):
        above = view.parent(node)
        if inner is not node or isinstance(above, ast.If | ast.While | ast.BoolOp | ast.IfExp):
            word = "in" if inner is node else "not in"
            yield 0.55, view.replace(node, f"{view.code(inner.args[0])} {word} {view.code(inner.func.value)}")
            none = "is not None" if inner is node else "is None"
            yield 0.45, view.replace(node, f"{view.code(inner)} {none}")


TEMPLATES = (
    Template(
        "asked-first",
        Words("A condition uses a value that may be None.", "条件使用了可能为 None 的值。"),
        _asked_first,
    ),
    Template(
        "boundary", Words("A boundary belongs to the range, or does not.", "比较的边界差了一个。"), _boundary
    ),
    Template("comparison", Words("A comparison is turned round.", "比较运算符写错了。"), _operator),
    Template(
        "and-or", Words("Conditions are joined by the wrong word.", "条件的连接词（and/or）用错了。"), _and_or
    ),
    Template(
        "operand",
        Words("A condition holds one part too many, or lacks brackets.", "条件多了一部分或缺少括号。"),
        _operand,
    ),
    Template("negation", Words("A condition is the wrong way round.", "条件写反了。"), _negation),
    Template("none", Words("Nothing and zero are told apart.", "没有区分 None 与零或空值。"), _none),
    Template(
        "seen-already", Words("What was seen already is left out.", "没有排除已经处理过的元素。"), _member
    ),
    Template(
        "alternatives", Words("Alternatives are compared one by one.", "多个备选值没有逐一比较。"), _chained
    ),
    Template(
        "none-compared",
        Words("A value that may be None is compared.", "比较的值可能为 None。"),
        _none_compared,
    ),
    Template(
        "there",
        Words("A missing key and an empty value are told apart.", "没有区分键不存在与值为空。"),
        _there,
    ),
)
