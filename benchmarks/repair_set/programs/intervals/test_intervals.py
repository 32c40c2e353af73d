import pytest
from intervals import covered, gaps, intersection, merge, most_at_once


def test_merge():
    given = [(5, 7), (1, 3), (3, 4), (6, 9), (6, 7), (2, 2)]
    assert merge(given) == [(1, 4), (5, 9)]
    assert given[0] == (5, 7)
    with pytest.raises(ValueError, match="ends before"):
        merge([(3, 1)])


def test_an_interval_within_another():
    assert merge([(1, 10), (2, 3)]) == [(1, 10)]


def test_gaps():
    assert gaps([(2, 4), (6, 8)], 0, 10) == [(0, 2), (4, 6), (8, 10)]
    assert gaps([(0, 4), (3, 12)], 0, 10) == []
    assert gaps([(20, 30)], 0, 10) == [(0, 10)]


def test_intersection():
    assert intersection([(0, 5), (8, 12)], [(3, 9), (10, 11)]) == [(3, 5), (8, 9), (10, 11)]
    assert intersection([(0, 10)], [(1, 2), (3, 4)]) == [(1, 2), (3, 4)]
    assert intersection([(0, 5)], [(5, 9)]) == []


def test_covered_length():
    assert covered([(0, 2), (1, 4), (10, 11)]) == 5


def test_most_at_once():
    assert most_at_once([(1, 5), (2, 6), (5, 7)]) == 2
    assert most_at_once([]) == 0
