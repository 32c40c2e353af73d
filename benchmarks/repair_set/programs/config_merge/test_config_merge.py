from config_merge import changes, flat, get, merged, with_value

DEFAULTS = {"server": {"host": "localhost", "port": 80}, "paths": ["/a"], "debug": False}
USER = {"server": {"port": 8080}, "paths": ["/b", "/c"], "extra": {"x": 1}}


def test_layers_are_merged_in_depth():
    assert merged(DEFAULTS, USER) == {
        "server": {"host": "localhost", "port": 8080},
        "paths": ["/b", "/c"],
        "debug": False,
        "extra": {"x": 1},
    }


def test_nothing_given_is_changed():
    defaults = {"server": {"port": 80}, "paths": ["/a"]}
    result = merged(defaults, {"server": {"port": 1}})
    result["paths"].append("/z")
    result["server"]["host"] = "x"
    assert defaults == {"server": {"port": 80}, "paths": ["/a"]}


def test_none_removes_a_key():
    assert merged(DEFAULTS, {"server": {"port": None}, "debug": None, "never": None}) == {
        "server": {"host": "localhost"},
        "paths": ["/a"],
    }


def test_values_at_paths():
    assert get(DEFAULTS, "server.port") == 80
    assert get(DEFAULTS, "debug", True) is False
    assert get(DEFAULTS, "debug.level", "none") == "none"
    assert with_value(DEFAULTS, "a.b", 2)["a"] == {"b": 2}
    assert "a" not in DEFAULTS


def test_changes():
    assert flat({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "a.c": {}, "d": [1]}
    assert changes(DEFAULTS, with_value(DEFAULTS, "server.port", 81)) == {"server.port": (80, 81)}
    assert changes({"a": 1}, {"b": 2}) == {"a": (1, None), "b": (None, 2)}
