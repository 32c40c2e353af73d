import bisect
import random

import pytest
from binary_search import count, find, lower_bound, nearest, smallest_that, upper_bound

LISTS = [sorted(random.Random(seed).choices(range(20), k=seed)) for seed in range(25)]


@pytest.mark.parametrize("values", LISTS, ids=len)
def test_against_bisect(values):
    for wanted in range(-2, 23):
        assert lower_bound(values, wanted) == bisect.bisect_left(values, wanted)
        assert upper_bound(values, wanted) == bisect.bisect_right(values, wanted)
        assert count(values, wanted) == values.count(wanted)
        assert find(values, wanted) == (values.index(wanted) if wanted in values else None)


@pytest.mark.parametrize("values", LISTS[1:], ids=len)
def test_nearest(values):
    for wanted in (-3, 0, 4.5, 10, 13.2, 19, 30):
        expected = min(values, key=lambda value: (abs(value - wanted), value))
        assert nearest(values, wanted) == expected


def test_other_sequences():
    assert find(("a", "b", "d"), "d") == 2
    assert upper_bound("aab", "a") == 2
    assert find([], 1) is None


@pytest.mark.parametrize("low", [-5, 0, 3])
@pytest.mark.parametrize("size", [0, 1, 2, 7, 8])
def test_every_border(low, size):
    high = low + size
    for border in range(low, high + 1):
        assert smallest_that(lambda number, border=border: number >= border, low, high) == border
    assert smallest_that(lambda number: number > high, low, high) is None


def test_empty_range():
    assert smallest_that(lambda number: True, 5, 4) is None


def test_the_condition_is_asked_seldom():
    asked = []

    def condition(number):
        asked.append(number)
        return number >= 700_000

    assert smallest_that(condition, 0, 10**6) == 700_000
    assert len(asked) < 30
    assert all(0 <= number <= 10**6 for number in asked)
