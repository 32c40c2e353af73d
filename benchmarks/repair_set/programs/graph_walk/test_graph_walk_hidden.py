import copy
import random
from itertools import pairwise

import pytest
from graph_walk import CycleError, distances, groups, in_order, shortest_path


def grid(size):
    """Squares that lead right and down."""
    return {
        (x, y): [(x + dx, y + dy) for dx, dy in ((1, 0), (0, 1)) if x + dx < size and y + dy < size]
        for x in range(size)
        for y in range(size)
    }


def test_distances_on_a_grid():
    assert distances(grid(5), (0, 0)) == {(x, y): x + y for x in range(5) for y in range(5)}
    steps = list(distances(grid(5), (0, 0)).values())
    assert steps == sorted(steps)


@pytest.mark.parametrize("seed", range(8))
def test_paths_are_as_long_as_distances(seed):
    order = random.Random(seed)
    graph = {node: order.sample(range(12), 2) for node in range(12)}
    before = copy.deepcopy(graph)
    far = distances(graph, 0)
    for end in range(12):
        path = shortest_path(graph, 0, end)
        if end not in far:
            assert path is None
            continue
        assert (path[0], path[-1], len(path)) == (0, end, far[end] + 1)
        assert all(b in graph[a] for a, b in pairwise(path))
    assert graph == before


def test_neighbours_listed_earlier_come_first():
    graph = {"s": ["z", "a"], "z": ["t"], "a": ["t"]}
    assert shortest_path(graph, "s", "t") == ["s", "z", "t"]


def test_nodes_without_an_entry_have_no_neighbours():
    assert shortest_path({"a": ["b"]}, "a", "b") == ["a", "b"]
    assert shortest_path({"a": ["b"]}, "a", "c") is None
    assert distances({"a": ["b"]}, "a") == {"a": 0, "b": 1}


def test_circles_in_walks_end():
    assert distances({"a": ["a", "b"], "b": ["a"]}, "a") == {"a": 0, "b": 1}
    assert shortest_path({"a": ["a"]}, "a", "b") is None


@pytest.mark.parametrize("seed", range(6))
def test_order_holds(seed):
    order = random.Random(seed)
    needs = {f"n{n:02d}": {f"n{m:02d}" for m in range(n) if order.random() < 0.3} for n in range(15)}
    before = copy.deepcopy(needs)
    result = in_order(needs)
    assert sorted(result) == sorted(needs)
    for node, needed in needs.items():
        assert all(result.index(other) < result.index(node) for other in needed)
    assert needs == before


def test_alphabetical_where_free():
    assert in_order({"b": [], "a": [], "c": ["z"]}) == ["a", "b", "z", "c"]
    assert in_order({"c": [], "b": ["c"], "a": []}) == ["a", "c", "b"]
    assert in_order({}) == []


def test_self_need():
    with pytest.raises(CycleError) as caught:
        in_order({"a": ["a"], "b": []})
    assert caught.value.nodes == {"a"}
    assert isinstance(caught.value, ValueError)


def test_groups():
    assert groups([]) == []
    assert groups([("b", "a")]) == [{"a", "b"}]
    assert groups([("a", "a")]) == [{"a"}]
    pairs = [("m", "n"), ("c", "d"), ("d", "e"), ("e", "c"), ("x", "m")]
    assert groups(pairs) == [{"c", "d", "e"}, {"m", "n", "x"}]
