"""Dates of events that come again and again."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice


@dataclass(frozen=True)
class Rule:
    """``every`` ``"day"``, ``"week"``, ``"month"`` or ``"year"``, or every so many of them (``step``).

    Ends after ``count`` dates or after the day ``until``, whichever comes first; without end if
    neither is given. A month that is too short has the event on its last day, and so has February
    for one that began on the 29th; later dates return to the day of the start.
    """

    start: date
    every: str
    step: int = 1
    count: int | None = None
    until: date | None = None


def dates(rule):
    """Yield the dates of a rule, its start first. Raises ValueError for a wrong ``every`` or ``step``."""
    if rule.step < 1:
        raise ValueError(f"step must be positive, not {rule.step}")
    if rule.every not in ("day", "week", "month", "year"):
        raise ValueError(f"no such period: {rule.every!r}")
    index = 0
    while rule.count is None or index < rule.count:
        day = _nth(rule, index)
        if rule.until is not None and day > rule.until:
            return
        yield day
        index += 1


def next_date(rule, after):
    """Return the first date of a rule that lies after the day, or None if there is none."""
    return next((day for day in dates(rule) if day > after), None)


def first_dates(rule, count):
    """Return the first dates of a rule as ISO texts, at most ``count``."""
    return [day.isoformat() for day in islice(dates(rule), count)]


def _nth(rule, index):
    steps = index * rule.step
    if rule.every == "day":
        return rule.start + timedelta(days=steps)
    if rule.every == "week":
        return rule.start + timedelta(weeks=steps)
    months = rule.start.month - 1 + (steps if rule.every == "month" else 12 * steps)
    year, month = rule.start.year + months // 12, months % 12 + 1
    return date(year, month, min(rule.start.day, calendar.monthrange(year, month)[1]))
