"""Rows and columns: matrices, cases, binomials and equations under each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from open_autoglm.documents.content import Rect
from open_autoglm.documents.formulas.delimiters import CLOSE, OPEN, Pair, wrapped
from open_autoglm.documents.formulas.nodes import Node, text_size, union
from open_autoglm.documents.formulas.symbols import FENCES, Role

Read = Callable[[list[Node]], Node]

ROW_STEP = 0.75
"""Of the font size: baselines farther apart than this are different rows."""

COLUMN_GAP = 0.68
"""Of the font size: a gap wider than this through all rows parts two columns."""

_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("|", "|"): "vmatrix", ("‖", "‖"): "Vmatrix"}


def split_rows(nodes: Sequence[Node]) -> list[list[Node]]:
    """The nodes by row, top to bottom. Scripts go with the row whose middle is nearest."""
    if not nodes:
        return []
    size = text_size(nodes)
    main = sorted((node for node in nodes if node.size > 0.87 * size), key=lambda node: node.baseline)
    rows: list[list[Node]] = []
    for node in main:
        if rows and node.baseline - _level(rows[-1]) < ROW_STEP * size:
            rows[-1].append(node)
        else:
            rows.append([node])
    for node in nodes:
        if node.size <= 0.87 * size:
            min(rows, key=lambda row: abs(_level(row) - node.baseline)).append(node)
    return rows


def _level(row: Sequence[Node]) -> float:
    ordered = sorted(node.baseline for node in row)
    return ordered[len(ordered) // 2]


def split_columns(rows: Sequence[Sequence[Node]]) -> list[list[list[Node]]]:
    """Cells of each row, cut where a gap runs through all rows."""
    size = text_size([node for row in rows for node in row])
    spans = sorted((node.box.x0, node.box.x1) for row in rows for node in row)
    cuts: list[float] = []
    end = spans[0][1]
    for left, right in spans[1:]:
        if left - end > COLUMN_GAP * size:
            cuts.append((left + end) / 2)
        end = max(end, right)
    edges = [float("-inf"), *cuts, float("inf")]
    return [
        [[node for node in row if low < node.x <= high] for low, high in itertools.pairwise(edges)]
        for row in rows
    ]


def read_pair(pair: Pair, size: float, read: Read) -> Node:
    """What stands between a pair of tall delimiters: a matrix, cases, a binomial or one expression."""
    rows = split_rows(pair.inner)
    if len(rows) < 2:
        inner = read(pair.inner) if pair.inner else None
        return _stretched(pair, inner, size)
    cells = split_columns(rows)
    opening, closing = pair.opening.char, pair.closing.char if pair.closing else ""
    if opening == "(" and closing == ")" and len(rows) == 2 and len(cells[0]) == 1:
        top, bottom = (read(row) for row in rows)
        latex = rf"\binom{{{top.latex}}}{{{bottom.latex}}}"
        return wrapped(pair, latex, top.doubt + bottom.doubt, size)
    body, doubt = _grid(cells, read)
    if opening == "{" and not closing:
        return wrapped(pair, rf"\begin{{cases}} {body} \end{{cases}}", doubt, size)
    name = _MATRICES.get((opening, closing))
    if name is None:
        left, right = _delimiter(pair.opening), _delimiter(pair.closing)
        latex = rf"\left{left} \begin{{matrix}} {body} \end{{matrix}} \right{right}"
        return wrapped(pair, latex, doubt + 0.05, size)
    return wrapped(pair, rf"\begin{{{name}}} {body} \end{{{name}}}", doubt, size)


def _grid(cells: Sequence[Sequence[Sequence[Node]]], read: Read) -> tuple[str, float]:
    doubt = 0.0
    lines: list[str] = []
    for row in cells:
        parts: list[str] = []
        for cell in row:
            part = read(list(cell)) if cell else None
            parts.append(part.latex if part else "")
            doubt += part.doubt if part else 0.0
        lines.append(" & ".join(parts))
    return r" \\ ".join(lines), doubt


def _stretched(pair: Pair, inner: Node | None, size: float) -> Node:
    content = inner.latex if inner else ""
    doubt = inner.doubt if inner else 0.1
    if pair.closing is None:
        return wrapped(pair, rf"\{{{content}", doubt + 0.1, size)
    left, right = _delimiter(pair.opening), _delimiter(pair.closing)
    return wrapped(pair, rf"\left{left} {content} \right{right}", doubt, size)


def _delimiter(node: Node | None) -> str:
    if node is None:
        return "."
    if node.char in FENCES:
        return FENCES[node.char]
    return node.latex if node.char in OPEN or node.char in CLOSE else "."


def read_rows(rows: Sequence[list[Node]], read: Read) -> Node:
    """Equations under each other, aligned at their first relation where those stand in one column."""
    anchors = [_first_relation(row) for row in rows]
    found = [anchor for anchor in anchors if anchor is not None]
    size = text_size([node for row in rows for node in row])
    spread = max((node.box.x0 for node in found), default=0) - min((node.box.x0 for node in found), default=0)
    aligned = len(found) >= 2 and spread < 0.25 * size
    lines: list[str] = []
    doubt = 0.0 if aligned else 0.05
    for row, anchor in zip(rows, anchors, strict=True):
        if aligned and anchor is not None:
            left = [node for node in row if node.x < anchor.box.x0]
            right = [node for node in row if node.x >= anchor.box.x0]
            parts = [read(part) if part else None for part in (left, right)]
            lines.append("{} &{}".format(*(part.latex if part else "" for part in parts)).strip())
            doubt += sum(part.doubt for part in parts if part)
        else:
            part = read(row)
            lines.append(part.latex)
            doubt += part.doubt
    name = "aligned" if aligned else "gathered"
    box: Rect = union([node for row in rows for node in row])
    body = r" \\ ".join(lines)
    latex = rf"\begin{{{name}}} {body} \end{{{name}}}"
    return Node(latex, Role.ORDINARY, box, rows[0][0].baseline, size, doubt=doubt)


def _first_relation(row: Sequence[Node]) -> Node | None:
    size = text_size(row)
    relations = [
        node for node in row if node.role is Role.RELATION and node.size > 0.87 * size and node.char != ":"
    ]
    return min(relations, key=lambda node: node.box.x0) if relations else None
