"""What was written for a purpose and is used nowhere: functions, constants; and where they were meant."""

from __future__ import annotations

import ast

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import Function, ModuleView, Proposals, Template, call_name


def _unused(view: ModuleView, kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> list[str]:
    """Private names of the module that nothing reads: public ones may be used from elsewhere."""
    found = []
    for node in view.tree.body:
        if isinstance(node, Function | ast.ClassDef) and isinstance(node, kind):
            found.append(node.name)
        elif (
            isinstance(node, ast.Assign) and isinstance(node, kind) and isinstance(node.targets[0], ast.Name)
        ):
            found.append(node.targets[0].id)
    return [name for name in found if name not in view.used and (name.startswith("_") or name.isupper())][:4]


def _function(view: ModuleView, node: ast.AST) -> Proposals:
    """Called in the place of another one, handed over, or put around a value."""
    names = _unused(view, (ast.FunctionDef, ast.AsyncFunctionDef))
    if not names or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    above = view.parent(node)
    for name in names:
        if isinstance(node, ast.Name) and not (isinstance(above, ast.Attribute)):
            yield 0.66, view.replace(node, name)
        if isinstance(node, ast.Call):
            given = ", ".join(view.code(argument) for argument in node.args)
            yield 0.6, view.replace(node, f"{name}({given})")
        whole = isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.Attribute)
        part = isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node)
        if whole and not part:
            yield 0.55, view.replace(node, f"{name}({view.code(node)})")


def _constant(view: ModuleView, node: ast.AST) -> Proposals:
    """In the place of a literal or of a neighbour; as a collection that something stands in."""
    names = _unused(view, ast.Assign)
    if not names or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    above = view.parent(node)
    for name in names:
        if (
            isinstance(node, ast.Constant)
            and not view.is_docstring(node)
            and not isinstance(above, ast.JoinedStr)
        ):
            yield 0.6, view.replace(node, name)
        if isinstance(node, ast.Name) and not (isinstance(above, ast.Call) and above.func is node):
            yield 0.55, view.replace(node, name)
        if call_name(node) == "bool" and isinstance(node, ast.Call) and node.args:
            yield 0.6, view.replace(node, f"{view.code(node.args[0])} in {name}")
    if call_name(node) == "bool" and isinstance(node, ast.Call) and node.args:
        for name in [item for item in view.module_names if item.isupper() or item.startswith("_")][:8]:
            yield 0.45, view.replace(node, f"{view.code(node.args[0])} in {name}")


TEMPLATES = (
    Template(
        "unused-function",
        Words("A function that was written for this is not used.", "为此编写的函数没有用上。"),
        _function,
    ),
    Template(
        "unused-constant",
        Words("A constant that was written for this is not used.", "为此定义的常量没有用上。"),
        _constant,
    ),
)
