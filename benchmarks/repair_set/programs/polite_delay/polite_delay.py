"""Keeps a pause between two requests to the same host."""

from urllib.parse import urlsplit


class PoliteDelay:
    """Says how long to wait before each request.

    Two requests to a host are at least ``delay`` seconds apart, or what ``set_delay`` gave for
    that host. Hosts do not wait for each other; the port belongs to the host, its case does not
    matter. ``clock()`` gives the time in seconds.
    """

    def __init__(self, clock, delay=1.0):
        self._clock = clock
        self._delay = delay
        self._own = {}
        self._next = {}

    def set_delay(self, host, seconds):
        """Give one host a delay of its own, also below the common one."""
        self._own[host.lower()] = seconds

    def reserve(self, url):
        """Return the seconds to wait before requesting the address, and count the request as made then.

        Several reservations for one host queue up one behind the other.
        """
        host = urlsplit(url).netloc.lower()
        now = self._clock()
        start = max(now, self._next.get(host, now))
        self._next[host] = start + self._own.get(host, self._delay)
        return start - now

    def penalize(self, url, seconds):
        """Let the next request to the address's host wait at least so many seconds from now."""
        host = urlsplit(url).netloc.lower()
        self._next[host] = max(self._next.get(host, 0.0), self._clock() + seconds)

    def forget_idle(self):
        """Forget hosts that need not wait any more; return how many are left."""
        now = self._clock()
        self._next = {host: start for host, start in self._next.items() if start > now}
        return len(self._next)
