"""Fetches a page and tries again where that may help."""

RETRYABLE = frozenset({429, 500, 502, 503, 504})


class FetchFailed(Exception):
    """All attempts failed; ``attempts`` says how many there were, ``status`` the last answer's or None."""

    def __init__(self, url, attempts, status):
        super().__init__(f"{url}: no answer after {attempts} attempts")
        self.url = url
        self.attempts = attempts
        self.status = status


def backoff(attempt, base=0.5, limit=30.0):
    """Return the seconds to wait after the failed attempt with this number, which begins at 1.

    ``base`` after the first, doubled after each further one, never more than ``limit``.
    """
    return min(base * 2 ** (attempt - 1), limit)


def fetch_with_retry(send, url, sleep, attempts=4):
    """Return the first response that is final: its status is not in RETRYABLE.

    ``send(url)`` returns ``(status, headers, body)`` or raises ConnectionError; ``sleep(seconds)``
    waits. At most ``attempts`` requests are sent. Between two of them the wait is what a
    ``Retry-After`` header in whole seconds says, else ``backoff`` of the attempt. There is no
    wait after the last attempt. Raises FetchFailed when all attempts failed.
    """
    status = None
    for attempt in range(1, attempts + 1):
        wait = backoff(attempt)
        try:
            status, headers, body = send(url)
        except ConnectionError:
            status = None
        else:
            if status not in RETRYABLE:
                return status, headers, body
            if headers.get("Retry-After", "").isdigit():
                wait = int(headers["Retry-After"])
        if attempt < attempts:
            sleep(wait)
    raise FetchFailed(url, attempts, status)
