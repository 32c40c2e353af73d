import random
import statistics

import pytest
from statistics_kit import deviation, histogram, mean, modes, moving_average, percentile

SERIES = [
    [random.Random(seed).randint(-50, 50) for _ in range(length)]
    for seed, length in enumerate((1, 2, 3, 4, 10, 31))
]


@pytest.mark.parametrize("values", SERIES)
def test_against_the_standard_library(values):
    assert mean(values) == pytest.approx(statistics.fmean(values))
    assert percentile(values, 0.5) == pytest.approx(statistics.median(values))
    if len(values) > 1:
        assert deviation(values) == pytest.approx(statistics.stdev(values))
        cuts = statistics.quantiles(values, n=10, method="inclusive")
        assert [percentile(values, n / 10) for n in range(1, 10)] == pytest.approx(cuts)


@pytest.mark.parametrize("values", SERIES)
def test_nothing_given_is_changed(values):
    before = list(values)
    percentile(values, 0.3)
    modes(values)
    deviation([*values, 1])
    assert values == before


def test_iterators():
    assert mean(iter([2, 4])) == 3
    assert deviation(iter([1, 3])) == pytest.approx(2**0.5)
    assert percentile(iter([3, 1, 2]), 0.5) == 2


@pytest.mark.parametrize("share", [-0.1, 1.01, 95])
def test_shares(share):
    with pytest.raises(ValueError, match="share"):
        percentile([1, 2], share)


def test_no_values():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="two"):
        deviation([])


@pytest.mark.parametrize(
    ("values", "expected"), [([5], [5]), ([1, 2, 3], [1, 2, 3]), ([2, 2, 1, 1, 3], [1, 2]), ("banana", ["a"])]
)
def test_modes(values, expected):
    assert modes(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], [0, 0]), ([0], [1, 0]), ([5], [0, 1]), ([10], [0, 1]), ([4.99], [1, 0]), ([10.1, -0.1], [0, 0])],
)
def test_histogram(values, expected):
    assert histogram(values, 0, 10, 2) == expected


def test_histogram_from_elsewhere():
    assert histogram(range(-10, 11), -10, 10, 5) == [4, 4, 4, 4, 5]
    assert histogram([7, 8], 7, 8, 1) == [2]


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_moving_average(size):
    values = [4, 8, 1, 9, 3]
    found = moving_average(values, size)
    assert len(found) == max(0, 6 - size)
    assert found == pytest.approx([statistics.fmean(values[at : at + size]) for at in range(6 - size)])
