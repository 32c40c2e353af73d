"""Walks through graphs given as ``{node: its neighbours}``."""

from collections import deque


class CycleError(ValueError):
    """The graph has a circle; ``nodes`` are those that could not be put in order."""

    def __init__(self, nodes):
        super().__init__(f"circle among {', '.join(sorted(nodes))}")
        self.nodes = set(nodes)


def distances(graph, start):
    """Return ``{node: smallest number of steps from start}`` of all that can be reached, nearest first.

    A node without an entry of its own has no neighbours.
    """
    found = {start: 0}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for neighbour in graph.get(node, ()):
            if neighbour not in found:
                found[neighbour] = found[node] + 1
                waiting.append(neighbour)
    return found


def shortest_path(graph, start, end):
    """Return the nodes of a shortest path, both ends included, or None where there is none.

    Of several, the one that follows neighbours listed earlier.
    """
    before = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == end:
            path = []
            while node is not None:
                path.append(node)
                node = before[node]
            return path[::-1]
        for neighbour in graph.get(node, ()):
            if neighbour not in before:
                before[neighbour] = node
                waiting.append(neighbour)
    return None


def in_order(needs):
    """Return the nodes of ``{node: what it needs}`` so that each follows all that it needs.

    Of those that could come next, the alphabetically first comes. What is needed but has no entry
    needs nothing. Raises CycleError where that is impossible. What was given is not changed.
    """
    left = {node: set(needed) for node, needed in needs.items()}
    for needed in needs.values():
        for node in needed:
            left.setdefault(node, set())
    order = []
    while left:
        free = sorted(node for node, needed in left.items() if not needed)
        if not free:
            raise CycleError(left)
        node = free[0]
        order.append(node)
        del left[node]
        for needed in left.values():
            needed.discard(node)
    return order


def groups(pairs):
    """Return the sets of nodes connected by pairs, largest first, by smallest node where as large."""
    neighbours = {}
    for one, other in pairs:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    found, seen = [], set()
    for node in neighbours:
        if node not in seen:
            group = set(distances(neighbours, node))
            seen |= group
            found.append(group)
    return sorted(found, key=lambda group: (-len(group), min(group)))
