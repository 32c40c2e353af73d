from datetime import date

from working_days import Calendar

CALENDAR = Calendar(
    holidays=[date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)], extra=[date(2024, 5, 11)]
)


def test_days_that_are_worked():
    assert CALENDAR.is_working(date(2024, 4, 30))
    assert not CALENDAR.is_working(date(2024, 5, 1))
    assert not CALENDAR.is_working(date(2024, 5, 4))
    assert CALENDAR.is_working(date(2024, 5, 11))


def test_adding_working_days():
    assert CALENDAR.add(date(2024, 4, 30), 1) == date(2024, 5, 6)
    assert CALENDAR.add(date(2024, 5, 10), 2) == date(2024, 5, 13)
    assert CALENDAR.add(date(2024, 5, 6), -1) == date(2024, 4, 30)
    assert CALENDAR.add(date(2024, 5, 1), 0) == date(2024, 5, 6)


def test_days_between():
    assert CALENDAR.between(date(2024, 4, 29), date(2024, 5, 6)) == 3
    assert CALENDAR.between(date(2024, 5, 6), date(2024, 5, 6)) == 1
    assert CALENDAR.between(date(2024, 5, 6), date(2024, 5, 1)) == 0


def test_last_working_day_of_a_month():
    assert CALENDAR.last_of_month(2024, 3) == date(2024, 3, 29)
    assert CALENDAR.last_of_month(2023, 12) == date(2023, 12, 29)
