"""Statements that are missing, too many, in the wrong order or in the wrong block."""

from __future__ import annotations

import ast
import textwrap

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template, call_name

STEP = "    "
SIMPLE = (
    ast.Assign
    | ast.AugAssign
    | ast.Expr
    | ast.Return
    | ast.Break
    | ast.Continue
    | ast.Raise
    | ast.Delete
    | ast.AnnAssign
)


def _flow(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Break):
        yield 0.55, view.replace(node, "continue")
        yield 0.25, view.replace(node, "return")
    elif isinstance(node, ast.Continue):
        yield 0.55, view.replace(node, "break")
        yield 0.25, view.replace(node, "pass")
    elif isinstance(node, ast.Pass) and isinstance(
        view.parent(node), ast.ExceptHandler | ast.If | ast.For | ast.While
    ):
        for word in ("raise", "continue", "return None", "break"):
            yield 0.45, view.replace(node, word)
    elif isinstance(node, ast.Return) and view.loop_of(node) is not None:
        yield 0.35, view.replace(node, "continue")
        yield 0.3, view.replace(node, "break")
    elif isinstance(node, ast.Raise) and view.loop_of(node) is not None:
        yield 0.3, view.replace(node, "continue")
        yield 0.25, view.replace(node, "break")
    if (
        isinstance(node, ast.If)
        and view.loop_of(node) is not None
        and not isinstance(node.body[-1], ast.Continue | ast.Break | ast.Return | ast.Raise)
    ):
        last = node.body[-1]
        end = view.span(last)[1]
        for word in ("continue", "break"):
            yield 0.4, ((end, end, f"\n{view.indent(last)}{word}"),)
    if (
        isinstance(node, ast.If)
        and view.function_of(node) is not None
        and not isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
    ):
        last = node.body[-1]
        end = view.span(last)[1]
        yield 0.25, ((end, end, f"\n{view.indent(last)}return"),)


def _removed(view: ModuleView, node: ast.AST) -> Proposals:
    if (
        not isinstance(node, SIMPLE | ast.If | ast.For | ast.While)
        or not view.alone_on_lines(node)
        or view.function_of(node) is None
    ):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    prior = 0.4 if isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Raise) else 0.3
    if len(view.block_of(node)) == 1:
        if isinstance(node, SIMPLE):
            start, end = view.span(node)
            yield prior * 0.7, ((start, end, "pass"),)
        return
    start, end = view.statement_span(node)
    if isinstance(node, ast.If) and (node.orelse or _is_elif(view, node)):
        return
    yield prior, ((start, end, ""),)


def _is_elif(view: ModuleView, node: ast.If) -> bool:
    return view.text.startswith("elif", view.span(node)[0])


def _unwrapped(view: ModuleView, node: ast.AST) -> Proposals:
    """What stands under a condition happens always."""
    if (
        isinstance(node, ast.If)
        and not node.orelse
        and not _is_elif(view, node)
        and view.alone_on_lines(node)
    ):
        start, end = view.statement_span(node)
        yield 0.25, ((start, end, _at(view, node.body, view.indent(node))),)
    if isinstance(node, ast.If) and _is_elif(view, node):
        start = view.span(node)[0]
        yield 0.4, ((start, start + 4, "if"),)
    if isinstance(node, ast.If):
        above = view.block_of(node)
        place = above.index(node)
        if place and isinstance(above[place - 1], ast.If) and not _is_elif(view, node):
            start = view.span(node)[0]
            yield 0.4, ((start, start + 2, "elif"),)
        if not node.orelse and place + 1 < len(above) and view.alone_on_lines(node):
            rest = above[place + 1 :]
            if all(view.alone_on_lines(item) for item in rest[:1]):
                start, end = view.statement_span(rest[0])
                text = f"{view.indent(node)}else:\n{_at(view, rest[:1], view.indent(node) + STEP)}"
                yield 0.3, ((start, end, text),)


