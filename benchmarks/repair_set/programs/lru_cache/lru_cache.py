"""A cache that forgets what was not used for longest."""

from collections import OrderedDict


class LruCache:
    """Holds at most ``capacity`` values; each is forgotten ``lifetime`` seconds after it was put in.

    Without a lifetime none grows too old. ``clock()`` gives the time in seconds. When a value more
    is put in than fits, the one that was neither read nor put in for longest is dropped. Raises
    ValueError for a capacity below 1.
    """

    def __init__(self, capacity, clock, lifetime=None):
        if capacity < 1:
            raise ValueError(f"capacity must be positive, not {capacity}")
        self._capacity = capacity
        self._clock = clock
        self._lifetime = lifetime
        self._entries = OrderedDict()
        self.hits = 0
        self.misses = 0

    def get(self, key, default=None):
        """Return a value and count it as used; the default, counted as a miss, where it is not there."""
        if key in self._entries and not self._is_old(key):
            self.hits += 1
            self._entries.move_to_end(key)
            return self._entries[key][0]
        self._entries.pop(key, None)
        self.misses += 1
        return default

    def put(self, key, value):
        """Put a value in, or replace it, and count it as used; return the key that was dropped, or None."""
        self._entries[key] = (value, self._clock())
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            dropped, _ = self._entries.popitem(last=False)
            return dropped
        return None

    def get_or_make(self, key, make):
        """Return the value of a key; where it is not there, put in what ``make(key)`` returns.

        If ``make`` raises, nothing is put in.
        """
        missing = object()
        value = self.get(key, missing)
        if value is missing:
            value = make(key)
            self.put(key, value)
        return value

    def purge(self):
        """Drop all values that are too old; return how many there were."""
        old = [key for key in self._entries if self._is_old(key)]
        for key in old:
            del self._entries[key]
        return len(old)

    def keys(self):
        """Return the keys, the one that will be dropped next first."""
        return list(self._entries)

    def __len__(self):
        return len(self._entries)

    def _is_old(self, key):
        return self._lifetime is not None and self._clock() - self._entries[key][1] >= self._lifetime
