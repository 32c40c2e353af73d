from datetime import date, timedelta

import pytest
from working_days import Calendar

PLAIN = Calendar()
FRIDAY = date(2024, 3, 1)


@pytest.mark.parametrize("offset", range(7))
def test_weekdays(offset):
    day = date(2024, 1, 1) + timedelta(days=offset)
    assert PLAIN.is_working(day) is (offset < 5)


def test_holiday_before_extra():
    day = date(2024, 3, 2)
    assert Calendar(extra=[day]).is_working(day)
    assert not Calendar(holidays=[day], extra=[day]).is_working(day)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, date(2024, 3, 1)),
        (1, date(2024, 3, 4)),
        (5, date(2024, 3, 8)),
        (6, date(2024, 3, 11)),
        (-1, date(2024, 2, 29)),
        (-5, date(2024, 2, 23)),
    ],
)
def test_adding(count, expected):
    assert PLAIN.add(FRIDAY, count) == expected


@pytest.mark.parametrize("start", [date(2024, 3, 2), date(2024, 3, 3)])
def test_adding_from_a_free_day(start):
    assert PLAIN.add(start, 0) == date(2024, 3, 4)
    assert PLAIN.add(start, 1) == date(2024, 3, 4)
    assert PLAIN.add(start, -1) == FRIDAY


@pytest.mark.parametrize("count", range(1, 15))
def test_there_and_back(count):
    assert PLAIN.add(PLAIN.add(FRIDAY, count), -count) == FRIDAY
    assert PLAIN.between(FRIDAY, PLAIN.add(FRIDAY, count)) == count + 1


@pytest.mark.parametrize(("length", "expected"), [(1, 1), (2, 1), (3, 1), (4, 2), (8, 6), (15, 11)])
def test_between(length, expected):
    assert PLAIN.between(FRIDAY, FRIDAY + timedelta(days=length - 1)) == expected


def test_between_turned_round():
    assert PLAIN.between(FRIDAY, FRIDAY - timedelta(days=1)) == 0
    assert PLAIN.between(FRIDAY, FRIDAY - timedelta(days=30)) == 0


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2024, 1, 31), (2024, 2, 29), (2024, 6, 28), (2024, 11, 29), (2022, 12, 30), (2024, 12, 31)],
)
def test_last_of_month(year, month, day):
    assert PLAIN.last_of_month(year, month) == date(year, month, day)


def test_last_of_month_with_holidays():
    assert Calendar(holidays=[date(2024, 1, 31)]).last_of_month(2024, 1) == date(2024, 1, 30)
    assert Calendar(extra=[date(2024, 3, 31)]).last_of_month(2024, 3) == date(2024, 3, 31)


def test_given_days_may_be_any_iterable():
    calendar = Calendar(holidays=(day for day in [FRIDAY]))
    assert [calendar.is_working(FRIDAY) for _ in range(2)] == [False, False]
