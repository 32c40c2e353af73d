import copy

import pytest
from config_merge import changes, flat, get, merged, with_value


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], {}),
        ([{"a": 1}], {"a": 1}),
        ([{"a": 1}, {"a": 2}, {"a": 3}], {"a": 3}),
        ([{"a": {"b": 1}}, {"a": 5}], {"a": 5}),
        ([{"a": 5}, {"a": {"b": 1}}], {"a": {"b": 1}}),
        ([{"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": 9}}}], {"a": {"b": {"c": 9, "d": 2}}}),
        ([{"a": [1, 2]}, {"a": []}], {"a": []}),
        ([{"a": 1}, {"a": None}, {"a": 2}], {"a": 2}),
        ([{"a": {"b": None}}], {"a": {}}),
        ([{"a": {}}, {"a": {}}], {"a": {}}),
        ([{"a": 0}, {"a": False}], {"a": False}),
    ],
)
def test_merged(layers, expected):
    before = copy.deepcopy(layers)
    assert merged(*layers) == expected
    assert layers == before


def test_the_result_shares_nothing():
    first, second = {"a": {"b": [1]}}, {"c": {"d": [{"e": 1}]}}
    result = merged(first, second)
    result["a"]["b"].append(2)
    result["a"]["x"] = 1
    result["c"]["d"][0]["e"] = 2
    result["c"]["y"] = 1
    assert first == {"a": {"b": [1]}}
    assert second == {"c": {"d": [{"e": 1}]}}


def test_two_results_share_nothing():
    defaults = {"a": {"b": 1}}
    one, two = merged(defaults), merged(defaults)
    one["a"]["b"] = 2
    assert two == defaults == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", {"b": 0, "n": None}),
        ("a.b", 0),
        ("a.n", None),
        ("a.x", "d"),
        ("x", "d"),
        ("a.b.c", "d"),
        ("", "d"),
    ],
)
def test_get(path, expected):
    assert get({"a": {"b": 0, "n": None}}, path, "d") == expected


def test_with_value():
    settings = {"a": {"b": 1, "c": 2}}
    assert with_value(settings, "a.b", 5) == {"a": {"b": 5, "c": 2}}
    assert with_value(settings, "a.b.d", 5) == {"a": {"b": {"d": 5}, "c": 2}}
    assert with_value(settings, "x", [1]) == {"a": {"b": 1, "c": 2}, "x": [1]}
    assert with_value(settings, "a.b", None) == {"a": {"c": 2}}
    assert settings == {"a": {"b": 1, "c": 2}}


def test_flat():
    assert flat({}) == {}
    assert flat({"a": {"b": {"c": 1}}, "d": {}}) == {"a.b.c": 1, "d": {}}


def test_changes():
    assert changes({"a": {"b": 1}}, {"a": {"b": 1}}) == {}
    assert list(changes({"b": 1, "a": {"z": 1}}, {})) == ["a.z", "b"]
    assert changes({"a": 1}, {"a": {"b": 1}}) == {"a": (1, None), "a.b": (None, 1)}
