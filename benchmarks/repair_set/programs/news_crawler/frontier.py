"""The addresses that a crawl still has to visit."""

from collections import deque
from urllib.parse import urldefrag, urljoin, urlsplit


class Frontier:
    """Gives out addresses of one host, each once, in the order in which they were added."""

    def __init__(self, start):
        self.host = urlsplit(start).netloc
        self._waiting = deque()
        self._known = set()
        self.add(start, start)

    def add(self, link, page):
        """Add a link found on a page; say whether it is a new address of the host (fragments aside)."""
        url, _ = urldefrag(urljoin(page, link))
        if urlsplit(url).netloc != self.host or url in self._known:
            return False
        self._known.add(url)
        self._waiting.append(url)
        return True

    def next(self):
        """Return the next address, or None when none is waiting."""
        return self._waiting.popleft() if self._waiting else None

    def __len__(self):
        """How many are waiting."""
        return len(self._waiting)
