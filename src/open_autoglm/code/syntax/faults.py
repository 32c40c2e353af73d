"""Where a text is not a program of its language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tree_sitter import Node

from open_autoglm.code.syntax.parse import SyntaxTree

MAX_FAULTS = 50
_SHOWN_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """One place that doesn't parse. ``line`` counts from 1, ``column`` characters before it."""

    line: int
    column: int
    message: str


def syntax_faults(tree: SyntaxTree, limit: int = MAX_FAULTS) -> tuple[SyntaxFault, ...]:
    """The first faults, in the order of the text; none for a sound one."""
    return tuple(_fault(tree, node) for node in islice(_faulty_nodes(tree.root), limit))


def count_faults(tree: SyntaxTree, limit: int = 1000) -> int:
    """How many places don't parse, ``limit`` at most."""
    return sum(1 for _ in islice(_faulty_nodes(tree.root), limit))


def _faulty_nodes(root: Node) -> Iterator[Node]:
    """Nodes that are missing, and stretches that fit nowhere; what is inside such a stretch isn't told."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing or node.is_error:
            yield node
        elif node.has_error:
            waiting.extend(reversed(node.children))


def _fault(tree: SyntaxTree, node: Node) -> SyntaxFault:
    line, column = tree.position(node.start_byte)
    if node.is_missing:
        wanted = repr(node.type) if not node.is_named else node.type.replace("_", " ")
        return SyntaxFault(line, column, f"missing {wanted}")
    first = tree.node_text(node).strip().split("\n", 1)[0]
    shown = first if len(first) <= _SHOWN_CHARACTERS else f"{first[:_SHOWN_CHARACTERS]}…"
    return SyntaxFault(line, column, f"{shown!r} does not fit here" if shown else "does not parse")
