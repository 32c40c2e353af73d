import pytest
from statistics_kit import deviation, histogram, mean, modes, moving_average, percentile


def test_mean():
    assert mean([1, 2, 6]) == 3
    assert mean(value for value in (0.1, 0.2)) == pytest.approx(0.15)
    with pytest.raises(ValueError, match="no values"):
        mean([])


def test_percentiles():
    values = [40, 10, 30, 20]
    assert percentile(values, 0.5) == 25
    assert [percentile(values, share) for share in (0, 1)] == [10, 40]
    assert percentile(values, 0.9) == pytest.approx(37)
    assert values == [40, 10, 30, 20]
    with pytest.raises(ValueError, match="share"):
        percentile(values, 50)


def test_deviation():
    assert deviation([2, 4, 4, 6]) == pytest.approx(1.632993, abs=1e-6)
    with pytest.raises(ValueError, match="two"):
        deviation([1])


def test_modes():
    assert modes([3, 1, 3, 2, 1]) == [1, 3]
    assert modes([]) == []


def test_histogram():
    assert histogram([0, 1, 2.5, 5, 9.9, 10, 11, -1], 0, 10, 4) == [2, 1, 1, 2]


def test_moving_average():
    assert moving_average([1, 2, 3, 6], 2) == [1.5, 2.5, 4.5]
    assert moving_average([1], 2) == []
