import pytest
from json_store import JsonStore, StoreError


def test_values_are_kept(tmp_path):
    store = JsonStore(tmp_path / "deep" / "store.json")
    assert store.load() == {}
    store.save({"name": "李明", "size": 3})
    assert JsonStore(tmp_path / "deep" / "store.json").load() == {"name": "李明", "size": 3}
    assert "李明" in (tmp_path / "deep" / "store.json").read_text(encoding="utf-8")


def test_files_that_are_no_object(tmp_path):
    path = tmp_path / "store.json"
    for text, reason in (("{", "no JSON"), ("[1]", "no object")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(StoreError, match=reason):
            JsonStore(path).load()


def test_failed_save_leaves_the_file_as_it_was(tmp_path):
    store = JsonStore(tmp_path / "store.json")
    store.save({"a": 1})
    with pytest.raises(TypeError):
        store.save({"a": {1, 2}})
    assert store.load() == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["store.json"]


def test_names_are_paths(tmp_path):
    store = JsonStore(tmp_path / "store.json")
    store.set("window.size", 5)
    store.set("window.title", "a")
    store.set("plain", False)
    assert store.load() == {"window": {"size": 5, "title": "a"}, "plain": False}
    assert store.get("window.size") == 5
    assert store.get("plain", True) is False
    assert store.get("window.none", 7) == 7
    assert store.get("plain.deeper", "d") == "d"
