"""What sits on or around a single symbol: accents, negations, limits of large operators, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from open_autoglm.documents.formulas.nodes import Node, styled_upright, union
from open_autoglm.documents.formulas.symbols import (
    ACCENTS,
    INTEGRALS,
    LIMIT_FUNCTIONS,
    WORDS,
    Role,
    split_names,
)

Read = Callable[[list[Node]], Node]

_SCRIPT = 0.87
"""Of a symbol's size: limits and scripts are set smaller than this."""

_WIDE = {r"\bar": r"\overline", r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\vec": r"\overrightarrow"}

_NEGATED = {"=": r"\neq", r"\in": r"\notin", r"\equiv": r"\not\equiv", r"\mid": r"\nmid"}


def join_negations(nodes: list[Node]) -> list[Node]:
    """A slash without width belongs to the relation it is drawn over."""
    for slash in [node for node in nodes if node.latex == r"\not" or _is_struck(node, nodes)]:
        others = [
            node
            for node in nodes
            if node.role is Role.RELATION and node is not slash and abs(node.baseline - slash.baseline) < 1.0
        ]
        if not others:
            continue
        target = min(others, key=lambda node: abs(node.x - slash.x))
        latex = _NEGATED.get(target.latex, rf"\not{target.latex}")
        joined = replace(target, latex=latex, role=Role.RELATION, box=target.box.union(slash.box))
        nodes = [node for node in nodes if node is not slash and node is not target] + [joined]
    return nodes


def _is_struck(slash: Node, nodes: list[Node]) -> bool:
    """Whether a plain slash is drawn over a relation."""
    return slash.char == "/" and any(
        node.role is Role.RELATION
        and node.box.x0 < slash.x < node.box.x1
        and node.box.y0 < slash.y < node.box.y1
        for node in nodes
    )


_ARROWS = {
    ("↦", "→"): r"\mapsto",
    ("−", "→"): r"\longrightarrow",
    ("←", "−"): r"\longleftarrow",
    ("=", "⇒"): r"\Longrightarrow",
    ("⇐", "="): r"\Longleftarrow",
    ("⇐", "⇒"): r"\iff",
    ("←", "→"): r"\longleftrightarrow",
    ("|", "="): r"\models",
    ("∼", "="): r"\cong",
    ("=", "∼"): r"\cong",
}
"""Arrows and relations that TeX draws as two glyphs touching each other."""


def join_arrows(nodes: list[Node]) -> list[Node]:
    ordered = sorted(nodes, key=lambda node: node.box.x0)
    result: list[Node] = []
    for node in ordered:
        last = result[-1] if result else None
        latex = _ARROWS.get((last.char, node.char)) if last is not None else None
        if last is not None and latex and node.box.x0 - last.box.x1 < 0.03 * node.size:
            box = last.box.union(node.box)
            result[-1] = replace(node, latex=latex, role=Role.RELATION, box=box, char="")
        else:
            result.append(node)
    return result


def join_dots(nodes: list[Node]) -> list[Node]:
    """Three dots in even steps as one ellipsis: on a line, under each other or falling."""
    dots = sorted(
        (node for node in nodes if node.char in (".", "·", "⋅")), key=lambda node: (node.box.x0, node.box.y0)
    )
    while len(dots) > 2:
        first, dots = dots[0], dots[1:]
        triple = _dots_from(first, dots)
        if triple is None:
            continue
        second, third = triple
        across, down = second.x - first.x, second.y - first.y
        if abs(down) < 0.05 * first.size:
            latex = r"\ldots" if first.char == "." else r"\cdots"
        else:
            latex = r"\vdots" if across < 0.05 * first.size else r"\ddots"
        level = first.baseline if abs(down) < 0.05 * first.size else second.y + 0.25 * first.size
        whole = replace(
            first,
            latex=latex,
            char="…",
            role=Role.ORDINARY,
            box=union([first, second, third]),
            baseline=level,
            centered=abs(down) >= 0.05 * first.size,
        )
        nodes = [node for node in nodes if node not in (first, second, third)] + [whole]
        dots = [node for node in dots if node not in (second, third)]
    return nodes


def _dots_from(first: Node, others: Sequence[Node]) -> tuple[Node, Node] | None:
    for second in others:
        across, down = second.x - first.x, second.y - first.y
        if second.char != first.char or max(across, abs(down)) > 0.75 * first.size:
            continue
        for third in others:
            step = abs(third.x - second.x - across) + abs(third.y - second.y - down)
            if third is not second and third.char == first.char and step < 0.12 * first.size:
                return second, third
    return None


def join_names(nodes: list[Node]) -> list[Node]:
    """Runs of upright letters on one baseline as function names, operator names or text."""
    letters = sorted((node for node in nodes if node.upright), key=lambda node: (node.baseline, node.box.x0))
    runs: list[list[Node]] = []
    for node in sorted(letters, key=lambda one: one.box.x0):
        run = next((run for run in runs if _follows(run[-1], node)), None)
        if run is None:
            runs.append([node])
        else:
            run.append(node)
    return [node for node in nodes if not node.upright] + [_name(run) for run in runs]


def _follows(last: Node, node: Node) -> bool:
    gap = node.box.x0 - last.box.x1
    same = (
        abs(last.baseline - node.baseline) < 0.1 * node.size and abs(last.size - node.size) < 0.1 * node.size
    )
    return same and -0.2 * node.size < gap < 0.15 * node.size


def _name(run: list[Node]) -> Node:
    word = "".join(node.char for node in run)
    if len(run) == 1:
        return styled_upright(run[0])
    role = Role.ORDINARY
    if names := split_names(word):
        latex = "".join(f"\\{name}" for name in names)
        role = Role.LARGE if word in LIMIT_FUNCTIONS else Role.ORDINARY
    elif word in WORDS or not word.isascii():
        latex = rf"\text{{ {word} }}"
    else:
        latex = rf"\operatorname{{{word}}}"
    first = run[0]
    doubt = sum(node.doubt for node in run)
    return Node(latex, role, union(run), first.baseline, first.size, char=word, doubt=doubt)


def attach_accents(nodes: list[Node], read: Read) -> list[Node]:
    """Every accent above a symbol or a run of symbols taken together with it."""
    for accent in sorted((node for node in nodes if _may_be_accent(node)), key=lambda node: node.box.y1):
        if accent not in nodes:
            continue
        bases = _under(accent, nodes)
        if not bases:
            continue
        command = ACCENTS.get(accent.char, r"\vec")
        base = read(bases) if len(bases) > 1 else bases[0]
        if len(bases) > 1 or (accent.box.width > 1.3 * base.box.width and accent.box.width > 0.9 * base.size):
            command = _WIDE.get(command, command)
        latex = f"{command}{{{base.latex}}}"
        if base.char == "h" and command == r"\bar" and accent.box.y0 > base.box.y0:
            latex = r"\hbar"  # the bar crosses the stem
        box = base.box.union(accent.box)
        whole = replace(base, latex=latex, box=box, char="", upright=False)
        nodes = [node for node in nodes if node is not accent and node not in bases] + [whole]
    return [_standing_alone(node) if node.role is Role.ACCENT else node for node in nodes]


def _standing_alone(node: Node) -> Node:
    """A mark over nothing: a tilde on the line is a relation, anything else is a riddle."""
    if node.char in "~˜":
        return replace(node, latex=r"\sim", role=Role.RELATION)
    return replace(node, role=Role.ORDINARY, latex=f"{node.latex}{{}}", doubt=node.doubt + 0.3)


def _may_be_accent(node: Node) -> bool:
    return node.char in ACCENTS or node.char == "→"


def _under(accent: Node, nodes: list[Node]) -> list[Node]:
    """The symbols an accent stands over: those it spans, or the one whose middle is nearest."""
    size = accent.size
    low = [
        node
        for node in nodes
        if node is not accent
        and node.role is not Role.ACCENT
        and -0.45 * size < node.box.y0 - accent.box.y1 < 0.4 * node.size
        and accent.y < node.box.y0 + 0.25 * node.box.height
    ]
    spanned = [
        node
        for node in low
        if accent.box.x0 - 0.1 * size < node.x < accent.box.x1 + 0.1 * size
        and node.role not in (Role.OPENING, Role.CLOSING, Role.RELATION)
    ]
    if len(spanned) > 1:
        return spanned
    near = [
        node
        for node in low
        if min(node.box.x1, accent.box.x1) - max(node.box.x0, accent.box.x0) > -0.1 * size
    ]
    if accent.char == "→":
        near = [node for node in near if accent.box.width < 2.2 * node.box.width]
    if not near:
        return []
    return [min(near, key=lambda node: abs(node.x - accent.x))]


def attach_limits(nodes: list[Node], read: Read) -> list[Node]:
    """Limits above and below large operators and of names like lim, as scripts of the operator."""
    for operator in sorted((node for node in nodes if node.role is Role.LARGE), key=lambda node: node.box.x0):
        below = _limit(operator, nodes, below=True)
        above = _limit(operator, nodes, below=False)
        if not below and not above:
            continue
        latex, doubt = operator.latex, operator.doubt
        for mark, part in (("_", below), ("^", above)):
            if part:
                script = read(part)
                latex += f"{mark}{{{script.latex}}}"
                doubt += script.doubt
        box = union([operator, *below, *above])
        whole = replace(operator, latex=latex, box=box, doubt=doubt, char="∑")
        taken = [operator, *below, *above]
        nodes = [node for node in nodes if not any(node is one for one in taken)] + [whole]
    return nodes


def _limit(operator: Node, nodes: Sequence[Node], *, below: bool) -> list[Node]:
    """The small symbols under (or over) an operator and those beside them that belong on."""
    size = operator.size

    def outside(node: Node) -> bool:
        gap = node.box.y0 - operator.box.y1 if below else operator.box.y0 - node.box.y1
        return -0.15 * size < gap < 0.75 * size and node.size < _SCRIPT * size

    candidates = [node for node in nodes if node is not operator and outside(node)]
    left, right = operator.box.x0, operator.box.x1
    taken = [node for node in candidates if min(right, node.box.x1) - max(left, node.box.x0) > 0]
    if not taken:
        return []
    grown = True
    while grown:
        left, right = min(node.box.x0 for node in taken), max(node.box.x1 for node in taken)
        new = [
            node
            for node in candidates
            if node not in taken and max(node.box.x0 - right, left - node.box.x1) < 0.5 * node.size
        ]
        taken += new
        grown = bool(new)
    if operator.latex in INTEGRALS and abs((left + right) / 2 - operator.x) > 0.35 * size:
        return []  # beside the sign, as scripts
    return taken
