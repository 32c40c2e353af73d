"""Stops asking a server that fails, and tries it again after a while."""


class CircuitOpen(Exception):
    """The server is not asked now; ``retry_in`` says for how many seconds."""

    def __init__(self, retry_in):
        super().__init__(f"not asked for another {retry_in:g} s")
        self.retry_in = retry_in


class CircuitBreaker:
    """Passes calls on while they succeed.

    ``limit`` failures in a row open the circuit: for ``pause`` seconds every call raises
    CircuitOpen at once. After that one call is let through: its success closes the circuit, its
    failure opens it for another pause, which begins then. A success sets the count of failures to
    zero. Failures are exceptions of the given types; others pass through and count as nothing.
    ``clock()`` gives the time in seconds.
    """

    def __init__(self, clock, limit=3, pause=30.0, failures=(OSError,)):
        self._clock = clock
        self._limit = limit
        self._pause = pause
        self._failures = failures
        self._count = 0
        self._opened_at = None

    @property
    def state(self):
        """``"closed"``, ``"open"`` or, when the next call will be let through to try, ``"half-open"``."""
        if self._opened_at is None:
            return "closed"
        waited = self._clock() - self._opened_at
        return "half-open" if waited >= self._pause else "open"

    def call(self, function, *arguments):
        """Return what the function returns, or raise what it raises, or CircuitOpen."""
        if self.state == "open":
            raise CircuitOpen(self._opened_at + self._pause - self._clock())
        try:
            result = function(*arguments)
        except self._failures:
            self._failed()
            raise
        self._count = 0
        self._opened_at = None
        return result

    def _failed(self):
        self._count += 1
        if self._count >= self._limit:
            self._opened_at = self._clock()
