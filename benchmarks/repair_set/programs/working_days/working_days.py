"""Counts in working days: Monday to Friday without holidays, and extra days that are worked."""

from datetime import date, timedelta

_DAY = timedelta(days=1)


class Calendar:
    """``holidays`` are free; ``extra`` are worked although they lie on a weekend."""

    def __init__(self, holidays=(), extra=()):
        self._holidays = frozenset(holidays)
        self._extra = frozenset(extra)

    def is_working(self, day):
        """Say whether a day is worked; a day that is both a holiday and extra is free."""
        if day in self._holidays:
            return False
        return day.weekday() < 5 or day in self._extra

    def add(self, day, count):
        """Return the working day that lies so many working days after the day, or before it if negative.

        With 0 it is the day itself, or the next working day where it is free.
        """
        if count == 0:
            while not self.is_working(day):
                day += _DAY
            return day
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            if self.is_working(day):
                left -= 1
        return day

    def between(self, first, last):
        """Return how many working days ``first`` to ``last`` holds, both included; 0 if last is earlier."""
        days = (last - first).days + 1
        return sum(self.is_working(first + _DAY * index) for index in range(days))

    def last_of_month(self, year, month):
        """Return the last working day of a month."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return self.add(following, -1)
