"""Horizontal rules in a formula: fraction bars, the tops of radicals, lines over and under."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from open_autoglm.documents.content import Rect
from open_autoglm.documents.formulas.nodes import AXIS, Node, union
from open_autoglm.documents.formulas.symbols import Role

Read = Callable[[list[Node]], Node]
"""Reads what stands above, below or under a rule as a formula of its own."""

NEAREST = 0.85
"""Of the font size: how far the first thing above or below a fraction bar may be."""

STACKED = 0.34
"""Of the font size: how far the parts of a numerator or denominator may be apart vertically."""


def read_bars(nodes: list[Node], rules: Sequence[Rect], read: Read) -> list[Node]:
    """``nodes`` with everything that hangs on a rule put together, narrow rules first.

    A rule that nothing hangs on leaves a doubt on the node nearest to it.
    """
    waiting = sorted(rules, key=lambda rule: rule.width)
    while waiting:
        rule, waiting = waiting[0], waiting[1:]
        nodes = _radical(nodes, rule, read) or _bar(nodes, rule, waiting, read) or nodes
    return [_lonely_radical(node) for node in nodes]


def _radical(nodes: list[Node], rule: Rect, read: Read) -> list[Node] | None:
    surd = next((node for node in nodes if node.role is Role.RADICAL and _carries(node, rule)), None)
    if surd is None:
        return None
    bottom = surd.box.y1 + 0.15 * surd.size
    inner = [
        node
        for node in nodes
        if node is not surd
        and rule.x0 - 0.15 * surd.size < node.x < rule.x1 + 0.1 * surd.size
        and rule.y0 < node.y < bottom
    ]
    if not inner:
        return None
    index = [
        node
        for node in nodes
        if node not in inner
        and node is not surd
        and node.size < 0.85 * surd.size
        and surd.box.x0 - 0.4 * surd.size < node.x < surd.x
        and node.box.x1 > surd.box.x0 + 0.1 * surd.size
        and surd.box.y0 - 0.5 * surd.size < node.y < surd.y
    ]
    content = read(inner)
    power = read(index) if index else None
    latex = rf"\sqrt[{power.latex}]{{{content.latex}}}" if power else rf"\sqrt{{{content.latex}}}"
    box = union([surd, *inner, *index]).union(rule)
    doubt = content.doubt + (power.doubt if power else 0.0)
    whole = Node(latex, Role.ORDINARY, box, content.baseline, content.size, doubt=doubt)
    return [node for node in nodes if node not in inner and node not in index and node is not surd] + [whole]


def _carries(surd: Node, rule: Rect) -> bool:
    """Whether ``rule`` starts where the surd's arm ends."""
    return (
        abs(rule.x0 - surd.box.x1) < 0.25 * surd.size
        and surd.box.y0 - 0.2 * surd.size < rule.y0 < surd.box.y0 + 0.3 * surd.size
    )


def _lonely_radical(node: Node) -> Node:
    if node.role is not Role.RADICAL:
        return node
    return Node(r"\surd", Role.ORDINARY, node.box, node.baseline, node.size, centered=True, doubt=0.4)


def _bar(nodes: list[Node], rule: Rect, waiting: Sequence[Rect], read: Read) -> list[Node] | None:
    within = [
        node for node in nodes if rule.x0 - 0.8 < node.x < rule.x1 + 0.8 and node.box.width < rule.width + 3
    ]
    barriers = [other for other in waiting if min(other.x1, rule.x1) - max(other.x0, rule.x0) > 0]
    ceiling = max((other.y1 for other in barriers if other.y1 <= rule.y0), default=float("-inf"))
    floor = min((other.y0 for other in barriers if other.y0 >= rule.y1), default=float("inf"))
    above = _stack(
        [node for node in within if ceiling < node.y < rule.y0], lambda node: rule.y0 - node.box.y1, _height
    )
    below = _stack(
        [node for node in within if rule.y1 < node.y < floor], lambda node: node.box.y0 - rule.y1, _height
    )
    if above and below:
        return _fraction(nodes, rule, above, below, read)
    if below and min(node.box.y0 for node in below) - rule.y1 < 0.45 * below[0].size:
        return _line(nodes, rule, below, r"\overline", read)
    if above and rule.y0 - max(node.box.y1 for node in above) < 0.45 * above[0].size:
        return _line(nodes, rule, above, r"\underline", read)
    return None


def _height(node: Node) -> float:
    return node.box.height


def _stack(
    candidates: list[Node], distance: Callable[[Node], float], height: Callable[[Node], float]
) -> list[Node]:
    """The candidates that hang together from the rule outwards, without a vertical gap."""
    taken: list[Node] = []
    reach = 0.0
    for node in sorted(candidates, key=distance):
        gap = distance(node) - reach
        if gap > (STACKED if taken else NEAREST) * node.size:
            break
        taken.append(node)
        reach = max(reach, distance(node) + height(node))
    return taken


def _fraction(nodes: list[Node], rule: Rect, above: list[Node], below: list[Node], read: Read) -> list[Node]:
    numerator, denominator = read(above), read(below)
    size = max(numerator.size, denominator.size)
    whole = Node(
        rf"\frac{{{numerator.latex}}}{{{denominator.latex}}}",
        Role.ORDINARY,
        union([*above, *below]).union(rule),
        (rule.y0 + rule.y1) / 2 + AXIS * size,
        size,
        centered=True,
        doubt=numerator.doubt + denominator.doubt,
    )
    return [node for node in nodes if node not in above and node not in below] + [whole]


def _line(nodes: list[Node], rule: Rect, under: list[Node], command: str, read: Read) -> list[Node]:
    content = read(under)
    whole = Node(
        f"{command}{{{content.latex}}}",
        Role.ORDINARY,
        union(under).union(rule),
        content.baseline,
        content.size,
        doubt=content.doubt,
    )
    return [node for node in nodes if node not in under] + [whole]
