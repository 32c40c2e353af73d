"""The names that a stretch of text uses."""

from __future__ import annotations

from tree_sitter import Node, QueryCursor

from open_autoglm.code.syntax.grammars import load_query
from open_autoglm.code.syntax.parse import SyntaxTree


def identifiers(tree: SyntaxTree, start: int = 0, end: int | None = None) -> tuple[str, ...]:
    """Names between two characters, each once, in the order in which they first stand there."""
    first, last = tree.byte(start), tree.byte(len(tree.text) if end is None else end)
    cursor = QueryCursor(load_query(tree.language.grammar, "names"))
    cursor.set_byte_range(first, last)
    nodes: list[Node] = cursor.captures(tree.root).get("name", [])
    inside = (node for node in nodes if first <= node.start_byte and node.end_byte <= last)
    ordered = sorted(inside, key=lambda node: node.start_byte)
    return tuple(dict.fromkeys(tree.node_text(node) for node in ordered))