def _at(view: ModuleView, statements: list[ast.stmt], indent: str) -> str:
    """The text of statements at another depth."""
    start = view.statement_span(statements[0])[0]
    end = view.statement_span(statements[-1])[1]
    text = textwrap.dedent(view.text[start:end])
    return textwrap.indent(text if text.endswith("\n") else f"{text}\n", indent)


def _moved(view: ModuleView, node: ast.AST) -> Proposals:
    """One level out of its block or into the one before it; past its neighbour."""
    if not isinstance(node, ast.stmt) or not view.alone_on_lines(node) or view.function_of(node) is None:
        return
    block = view.block_of(node)
    place = block.index(node)
    above = view.parent(node)
    start, end = view.statement_span(node)
    if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try) and place + 1 < len(block):
        following = block[place + 1]
        if view.alone_on_lines(following) and not (isinstance(node, ast.If) and _is_elif(view, node)):
            next_start, next_end = view.statement_span(following)
            swapped = _line(view.text[next_start:next_end]) + _line(view.text[start:end])
            yield 0.4, ((start, next_end, swapped),)
    if not isinstance(node, SIMPLE):
        return
    if (
        place == len(block) - 1
        and len(block) > 1
        and isinstance(
            above, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.AsyncFor | ast.AsyncWith
        )
    ):
        last_line = above.end_lineno == node.end_lineno
        if last_line:
            yield 0.5, ((start, end, _at(view, [node], view.indent(above))),)
    if place and isinstance(
        before := block[place - 1],
        ast.If | ast.For | ast.While | ast.With | ast.Try | ast.AsyncFor | ast.AsyncWith,
    ):
        inner = getattr(before, "orelse", None) or before.body
        yield 0.4, ((start, end, _at(view, [node], view.indent(inner[-1]))),)
        last = inner[-1]
        if isinstance(last, ast.If | ast.For | ast.While | ast.With):
            yield 0.3, ((start, end, _at(view, [node], view.indent(last.body[-1]))),)
    if place + 1 < len(block) and view.alone_on_lines(following := block[place + 1]):
        next_start, next_end = view.statement_span(following)
        if isinstance(following, Function | ast.ClassDef):
            return
        yield 0.4, ((start, next_end, _line(view.text[next_start:next_end]) + _line(view.text[start:end])),)
    first_of_loop = (
        place == 0 and isinstance(above, ast.For | ast.While | ast.If | ast.AsyncFor) and len(block) > 1
    )
    if first_of_loop and isinstance(above, ast.stmt):
        outer = view.statement_span(above)[0]
        yield 0.35, ((outer, outer, _at(view, [node], view.indent(above))), (start, end, ""))
    if place > 1:
        first = view.statement_span(block[0])[0]
        yield 0.25, ((first, first, _line(view.text[start:end])), (start, end, ""))
    if place + 2 < len(block):
        last_end = view.statement_span(block[-1])[1]
        tail = "" if view.text[last_end - 1 : last_end] == "\n" else "\n"
        yield 0.25, ((start, end, ""), (last_end, last_end, tail + _line(view.text[start:end])))
    if (
        isinstance(node, ast.Assign)
        and view.loop_of(node) is not None
        and isinstance(node.value, ast.Call | ast.List | ast.Dict | ast.Constant | ast.Set)
    ):
        loop = view.loop_of(node)
        if loop is not None and len(block) > 1 and loop is not above:
            outer = view.statement_span(loop)[0]
            yield 0.3, ((outer, outer, _at(view, [node], view.indent(loop))), (start, end, ""))
    if (
        isinstance(node, ast.Assign)
        and place + 1 < len(block)
        and isinstance(following := block[place + 1], ast.For | ast.While | ast.AsyncFor)
    ):
        inner_start = view.statement_span(following.body[0])[0]
        yield (
            0.4,
            ((start, end, ""), (inner_start, inner_start, _at(view, [node], view.indent(following.body[0])))),
        )


