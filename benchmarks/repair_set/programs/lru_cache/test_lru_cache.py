import pytest
from lru_cache import LruCache


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_longest_unused_is_dropped():
    cache = LruCache(2, Clock())
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    assert cache.put("c", 3) == "b"
    assert cache.keys() == ["a", "c"]
    assert cache.get("b", "gone") == "gone"
    assert (cache.hits, cache.misses) == (1, 1)


def test_replacing_a_value_drops_nothing():
    cache = LruCache(2, Clock())
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.put("a", 9) is None
    assert cache.keys() == ["b", "a"]
    assert len(cache) == 2


def test_values_grow_old():
    clock = Clock()
    cache = LruCache(9, clock, lifetime=10)
    cache.put("a", 1)
    clock.now = 9
    cache.put("b", 2)
    assert cache.get("a") == 1
    clock.now = 10
    assert cache.get("a") is None
    assert len(cache) == 1
    cache.put("c", 3)
    clock.now = 30
    assert cache.purge() == 2
    assert cache.keys() == []


def test_values_are_made_once():
    made = []
    cache = LruCache(2, Clock())
    for _ in range(2):
        assert cache.get_or_make("none", made.append) is None
    assert made == ["none"]
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make(0, lambda key: 1 // key)
    assert cache.keys() == ["none"]


def test_capacity_must_be_positive():
    with pytest.raises(ValueError, match="capacity"):
        LruCache(0, Clock())
