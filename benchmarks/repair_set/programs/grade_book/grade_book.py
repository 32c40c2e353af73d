"""The grades of a course."""

from scores import letter
from students import Student


class GradeBook:
    """A course with weights of kinds of work, such as ``{"exam": 2, "homework": 1}``."""

    def __init__(self, weights):
        self.weights = dict(weights)
        self._students = {}

    def record(self, name, kind, points, possible=100):
        """Note a result; raises KeyError for a kind without a weight. Students are added as they come."""
        if kind not in self.weights:
            raise KeyError(kind)
        self._students.setdefault(name, Student(name)).record(kind, points, possible)

    def grade(self, name):
        """Return ``(percentage rounded to one decimal, letter)``; the letter follows from the rounded one."""
        final = round(self._students[name].final(self.weights), 1)
        return final, letter(final)

    def ranking(self):
        """Return ``(place, name)`` from best to worst by rounded percentage, by name within a place.

        Equal percentages share a place; the next place counts them all: 1, 2, 2, 4.
        """
        finals = {name: self.grade(name)[0] for name in self._students}
        rows = []
        for index, name in enumerate(sorted(finals, key=lambda name: (-finals[name], name)), start=1):
            tied = rows and finals[rows[-1][1]] == finals[name]
            rows.append((rows[-1][0] if tied else index, name))
        return rows

    def distribution(self):
        """Return how many students have each letter, for all letters from A to F."""
        counts = dict.fromkeys("ABCDF", 0)
        for name in self._students:
            counts[self.grade(name)[1]] += 1
        return counts
