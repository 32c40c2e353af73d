"""Functions, classes, types and constants that a text defines, with their signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node, QueryCursor

from open_autoglm.code.syntax.grammars import load_query
from open_autoglm.code.syntax.parse import SyntaxTree

MAX_SIGNATURE = 400

_PARTS = frozenset({"name", "body", "declarator", "container"})
_CLASSES = frozenset({"class", "interface", "struct", "enum", "type"})
"""Kinds whose functions are methods."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One thing that has a name; ``start`` and ``end`` are characters of the text, lines count from 1."""

    name: str
    kind: str
    """``function``, ``method``, ``class``, ``interface``, ``struct``, ``enum``, ``type``, ``module`` or
    ``constant``."""
    signature: str
    """What stands before the body, in one line."""
    container: str | None
    """The class or module that it is a part of."""
    start: int
    end: int
    first_line: int
    last_line: int
    body_start: int | None
    """Where its body begins; None for one without."""


@dataclass(frozen=True, slots=True)
class _Found:
    node: Node
    kind: str
    name: str
    body: Node | None
    container: str | None


def definitions(tree: SyntaxTree) -> tuple[Definition, ...]:
    """In the order of the text; what is defined inside a function is told too."""
    query = load_query(tree.language.grammar, "definitions")
    found: dict[tuple[int, str], _Found] = {}
    for _, captures in QueryCursor(query).matches(tree.root):
        one = _read(tree, captures)
        if one is not None and (one.body is not None or (one.node.start_byte, one.name) not in found):
            found[one.node.start_byte, one.name] = one
    ordered = sorted(found.values(), key=lambda one: (one.node.start_byte, -one.node.end_byte))
    return tuple(_with_containers(tree, ordered))


def _read(tree: SyntaxTree, captures: dict[str, list[Node]]) -> _Found | None:
    kind = next(part for part in captures if part not in _PARTS)
    container = _bare(tree.node_text(captures["container"][0])) if "container" in captures else None
    if "name" in captures:
        name = tree.node_text(captures["name"][0])
    else:
        declared = _declared_name(captures["declarator"][0], tree.grammar.nested)
        if declared is None:
            return None
        *scope, name = tree.node_text(declared).split("::")
        container = _bare(scope[-1]) if scope else None
    body = captures["body"][0] if "body" in captures else None
    return _Found(_with_wrappers(captures[kind][0], tree.grammar.wrappers), kind, name, body, container)


def _declared_name(declarator: Node, fields: tuple[str, ...]) -> Node | None:
    """Down from C's ``*name(…)`` to ``name``; a qualified name is kept whole."""
    node = declarator
    while node.named_child_count and node.type not in ("qualified_identifier", "destructor_name"):
        inner = next((child for field in fields if (child := node.child_by_field_name(field))), None)
        if inner is None:
            # References and parentheses hold their declarator without naming it.
            inner = next((child for child in node.named_children if "declarator" in child.type), None)
        if inner is None:
            return None
        node = inner
    return node


def _with_wrappers(node: Node, wrappers: frozenset[str]) -> Node:
    while node.parent is not None and node.parent.type in wrappers:
        node = node.parent
    return node


def _with_containers(tree: SyntaxTree, ordered: list[_Found]) -> list[Definition]:
    around: list[_Found] = []
    made = []
    for one in ordered:
        while around and around[-1].node.end_byte < one.node.end_byte:
            around.pop()
        holder = around[-1] if around else None
        container = one.container or _scope_name(tree, one.node) or (holder.name if holder else None)
        in_class = one.container is not None or (holder.kind in _CLASSES if holder else container is not None)
        made.append(_definition(tree, one, container, in_class))
        if one.body is not None:
            around.append(one)
    return made


def _scope_name(tree: SyntaxTree, node: Node) -> str | None:
    """The type whose ``impl`` a Rust function stands in."""
    if not tree.grammar.scopes:
        return None
    fields = dict(tree.grammar.scopes)
    holder = node.parent.parent if node.parent is not None else None
    if holder is None or holder.type not in fields:
        return None
    named = holder.child_by_field_name(fields[holder.type])
    return _bare(tree.node_text(named)) if named is not None else None


def _bare(name: str) -> str:
    """A type's name without pointers and type arguments: ``*Page[T]`` and ``Page<T>`` are ``Page``."""
    return re.split(r"[<\[]", name.strip("*&() "), maxsplit=1)[0].strip()


def _definition(tree: SyntaxTree, one: _Found, container: str | None, in_class: bool) -> Definition:
    start, end = tree.character(one.node.start_byte), tree.character(one.node.end_byte)
    body_start = tree.character(one.body.start_byte) if one.body is not None else None
    head = tree.text[start : body_start if body_start is not None else end]
    return Definition(
        name=one.name,
        kind="method" if one.kind == "function" and in_class else one.kind,
        signature=_one_line(head),
        container=container,
        start=start,
        end=end,
        first_line=tree.position(one.node.start_byte)[0],
        last_line=tree.position(max(one.node.start_byte, one.node.end_byte - 1))[0],
        body_start=body_start,
    )


def _one_line(head: str) -> str:
    joined = " ".join(head.split()).rstrip(" {:=;").removesuffix("=>").rstrip()
    return joined if len(joined) <= MAX_SIGNATURE else f"{joined[:MAX_SIGNATURE]}…"
