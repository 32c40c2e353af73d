"""TEDS: how alike two tables are, as the edit distance of their trees.

Definition: X. Zhong, E. ShafieiBavani, A. Jimeno Yepes, "Image-based table recognition: data, model,
and evaluation" (2019), section 5: ``1 - distance / max(nodes)``. Inserting or deleting a node costs 1;
replacing one costs 1 when tag or span differ, and otherwise the normalized Levenshtein distance of the
two cells' contents. The distance is that of K. Zhang and D. Shasha, "Simple fast algorithms for the
editing distance between trees and related problems" (1989), one row of its tables at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lxml.html
import numpy as np
from numpy.typing import NDArray

_Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Node:
    """A node in postorder. ``first_leaf`` is the index of the leftmost leaf under it (itself, if a leaf)."""

    label: tuple[str, int, int]
    """Tag, column span, row span."""
    content: tuple[str, ...]
    first_leaf: int


def teds(predicted: str, truth: str, *, structure_only: bool = False) -> float:
    """Similarity of the first table in each HTML text, from 0 to 1 (the same).

    With ``structure_only`` (TEDS-Struct) the contents of cells do not count. ``th`` counts as ``td``.
    A text without a table scores 0.
    """
    predicted_table, true_table = _first_table(predicted), _first_table(truth)
    if predicted_table is None or true_table is None:
        return 0.0
    nodes = max(_count(predicted_table), _count(true_table))
    distance = _tree_distance(
        _postorder(predicted_table, structure_only), _postorder(true_table, structure_only)
    )
    return 1.0 - distance / max(nodes, 1)


def _first_table(text: str) -> lxml.html.HtmlElement | None:
    if not text.strip():
        return None
    parser = lxml.html.HTMLParser(remove_comments=True, encoding="utf-8")
    root = lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    return next(root.iter("table"), None)


def _count(table: lxml.html.HtmlElement) -> int:
    """Every element under the table counts, markup inside cells included, as the paper's scorer counts."""
    return sum(1 for _ in table.iterdescendants())


def _postorder(table: lxml.html.HtmlElement, structure_only: bool) -> list[_Node]:
    nodes: list[_Node] = []

    def visit(element: lxml.html.HtmlElement) -> int:
        first_leaf = len(nodes)
        tag = str(element.tag)
        if tag in ("td", "th"):
            label = ("td", _span(element, "colspan"), _span(element, "rowspan"))
            content = () if structure_only else tuple(_content(element))
            nodes.append(_Node(label, content, first_leaf))
            return first_leaf
        for child in element:
            visit(child)
        nodes.append(_Node((tag, 0, 0), (), first_leaf))
        return first_leaf

    visit(table)
    return nodes


def _span(element: lxml.html.HtmlElement, name: str) -> int:
    value = str(element.get(name, "1"))
    return int(value) if value.isdigit() else 1


def _content(element: lxml.html.HtmlElement) -> Iterator[str]:
    """Characters of a cell; each tag inside it counts as one symbol."""
    yield from element.text or ""
    for child in element:
        yield f"<{child.tag}>"
        yield from _content(child)
        yield f"</{child.tag}>"
        yield from child.tail or ""


def _tree_distance(first: Sequence[_Node], second: Sequence[_Node]) -> float:
    rename = _rename_costs(first, second)
    distance = np.zeros_like(rename)
    leaf_a = np.array([node.first_leaf for node in first])
    leaf_b = np.array([node.first_leaf for node in second])
    for root_a in _key_roots(first):
        for root_b in _key_roots(second):
            if leaf_a[root_a] == root_a and leaf_b[root_b] == root_b:
                # Two leaves. Replacing never costs more than 1, so deleting and inserting (2) can't win.
                distance[root_a, root_b] = rename[root_a, root_b]
            else:
                _forest_distance(root_a, root_b, leaf_a, leaf_b, rename, distance)
    return float(distance[-1, -1])


def _forest_distance(
    root_a: int,
    root_b: int,
    leaf_a: NDArray[np.int64],
    leaf_b: NDArray[np.int64],
    rename: _Costs,
    distance: _Costs,
) -> None:
    """Fill ``distance`` for every pair of subtrees that share their leftmost leaf with the two roots."""
    start_a, start_b = int(leaf_a[root_a]), int(leaf_b[root_b])
    columns = slice(start_b, root_b + 1)
    size_b = root_b - start_b + 1
    steps = np.arange(size_b + 1, dtype=np.float64)
    forest = np.zeros((root_a - start_a + 2, size_b + 1))
    forest[0] = steps
    leaves = leaf_b[columns]
    whole = leaves == start_b
    before = leaves - start_b
    for i in range(1, root_a - start_a + 2):
        node = start_a + i - 1
        delete = forest[i - 1, 1:] + 1.0
        subtree = forest[leaf_a[node] - start_a, before] + distance[node, columns]
        if leaf_a[node] == start_a:
            subtree = np.where(whole, forest[i - 1, :-1] + rename[node, columns], subtree)
        row = np.concatenate(([float(i)], np.minimum(delete, subtree)))
        # An insertion takes the cheapest cell to the left plus one for each step: a running minimum.
        forest[i] = np.minimum.accumulate(row - steps) + steps
        if leaf_a[node] == start_a:
            distance[node, columns] = np.where(whole, forest[i, 1:], distance[node, columns])


def _key_roots(nodes: Sequence[_Node]) -> list[int]:
    """The root and every node that has a left sibling: the highest node above each leftmost leaf."""
    highest = {node.first_leaf: index for index, node in enumerate(nodes)}
    return sorted(highest.values())


def _rename_costs(first: Sequence[_Node], second: Sequence[_Node]) -> _Costs:
    # Numbers instead of texts: large tables repeat contents, and each pair is compared only once.
    numbers: dict[tuple[str, ...], int] = {}
    contents_a = [numbers.setdefault(node.content, len(numbers)) for node in first]
    contents_b = [numbers.setdefault(node.content, len(numbers)) for node in second]
    known: dict[tuple[int, int], float] = {}
    costs = np.ones((len(first), len(second)))
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            if a.label != b.label:
                continue
            pair = (contents_a[i], contents_b[j])
            if pair not in known:
                known[pair] = _normalized_levenshtein(a.content, b.content)
            costs[i, j] = known[pair]
    return costs


def _normalized_levenshtein(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    if first == second:
        return 0.0
    return _levenshtein(first, second) / max(len(first), len(second))


def _levenshtein(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Bit-parallel edit distance: G. Myers (1999) in the form of H. Hyyrö (2003)."""
    if not first or not second:
        return len(first) + len(second)
    places: dict[str, int] = {}
    for index, symbol in enumerate(first):
        places[symbol] = places.get(symbol, 0) | (1 << index)
    mask, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    positive, negative, score = mask, 0, len(first)
    for symbol in second:
        equal = places.get(symbol, 0)
        diagonal = (((equal & positive) + positive) ^ positive) | equal | negative
        up = negative | ~(diagonal | positive)
        down = positive & diagonal
        score += bool(up & last) - bool(down & last)
        up = (up << 1) | 1
        positive = ((down << 1) | ~(diagonal | up)) & mask
        negative = up & diagonal & mask
    return score
