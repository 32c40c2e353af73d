"""Large delimiters: put together from their pieces, paired, and what stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from open_autoglm.documents.formulas.nodes import AXIS, Node, union
from open_autoglm.documents.formulas.symbols import FENCES, PIECES, SYMBOLS, Role
from open_autoglm.documents.math_fonts import Family

TALL = 1.35
"""Of the font size: a delimiter higher than this was stretched over what it encloses."""

OPEN = {"(", "[", "{", "⟨", "⌊", "⌈", "⟦"}
CLOSE = {")", "]", "}", "⟩", "⌋", "⌉", "⟧"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A tall delimiter and its partner; ``closing`` is None for an open brace of cases."""

    opening: Node
    closing: Node | None
    inner: list[Node]


def join_pieces(nodes: Sequence[Node]) -> list[Node]:
    """Stacks of delimiter pieces as one tall delimiter each; everything else unchanged."""
    pieces = [node for node in nodes if _is_piece(node)]
    if not pieces:
        return list(nodes)
    joined: list[Node] = []
    for piece in sorted(pieces, key=lambda node: node.box.y0):
        for index, stack in enumerate(joined):
            if _continues(stack, piece):
                char = stack.char if PIECES.get(stack.char, stack.char) else piece.char
                joined[index] = replace(stack, box=stack.box.union(piece.box), char=char)
                break
        else:
            joined.append(piece)
    others = [node for node in nodes if not _is_piece(node)]
    return others + [_whole(node) for node in joined]


def _is_piece(node: Node) -> bool:
    stacked = node.char in FENCES or node.role is Role.RADICAL
    return node.role is Role.PIECE or (node.family is Family.EXTENSION and stacked)


def _continues(stack: Node, piece: Node) -> bool:
    shared = min(stack.box.x1, piece.box.x1) - max(stack.box.x0, piece.box.x0)
    gap = piece.box.y0 - stack.box.y1
    return shared > -0.05 * piece.size and gap < 0.25 * piece.size


def _whole(stack: Node) -> Node:
    char = PIECES.get(stack.char, stack.char) or "{"
    latex, role = SYMBOLS.get(char, (char, Role.ORDINARY))
    baseline = stack.y + AXIS * stack.size
    return replace(stack, char=char, latex=latex, role=role, baseline=baseline, centered=True)


def is_tall(node: Node) -> bool:
    is_delimiter = node.char in OPEN or node.char in CLOSE or node.char in FENCES
    return is_delimiter and (node.family is Family.EXTENSION or node.box.height > TALL * node.size)


def innermost_pair(nodes: Sequence[Node]) -> Pair | None:
    """The first tall delimiter with its partner that has no other tall pair inside."""
    tall = sorted((node for node in nodes if is_tall(node)), key=lambda node: node.box.x0)
    stack: list[Node] = []
    for node in tall:
        partner = next((one for one in reversed(stack) if _match(one, node)), None)
        if partner is not None:
            return Pair(partner, node, _between(nodes, partner, node))
        stack.append(node)
    for node in reversed(stack):
        if node.char == "{":
            return Pair(node, None, _between(nodes, node, None))
    return None


def _match(opening: Node, closing: Node) -> bool:
    if opening.char in FENCES:
        fits = closing.char == opening.char
    else:
        fits = opening.char in OPEN and closing.char in CLOSE
    height = max(opening.box.height, closing.box.height)
    level = abs(opening.y - closing.y) < 0.3 * height
    return fits and level and min(opening.box.height, closing.box.height) > 0.6 * height


def _between(nodes: Sequence[Node], opening: Node, closing: Node | None) -> list[Node]:
    right = closing.box.x0 if closing is not None else float("inf")
    top, bottom = opening.box.y0 - 0.35 * opening.size, opening.box.y1 + 0.35 * opening.size
    return [
        node
        for node in nodes
        if node is not opening
        and node is not closing
        and opening.box.x1 - 0.3 * opening.size < node.box.x0
        and opening.x < node.x < right
        and top < node.y < bottom
    ]


def wrapped(pair: Pair, latex: str, doubt: float, size: float) -> Node:
    """The pair and what was read between it as one node."""
    nodes = [pair.opening, *pair.inner] + ([pair.closing] if pair.closing else [])
    box = union(nodes)
    middle = pair.opening.y
    return Node(
        latex,
        Role.ORDINARY,
        box,
        middle + AXIS * size,
        size,
        centered=True,
        doubt=doubt,
    )
