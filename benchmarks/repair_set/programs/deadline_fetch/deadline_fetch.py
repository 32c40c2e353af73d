"""Fetches within one deadline that all attempts, redirects and waits share."""


class DeadlineExceeded(Exception):
    """There is no time left."""


class Deadline:
    """A point in time, ``seconds`` from now on the clock given; None means without end."""

    def __init__(self, seconds, clock):
        self._clock = clock
        self._ends = None if seconds is None else clock() + seconds

    def remaining(self):
        """Return the seconds left, never less than 0; None without end."""
        if self._ends is None:
            return None
        return max(0.0, self._ends - self._clock())

    def timeout(self, most):
        """Return the timeout of one step: ``most`` seconds or what is left, whichever is shorter.

        Raises DeadlineExceeded when nothing is left.
        """
        left = self.remaining()
        if left is None:
            return most
        if left <= 0:
            raise DeadlineExceeded("no time left")
        return min(most, left)


def fetch(send, url, deadline, step=10.0, redirects=5):
    """Return ``(final address, body)``, following redirects.

    ``send(url, timeout)`` returns ``(status, location, body)`` or raises TimeoutError. Each request
    gets the deadline's timeout of at most ``step`` seconds. A request that times out is sent again
    as long as time is left; then DeadlineExceeded is raised, with the TimeoutError as its cause if
    there was one. More than ``redirects`` redirects raise ValueError.
    """
    last = None
    followed = 0
    while True:
        try:
            timeout = deadline.timeout(step)
        except DeadlineExceeded as error:
            raise error from last
        try:
            status, location, body = send(url, timeout)
        except TimeoutError as error:
            last = error
            continue
        if status not in (301, 302, 303, 307, 308):
            return url, body
        followed += 1
        if followed > redirects:
            raise ValueError(f"more than {redirects} redirects, last to {location}")
        url = location
