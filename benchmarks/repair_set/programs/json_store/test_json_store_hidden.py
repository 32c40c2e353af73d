import json

import pytest
from json_store import JsonStore, StoreError


@pytest.fixture
def store(tmp_path):
    return JsonStore(tmp_path / "s.json")


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "nul"])
def test_no_json(tmp_path, store, text):
    (tmp_path / "s.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=r"s\.json is no JSON") as caught:
        store.load()
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("text", ["1", "null", '"x"', "[]"])
def test_no_object(tmp_path, store, text):
    (tmp_path / "s.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="holds no object"):
        store.load()


def test_bytes_that_are_no_text(tmp_path, store):
    (tmp_path / "s.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(StoreError):
        store.load()


def test_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "f").mkdir()
    with pytest.raises(OSError, match="f"):
        JsonStore(tmp_path / "f").load()


def test_saved_files_are_readable_by_others(tmp_path, store):
    data = {"ключ": ["值", 1.5, None, True], "n": {"m": {}}}
    store.save(data)
    raw = (tmp_path / "s.json").read_bytes()
    assert json.loads(raw.decode("utf-8")) == data
    assert "值".encode() in raw
    store.save({})
    assert store.load() == {}


def test_first_save_that_fails_leaves_nothing(tmp_path, store):
    with pytest.raises(TypeError):
        store.save({"a": object()})
    assert list(tmp_path.iterdir()) == []
    assert store.load() == {}


def test_saving_twice_into_the_same_folder(tmp_path):
    for number in range(2):
        JsonStore(tmp_path / "x" / "y" / f"{number}.json").save({"n": number})
    assert JsonStore(tmp_path / "x" / "y" / "1.json").get("n") == 1


@pytest.mark.parametrize("value", [0, "", None, False, [], {}])
def test_empty_values_are_values(store, value):
    store.set("a.b", value)
    assert store.get("a.b", "default") == value


def test_paths(store):
    store.set("a", 1)
    store.set("a.b.c", 2)
    assert store.load() == {"a": {"b": {"c": 2}}}
    store.set("a.b.d", 3)
    assert store.get("a.b") == {"c": 2, "d": 3}
    assert store.get("a.b.c.d") is None
    assert store.get("x.y", 4) == 4


def test_default_where_there_is_no_file(store):
    assert store.get("a") is None
    assert store.get("a", "d") == "d"
