import pytest
from binary_search import count, find, lower_bound, nearest, smallest_that, upper_bound

VALUES = [1, 3, 3, 3, 7, 9]


def test_bounds():
    assert [lower_bound(VALUES, wanted) for wanted in (0, 1, 3, 4, 9, 10)] == [0, 0, 1, 4, 5, 6]
    assert [upper_bound(VALUES, wanted) for wanted in (0, 1, 3, 4, 9, 10)] == [0, 1, 4, 4, 6, 6]


def test_find_and_count():
    assert find(VALUES, 3) == 1
    assert find(VALUES, 10) is None
    assert find(VALUES, 4) is None
    assert [count(VALUES, wanted) for wanted in (3, 7, 8)] == [3, 1, 0]


def test_nearest():
    assert [nearest(VALUES, wanted) for wanted in (-5, 2, 4, 8, 50)] == [1, 1, 3, 7, 9]
    with pytest.raises(ValueError, match="no values"):
        nearest([], 1)


def test_smallest_number_that_meets_a_condition():
    assert smallest_that(lambda number: number * number >= 50, 0, 100) == 8
    assert smallest_that(lambda number: number >= 9, 0, 9) == 9
    assert smallest_that(lambda number: False, 0, 9) is None
