import random

import pytest
from intervals import covered, gaps, intersection, merge, most_at_once


def some(seed, count):
    order = random.Random(seed)
    starts = [order.randint(0, 30) for _ in range(count)]
    return [(start, start + order.randint(0, 8)) for start in starts]


def points(intervals):
    return {point for start, end in intervals for point in range(start, end)}


CASES = [(some(seed, seed % 7), some(seed + 100, (seed * 3) % 7)) for seed in range(40)]


@pytest.mark.parametrize(("one", "other"), CASES)
def test_against_sets_of_points(one, other):
    assert points(merge(one)) == points(one)
    assert points(intersection(one, other)) == points(one) & points(other)
    assert points(gaps(one, 5, 25)) == set(range(5, 25)) - points(one)
    assert covered(one) == len(points(one))
    counts = [sum(start <= point < end for start, end in one) for point in range(40)]
    assert most_at_once(one) == max(counts)


@pytest.mark.parametrize(("one", "other"), CASES)
def test_results_are_sorted_and_apart(one, other):
    for found in (merge(one), gaps(one, 5, 25), intersection(one, other)):
        assert all(start < end for start, end in found)
        assert found == sorted(found)
    for (_, end), (start, _) in zip(merge(one), merge(one)[1:], strict=False):
        assert end < start


def test_touching_and_empty():
    assert merge([(1, 2), (2, 3)]) == [(1, 3)]
    assert merge([(1, 1)]) == []
    assert merge([]) == []
    assert most_at_once([(1, 2), (2, 3), (2, 2)]) == 1
    assert gaps([(0, 5), (5, 10)], 0, 10) == []
    assert gaps([], 3, 3) == []


@pytest.mark.parametrize("wrong", [[(2, 1)], [(0, 5), (9, 8)]])
def test_wrong_intervals(wrong):
    for function in (merge, covered):
        with pytest.raises(ValueError, match="ends before"):
            function(wrong)


def test_nothing_given_is_changed():
    given = [(3, 4), (1, 2)]
    merge(given)
    intersection(given, given)
    assert given == [(3, 4), (1, 2)]


def test_fractions_and_iterators():
    assert covered([(0.5, 1.25)]) == 0.75
    assert merge(iter([(2, 3), (1, 2)])) == [(1, 3)]
