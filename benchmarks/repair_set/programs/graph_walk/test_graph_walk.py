import pytest
from graph_walk import CycleError, distances, groups, in_order, shortest_path

ROADS = {"a": ["b", "c"], "b": ["d"], "c": ["d", "e"], "d": ["a", "f"], "e": ["f"]}


def test_distances():
    assert distances(ROADS, "a") == {"a": 0, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3}
    assert distances({"a": ["b", "c"], "b": ["e"], "c": ["d"], "d": ["e"]}, "a")["e"] == 2
    assert distances(ROADS, "nowhere") == {"nowhere": 0}


def test_shortest_path():
    assert shortest_path(ROADS, "a", "f") == ["a", "b", "d", "f"]
    assert shortest_path(ROADS, "a", "a") == ["a"]
    assert shortest_path(ROADS, "f", "a") is None


def test_order_of_what_is_needed():
    needs = {"roof": ["walls"], "walls": ["floor"], "garden": [], "paint": ["walls", "roof"]}
    assert in_order(needs) == ["floor", "garden", "walls", "roof", "paint"]
    assert needs["walls"] == ["floor"]


def test_circles():
    needs = {"a": {"b"}, "b": {"a"}, "c": set(), "d": {"a"}}
    with pytest.raises(CycleError, match="circle among a, b, d") as caught:
        in_order(needs)
    assert caught.value.nodes == {"a", "b", "d"}
    assert needs == {"a": {"b"}, "b": {"a"}, "c": set(), "d": {"a"}}


def test_groups():
    assert groups([("a", "b"), ("x", "y"), ("b", "c"), ("q", "r")]) == [
        {"a", "b", "c"},
        {"q", "r"},
        {"x", "y"},
    ]
    assert groups([("a", "b"), ("c", "b")]) == [{"a", "b", "c"}]
