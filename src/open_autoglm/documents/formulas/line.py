"""One line of a formula: symbols from left to right, each with its sub- and superscripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from open_autoglm.documents.formulas.nodes import Node, text_size, union
from open_autoglm.documents.formulas.symbols import FENCES, Role
from open_autoglm.documents.math_fonts import Family

Read = Callable[[list[Node]], Node]

SAME_LINE = 0.13
"""Of the font size: baselines this near are one line."""

SCRIPT = 0.87
"""Of the base's size: what is set smaller than this is a script."""

RELATION_SPACE = 0.18
"""Of the font size: a bar with more space than this on both sides is a relation, not a fence."""

_PRIMES = {"′": 1, "″": 2, "‴": 3}
_UNCERTAIN_SCRIPT = 0.1


@dataclass(slots=True)
class _Base:
    """A symbol on the line and what hangs on it."""

    node: Node
    sub: list[Node] = field(default_factory=list)
    sup: list[Node] = field(default_factory=list)
    primes: int = 0


def read_line(nodes: Sequence[Node], read: Read) -> Node:
    """The nodes of one line as one node, standing on the line's baseline."""
    if len(nodes) == 1:
        return nodes[0]
    ordered = sorted(nodes, key=lambda node: node.box.x0)
    size, baseline = _main_line(ordered)
    bases, doubt = _attach(ordered, size, baseline)
    bases = _join_integrals(_bar_roles(bases))
    tokens: list[tuple[str, Role]] = []
    for base in bases:
        text, more = _with_scripts(base, read)
        tokens.append((text, base.node.role))
        doubt += more
    return Node(
        join_tokens(tokens),
        bases[0].node.role if len(bases) == 1 else Role.ORDINARY,
        union(ordered),
        baseline,
        size,
        doubt=doubt,
        char=bases[0].node.char if len(bases) == 1 else "",
    )


def _main_line(nodes: Sequence[Node]) -> tuple[float, float]:
    """Size and baseline of the symbols the line consists of, not of its scripts."""
    plain = [node for node in nodes if not node.centered and node.char not in _PRIMES] or list(nodes)
    size = max(node.size for node in plain)
    large = [node for node in plain if node.size > SCRIPT * size]
    best, weight = large[0].baseline, 0.0
    for one in large:
        near = sum(
            node.box.width + 0.3 * size
            for node in large
            if abs(node.baseline - one.baseline) < SAME_LINE * size
        )
        if near > weight + 1e-6:
            best, weight = one.baseline, near
    # Nothing but scripts beside a tall part: then the tall part is the line.
    tall = [node for node in nodes if node.centered and node.size > 1.15 * size]
    if tall and all(abs(tall[0].baseline - node.baseline) > 0.25 * node.size for node in large):
        return tall[0].size, tall[0].baseline
    return size, best


def _attach(nodes: Sequence[Node], size: float, baseline: float) -> tuple[list[_Base], float]:
    bases: list[_Base] = []
    doubt = 0.0
    for node in nodes:
        if node.char in _PRIMES and bases:
            bases[-1].primes += _PRIMES[node.char]
            continue
        host = _script_with(node, bases[-1]) if bases else None
        if _on_line(node, size, baseline) and host is None:
            bases.append(_Base(node))
            continue
        if not bases:
            bases.append(
                _Base(replace(node, latex="{}", role=Role.ORDINARY, char="", doubt=_UNCERTAIN_SCRIPT))
            )
        if host is not None:
            host.append(node)
            continue
        (bases[-1].sup if _raised(node, bases[-1].node, baseline) else bases[-1].sub).append(node)
        if node.size > 0.95 * size and not node.centered:
            doubt += _UNCERTAIN_SCRIPT
    return bases, doubt


def _on_line(node: Node, size: float, baseline: float) -> bool:
    shift = abs(node.baseline - baseline)
    if node.role in (Role.OPENING, Role.CLOSING) and node.size > SCRIPT * size:
        return node.box.y0 < baseline - 0.3 * size < node.box.y1  # stretched ones stand lower
    if node.centered:
        axis = baseline - 0.25 * size
        crosses = node.box.y0 < axis - 0.1 * size and node.box.y1 > axis + 0.1 * size
        return crosses and shift < max(0.35 * size, 0.22 * node.box.height)
    return shift < SAME_LINE * size and (node.size > 0.6 * size or shift < 0.04 * size)


