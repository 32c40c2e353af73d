"""Names that stand for others: misspelt ones, and neighbours that were mixed up."""

from __future__ import annotations

import ast
import difflib
import re

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import BUILTINS, ModuleView, Proposals, Template

MOST_OTHERS = 14


def _other_name(view: ModuleView, node: ast.AST) -> Proposals:
    """Another variable of the same function: the one that looks alike first."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id in ("self", "cls"):
        return
    local = view.local_names(view.function_of(node))
    called = isinstance(above := view.parent(node), ast.Call) and above.func is node
    if node.id in BUILTINS and node.id not in view.module_names:
        return
    constants = tuple(name for name in view.module_names if name.isupper())
    pool = view.module_names if called else (*local, *constants)
    if node.id in view.imported and not called:
        return
    near = set(difflib.get_close_matches(node.id, pool, n=4, cutoff=0.6))
    near |= view.aliases(view.function_of(node), node.id)
    for other in [name for name in dict.fromkeys(pool) if name not in (node.id, "self", "cls")][:MOST_OTHERS]:
        yield 0.5 if other in near else 0.3, view.replace(node, other)
    if not called and "self" in local:
        for attribute in view.attributes_of_self:
            if difflib.SequenceMatcher(None, attribute.strip("_"), node.id).ratio() > 0.75:
                yield 0.45, view.replace(node, f"self.{attribute}")


def _unread(view: ModuleView, node: ast.AST) -> Proposals:
    """A variable that was worked out and is used nowhere, in place of what stands there."""
    function = view.function_of(node)
    above = view.parent(node)
    if function is None or not isinstance(node, ast.Constant | ast.Name | ast.Call | ast.Attribute):
        return
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or view.is_docstring(node):
        return
    if isinstance(above, ast.Attribute | ast.Expr) or (isinstance(above, ast.Call) and above.func is node):
        return
    for name, line in view.unread_names(function):
        if line < node.lineno:
            yield 0.72, view.replace(node, name)


def _stored_name(view: ModuleView, node: ast.AST) -> Proposals:
    """A value that is put under the wrong name; a local name where an attribute was meant."""
    if (
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and isinstance(view.parent(node), ast.Assign | ast.AugAssign)
    ):
        local = view.local_names(view.function_of(node))
        if "self" in local and node.id in view.attributes_of_self:
            yield 0.6, view.replace(node, f"self.{node.id}")
        for other in [name for name in local if name not in (node.id, "self", "cls")][:8]:
            yield 0.15, view.replace(node, other)


def _other_attribute(view: ModuleView, node: ast.AST) -> Proposals:
    if not isinstance(node, ast.Attribute):
        return
    start, end = view.span(node)
    start = end - len(node.attr)
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        for other in [name for name in view.attributes_of_self if name != node.attr][:MOST_OTHERS]:
            near = difflib.SequenceMatcher(None, other, node.attr).ratio() > 0.6
            yield 0.42 if near else 0.3, ((start, end, other),)
        if node.attr in view.local_names(view.function_of(node)) and isinstance(node.ctx, ast.Load):
            yield 0.4, view.replace(node, node.attr)
    else:
        for other in difflib.get_close_matches(node.attr, view.attributes - {node.attr}, n=2, cutoff=0.75):
            yield 0.35, ((start, end, other),)


def _unknown(view: ModuleView, node: ast.AST) -> Proposals:
    """What an error names: ``name 'retires' is not defined. Did you mean: 'retries'?``."""
    messages = view.hints.messages
    if isinstance(node, ast.Name):
        if not re.search(rf"(?:name|variable) [`']{re.escape(node.id)}[`']", messages):
            return
        pool = {*view.names_at(node), *BUILTINS}
        start, end = view.span(node)
        known = node.id
    elif isinstance(node, ast.Attribute):
        if not re.search(rf"attribute '{re.escape(node.attr)}'", messages):
            return
        pool = set(view.attributes) | set(view.attributes_of_self)
        pool |= set(dir(str)) | set(dir(list)) | set(dir(dict)) | set(dir(set))
        end = view.span(node)[1]
        start, known = end - len(node.attr), node.attr
    elif isinstance(node, ast.keyword) and node.arg:
        if not re.search(rf"keyword argument '{re.escape(node.arg)}'", messages):
            return
        pool = {arg.arg for arg in ast.walk(view.tree) if isinstance(arg, ast.arg)}
        pool |= {item.arg for item in ast.walk(view.tree) if isinstance(item, ast.keyword) and item.arg}
        start, known = view.span(node)[0], node.arg
        end = start + len(known)
    else:
        return
    meant = re.findall(r"Did you mean: '(\w+)'", messages)
    pool.discard(known)
    near = difflib.get_close_matches(known, pool, n=4, cutoff=0.5)
    for place, other in enumerate(dict.fromkeys([*meant, *near])):
        if other != known:
            yield 1.0 - 0.08 * place, ((start, end, other),)


TEMPLATES = (
    Template("unread", Words("A variable that was worked out is not used.", "算出的变量没有使用。"), _unread),
    Template("misspelt", Words("A name is misspelt.", "名称拼写错误。"), _unknown),
    Template("variable", Words("Another variable was meant.", "用错了变量。"), _other_name),
    Template(
        "target", Words("A value is stored under the wrong name.", "值存到了错误的名称下。"), _stored_name
    ),
    Template("attribute", Words("Another attribute was meant.", "用错了属性。"), _other_attribute),
)