def _line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _carried(view: ModuleView, node: ast.AST) -> Proposals:
    """A call on a collection, such as ``seen.add(url)``, next to where its argument becomes known."""
    if (
        not isinstance(node, ast.Expr)
        or not isinstance(node.value, ast.Call)
        or not isinstance(node.value.func, ast.Attribute)
    ):
        return
    call, called = node.value, node.value.func
    if (
        called.attr not in ("add", "append", "discard", "remove", "update")
        or len(call.args) != 1
        or not view.alone_on_lines(node)
    ):
        return
    function = view.function_of(node)
    if function is None or not isinstance(call.args[0], ast.Name):
        return
    start, end = view.statement_span(node)
    held = view.code(call.func)
    removal = (start, end, "") if len(view.block_of(node)) > 1 else (*view.span(node), "pass")
    for other in ast.walk(function):
        if not isinstance(other, ast.Expr) or other is node or not view.alone_on_lines(other):
            continue
        if (
            not isinstance(other.value, ast.Call)
            or len(other.value.args) != 1
            or not isinstance(other.value.args[0], ast.Name)
        ):
            continue
        place = view.statement_span(other)[0]
        line = f"{view.indent(other)}{held}({other.value.args[0].id})\n"
        yield 0.4, (removal, (place, place, line))


def _added(view: ModuleView, node: ast.AST) -> Proposals:
    """What a loop needs to go on: a counter that grows, a set that learns what was seen."""
    function = view.function_of(node)
    if function is None:
        return
    if isinstance(node, ast.While):
        changed = {
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        }
        for name in dict.fromkeys(item.id for item in ast.walk(node.test) if isinstance(item, ast.Name)):
            last = node.body[-1]
            end = view.span(last)[1]
            if name not in changed:
                yield 0.6, ((end, end, f"\n{view.indent(last)}{name} += 1"),)
                yield 0.4, ((end, end, f"\n{view.indent(last)}{name} -= 1"),)
    if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Compare | ast.BoolOp):
        for compare in [item for item in ast.walk(node.test) if isinstance(item, ast.Compare)]:
            if not isinstance(compare.ops[0], ast.In | ast.NotIn) or not isinstance(
                compare.comparators[0], ast.Name | ast.Attribute
            ):
                continue
            collection, item = view.code(compare.comparators[0]), view.code(compare.left)
            grows = f"{collection}.add(" in view.text or f"{collection}.append(" in view.text
            prior = 0.3 if grows else 0.7
            places = [node.body[0]]
            block = view.block_of(node)
            if block.index(node) + 1 < len(block) and isinstance(compare.ops[0], ast.In):
                places = [block[block.index(node) + 1]]
            for first in places:
                start = view.statement_span(first)[0]
                for method in ("add", "append"):
                    yield (
                        prior - (0.1 if method == "append" else 0),
                        ((start, start, f"{view.indent(first)}{collection}.{method}({item})\n"),),
                    )
    if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
        first = node.body[0]
        start = view.statement_span(first)[0]
        item = node.target.id
        indent = view.indent(first)
        skip = f":\n{indent}{STEP}continue"
        lines = (
            (f"{item} = {item}.strip()", 0.25),
            (f"if not {item}{skip}", 0.35),
            (f"if not {item}.strip(){skip}", 0.3),
            (f"if {item} is None{skip}", 0.3),
        )
        for text, prior in lines:
            yield prior, ((start, start, f"{indent}{text}\n"),)


