"""How much of each article lies in the store."""


class OutOfStock(Exception):
    """Less is there than was asked for."""

    def __init__(self, article, wanted, available):
        super().__init__(f"{article}: {wanted} wanted, {available} available")
        self.article = article
        self.wanted = wanted
        self.available = available


class Stock:
    """Counts of articles; an article that was never added has none."""

    def __init__(self, counts=None):
        self._counts = dict(counts or {})

    def add(self, article, count):
        """Add so many; raises ValueError unless the count is positive."""
        if count <= 0:
            raise ValueError(f"count must be positive, not {count}")
        self._counts[article] = self._counts.get(article, 0) + count

    def remove(self, article, count):
        """Take so many out; raises OutOfStock, and takes nothing, where less is there."""
        available = self.count(article)
        if count > available:
            raise OutOfStock(article, count, available)
        self._counts[article] = available - count

    def count(self, article):
        return self._counts.get(article, 0)

    def articles(self):
        """Return the articles of which at least one is there, sorted."""
        return sorted(article for article, count in self._counts.items() if count > 0)
