import pytest
from lru_cache import LruCache


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("capacity", [1, 2, 5])
def test_never_more_than_fits(capacity):
    cache = LruCache(capacity, Time())
    dropped = [cache.put(n, str(n)) for n in range(8)]
    assert dropped == [None] * capacity + list(range(8 - capacity))
    assert cache.keys() == list(range(8 - capacity, 8))
    assert len(cache) == capacity


def test_order_of_use():
    cache = LruCache(3, Time())
    for key in "abc":
        cache.put(key, key)
    cache.get("a")
    cache.put("b", "B")
    cache.get("never")
    assert cache.keys() == ["c", "a", "b"]
    assert cache.put("d", 1) == "c"
    assert cache.get("b") == "B"


def test_counts():
    cache = LruCache(2, Time())
    cache.put("a", None)
    assert cache.get("a", 5) is None
    assert cache.get("x", 5) == 5
    assert cache.get("x") is None
    assert (cache.hits, cache.misses) == (1, 2)
    cache.get_or_make("a", str)
    cache.get_or_make("y", str)
    assert (cache.hits, cache.misses) == (2, 3)


@pytest.mark.parametrize(("passed", "there"), [(0, True), (4.9, True), (5, False), (50, False)])
def test_lifetime(passed, there):
    time = Time()
    cache = LruCache(2, time, lifetime=5)
    cache.put("a", 1)
    time.now += passed
    assert (cache.get("a") == 1) is there
    assert len(cache) == int(there)
    assert (cache.hits, cache.misses) == (int(there), int(not there))


def test_reading_does_not_make_younger_but_replacing_does():
    time = Time()
    cache = LruCache(2, time, lifetime=5)
    cache.put("a", 1)
    cache.put("b", 1)
    time.now += 3
    cache.get("a")
    cache.put("b", 2)
    time.now += 3
    assert cache.get("a") is None
    assert cache.get("b") == 2


def test_purge():
    time = Time()
    cache = LruCache(9, time, lifetime=5)
    for key in "abc":
        cache.put(key, key)
        time.now += 2
    assert cache.purge() == 1
    assert cache.keys() == ["b", "c"]
    assert cache.purge() == 0
    assert LruCache(1, time).purge() == 0


def test_without_lifetime_nothing_grows_old():
    time = Time()
    cache = LruCache(1, time)
    cache.put("a", 1)
    time.now += 1e9
    assert cache.get("a") == 1
    assert cache.purge() == 0


def test_none_is_a_value():
    made = []
    cache = LruCache(2, Time())
    assert [cache.get_or_make("a", made.append) for _ in range(3)] == [None] * 3
    assert made == ["a"]


def test_old_values_are_made_anew():
    time = Time()
    cache = LruCache(2, time, lifetime=1)
    made = []

    def make(key):
        made.append(key)
        return len(made)

    assert cache.get_or_make("a", make) == 1
    assert cache.get_or_make("a", make) == 1
    time.now += 1
    assert cache.get_or_make("a", make) == 2


@pytest.mark.parametrize("capacity", [0, -1])
def test_capacity(capacity):
    with pytest.raises(ValueError, match="capacity"):
        LruCache(capacity, Time())
