"""Students and what they handed in."""

from scores import percent, weighted


class Student:
    def __init__(self, name):
        self.name = name
        self._results = {}

    def record(self, kind, points, possible):
        """Note one result of a kind of work, such as ``"exam"``."""
        self._results.setdefault(kind, []).append(percent(points, possible))

    def kinds(self):
        """Return the kinds of work with results, in the order of their first result."""
        return list(self._results)

    def average(self, kind, drop_lowest=False):
        """Return the mean percentage of a kind, None without results.

        With ``drop_lowest`` the lowest result does not count where there are at least two.
        """
        results = sorted(self._results.get(kind, []))
        if drop_lowest and len(results) > 1:
            results = results[1:]
        return sum(results) / len(results) if results else None

    def final(self, weights):
        """Return the mean over kinds with results by their weights; None if no kind has any."""
        parts = []
        for kind, weight in weights.items():
            average = self.average(kind)
            if average is not None:
                parts.append((average, weight))
        return weighted(parts)
