from datetime import date, timedelta
from itertools import pairwise

import pytest
from recurring_events import Rule, dates, first_dates, next_date


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_of_a_year(month):
    found = first_dates(Rule(date(2023, month, 1), "month"), 13)
    assert found[0] == f"2023-{month:02d}-01"
    assert found[12] == f"2024-{month:02d}-01"
    assert len(set(found)) == 13


@pytest.mark.parametrize("step", [1, 5, 12, 13])
def test_steps_of_months(step):
    found = list(dates(Rule(date(2020, 12, 31), "month", step=step, count=4)))
    numbers = [day.year * 12 + day.month for day in found]
    assert [b - a for a, b in pairwise(numbers)] == [step] * 3
    assert found[0].day == 31


def test_last_days_of_a_common_year():
    days = [day.day for day in dates(Rule(date(2023, 1, 31), "month", count=12))]
    assert days == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_years():
    assert first_dates(Rule(date(2020, 2, 29), "year", step=2), 3) == [
        "2020-02-29",
        "2022-02-28",
        "2024-02-29",
    ]
    assert first_dates(Rule(date(2020, 12, 5), "year"), 2) == ["2020-12-05", "2021-12-05"]


@pytest.mark.parametrize(("every", "days"), [("day", 1), ("week", 7)])
@pytest.mark.parametrize("step", [1, 3])
def test_even_spaces(every, days, step):
    found = list(dates(Rule(date(2024, 2, 20), every, step=step, count=6)))
    assert {b - a for a, b in pairwise(found)} == {timedelta(days=days * step)}


@pytest.mark.parametrize(
    ("count", "until", "length"),
    [
        (0, None, 0),
        (2, None, 2),
        (None, date(2024, 1, 5), 5),
        (3, date(2024, 1, 5), 3),
        (9, date(2024, 1, 2), 2),
    ],
)
def test_ends(count, until, length):
    assert len(list(dates(Rule(date(2024, 1, 1), "day", count=count, until=until)))) == length


def test_until_before_the_start():
    assert list(dates(Rule(date(2024, 1, 2), "day", until=date(2024, 1, 1)))) == []


def test_next():
    rule = Rule(date(2024, 1, 1), "week")
    assert next_date(rule, date(2023, 5, 1)) == date(2024, 1, 1)
    assert next_date(rule, date(2024, 1, 1)) == date(2024, 1, 8)
    assert next_date(rule, date(2024, 1, 7)) == date(2024, 1, 8)
    assert next_date(Rule(date(2024, 1, 1), "day", until=date(2024, 1, 3)), date(2024, 1, 3)) is None


@pytest.mark.parametrize("step", [0, -1])
def test_wrong_steps(step):
    with pytest.raises(ValueError, match="step"):
        list(dates(Rule(date(2024, 1, 1), "day", step=step)))


def test_first_dates_of_a_short_rule():
    assert first_dates(Rule(date(2024, 1, 1), "day", count=2), 9) == ["2024-01-01", "2024-01-02"]
    assert first_dates(Rule(date(2024, 1, 1), "day"), 0) == []