def _branches(view: ModuleView, node: ast.AST) -> Proposals:
    """Two branches that stand for each other, or in the wrong order."""
    if not isinstance(node, ast.If) or not node.orelse:
        return
    second = node.orelse[0]
    if len(node.orelse) == 1 and isinstance(second, ast.If) and _is_elif(view, second):
        (a, b), (c, d) = view.span(node.test), view.span(second.test)
        e, f = view.statement_span(node.body[0])[0], view.statement_span(node.body[-1])[1]
        g, h = view.statement_span(second.body[0])[0], view.statement_span(second.body[-1])[1]
        text = view.text
        yield 0.45, ((a, b, text[c:d]), (c, d, text[a:b]), (e, f, _line(text[g:h])), (g, h, _line(text[e:f])))
    else:
        e, f = view.statement_span(node.body[0])[0], view.statement_span(node.body[-1])[1]
        g, h = view.statement_span(node.orelse[0])[0], view.statement_span(node.orelse[-1])[1]
        yield 0.35, ((e, f, _line(view.text[g:h])), (g, h, _line(view.text[e:f])))


def _either(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.IfExp):
        (a, b), (c, d) = view.span(node.body), view.span(node.orelse)
        yield 0.4, ((a, b, view.text[c:d]), (c, d, view.text[a:b]))
        yield 0.2, view.replace(node, view.code(node.body))
        yield 0.2, view.replace(node, view.code(node.orelse))


def _result(view: ModuleView, node: ast.AST) -> Proposals:
    """A function that gives nothing back."""
    if not isinstance(node, Function):
        return
    last = node.body[-1]
    if not isinstance(last, ast.Return | ast.Raise) and not isinstance(last, ast.FunctionDef):
        if isinstance(last, ast.Expr) and not isinstance(
            last.value, ast.Constant | ast.Yield | ast.YieldFrom
        ):
            yield 0.7, view.replace(last, f"return {view.code(last.value)}")
        end = view.span(last)[1]
        stored = [
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        ]
        for name in dict.fromkeys([*stored[:4], *(argument.arg for argument in node.args.args)]):
            yield 0.5 if name in stored else 0.35, ((end, end, f"\n{view.indent(last)}return {name}"),)
    for inner in node.body:
        if isinstance(inner, Function) and not isinstance(last, ast.Return):
            end = view.span(last)[1]
            yield 0.6, ((end, end, f"\n{view.indent(last)}return {inner.name}"),)


def _bare_return(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Return) and node.value is None:
        for name in view.local_names(view.function_of(node))[:10]:
            yield 0.35, view.replace(node, f"return {name}")
    if (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and call_name(node.value) not in ("append", "add", "print", "extend")
    ):
        yield 0.35, view.replace(node, f"return {view.code(node.value)}")
        if call_name(node.value) in (
            "replace",
            "strip",
            "lower",
            "sorted",
            "union",
            "rstrip",
            "upper",
        ) and isinstance(node.value.func, ast.Attribute):
            yield 0.8, view.replace(node, f"{view.code(node.value.func.value)} = {view.code(node.value)}")


TEMPLATES = (
    Template(
        "flow", Words("A loop is left, or gone on with, in the wrong place.", "循环的跳出或继续不对。"), _flow
    ),
    Template("superfluous", Words("A statement does not belong there.", "多了一条语句。"), _removed),
    Template(
        "condition",
        Words("A condition does not belong there, or an else is missing.", "多了一个条件，或缺少 else。"),
        _unwrapped,
    ),
    Template(
        "place", Words("A statement stands in the wrong block or order.", "语句的位置或缩进不对。"), _moved
    ),
    Template(
        "noted", Words("What was seen is noted in the wrong place.", "记录已处理元素的位置不对。"), _carried
    ),
    Template("missing", Words("A statement is missing.", "缺少一条语句。"), _added),
    Template("branches", Words("Branches are in the wrong order.", "分支顺序不对。"), _branches),
    Template("either", Words("The two sides of a choice are swapped.", "条件表达式两边写反了。"), _either),
    Template("result", Words("The function gives nothing back.", "函数没有返回结果。"), _result),
    Template("return", Words("A value is computed and not given back.", "计算的值没有返回。"), _bare_return),
)