def _script_with(node: Node, base: _Base) -> list[Node] | None:
    """The scripts of ``base`` that ``node`` belongs to as a script of their last symbol, being smaller."""
    if node.centered:
        return None
    hosts = [
        part
        for part in (base.sub, base.sup)
        if part
        and node.size < SCRIPT * text_size(part)
        and node.box.x0 - max(one.box.x1 for one in part) < 0.4 * node.size
    ]
    return min(hosts, key=lambda part: abs(part[-1].y - node.y)) if hosts else None


def _raised(node: Node, base: Node, baseline: float) -> bool:
    if base.centered and base.box.height > 1.5 * base.size:
        return node.y < base.y
    shift = baseline - node.baseline
    if node.centered:
        return node.y < baseline - 0.25 * base.size
    return shift > 0.0


def _with_scripts(base: _Base, read: Read) -> tuple[str, float]:
    text, doubt = base.node.latex, base.node.doubt
    text += "'" * base.primes
    for mark, nodes in (("_", base.sub), ("^", base.sup)):
        if nodes:
            script = read(nodes)
            doubt += script.doubt
            single = re.fullmatch(r"[A-Za-z0-9]|\\[A-Za-z]+", script.latex)
            text += f"{mark}{script.latex}" if single else f"{mark}{{{script.latex}}}"
    return text, doubt


def _join_integrals(bases: list[_Base]) -> list[_Base]:
    """Two or three integral signs in a row without limits between them are one double or triple sign."""
    result: list[_Base] = []
    names = {r"\int": 1, r"\iint": 2, r"\iiint": 3}
    for base in bases:
        last = result[-1] if result else None
        if (
            last is not None
            and last.node.latex in names
            and base.node.latex == r"\int"
            and not (last.sub or last.sup)
            and names[last.node.latex] < 3
        ):
            count = names[last.node.latex] + 1
            latex = next(name for name, number in names.items() if number == count)
            result[-1] = replace(
                base, node=replace(base.node, latex=latex, box=last.node.box.union(base.node.box))
            )
        else:
            result.append(base)
    return result


def _bar_roles(bases: list[_Base]) -> list[_Base]:
    """Bars with space on both sides are relations; the others open and close."""
    bars = sum(base.node.char == "|" for base in bases)
    for index, base in enumerate(bases):
        node = base.node
        if node.char not in FENCES:
            continue
        previous = bases[index - 1] if index else None
        before = previous.node if previous else None
        after = bases[index + 1].node if index + 1 < len(bases) else None
        left = node.box.x0 - union([previous.node, *previous.sub, *previous.sup]).x1 if previous else 0.0
        right = after.box.x0 - union([node, *base.sub, *base.sup]).x1 if after else 0.0
        is_relation = min(left, right) > RELATION_SPACE * node.size and not _is_operator(before, after)
        if node.family in (Family.UNICODE, Family.TEXT):
            # Browsers set a plain bar with the space of a relation; the character tells more.
            is_relation = node.char == "∣" or (is_relation and (node.char == "∥" or bars % 2 == 1))
        double = node.char in "‖∥"
        if is_relation:
            base.node = replace(node, latex=r"\parallel" if double else r"\mid", role=Role.RELATION)
        else:
            base.node = replace(node, latex=r"\|" if double else "|", role=Role.ORDINARY)
    return bases


def _is_operator(*nodes: Node | None) -> bool:
    """Whether the space beside a bar is already explained by an operator there."""
    return any(
        node is not None and node.role in (Role.RELATION, Role.BINARY, Role.PUNCTUATION) for node in nodes
    )


def join_tokens(tokens: Sequence[tuple[str, Role]]) -> str:
    """LaTeX source with the spaces that it needs and those that make it readable."""
    text = ""
    previous = Role.OPENING
    for latex, role in tokens:
        between = role is Role.BINARY and previous in (Role.ORDINARY, Role.CLOSING)
        wide = role is Role.RELATION or (between and latex != "/")
        if wide:
            text = f"{text.rstrip()} {latex} "
        elif role is Role.PUNCTUATION and latex in ",;":
            text = f"{text.rstrip()}{latex} "
        else:
            needs_space = re.search(r"\\[A-Za-z]+$", text) and latex[:1].isalpha()
            text += f" {latex}" if needs_space else latex
        previous = role if role is not Role.LARGE else Role.ORDINARY
    return text.strip()
