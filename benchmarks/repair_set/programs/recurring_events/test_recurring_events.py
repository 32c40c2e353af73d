from datetime import date
from itertools import islice

import pytest
from recurring_events import Rule, dates, first_dates, next_date


def test_days_and_weeks():
    assert first_dates(Rule(date(2024, 2, 28), "day"), 3) == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert first_dates(Rule(date(2024, 12, 23), "week", step=2), 2) == ["2024-12-23", "2025-01-06"]


def test_short_months():
    assert first_dates(Rule(date(2024, 1, 31), "month"), 4) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]
    assert first_dates(Rule(date(2023, 11, 15), "month", step=2), 2) == ["2023-11-15", "2024-01-15"]


def test_leap_years():
    found = list(islice(dates(Rule(date(2024, 2, 29), "year")), 5))
    assert [day.day for day in found] == [29, 28, 28, 28, 29]


def test_ends():
    assert len(list(dates(Rule(date(2024, 1, 1), "week", count=3)))) == 3
    assert list(dates(Rule(date(2024, 1, 1), "day", until=date(2024, 1, 2)))) == [
        date(2024, 1, 1),
        date(2024, 1, 2),
    ]


def test_next_date():
    rule = Rule(date(2024, 1, 31), "month", count=3)
    assert next_date(rule, date(2024, 1, 31)) == date(2024, 2, 29)
    assert next_date(rule, date(2024, 3, 31)) is None


def test_wrong_rules():
    with pytest.raises(ValueError, match="no such period"):
        list(dates(Rule(date(2024, 1, 1), "hour")))
    with pytest.raises(ValueError, match="step"):
        list(dates(Rule(date(2024, 1, 1), "day", step=0)))
