"""Figures that sum up measurements."""

import math
from collections import Counter


def mean(values):
    """Return the arithmetic mean; raises ValueError for no values."""
    values = list(values)
    if not values:
        raise ValueError("no values")
    return math.fsum(values) / len(values)


def percentile(values, share):
    """Return the value below which so much of the values lies, share from 0 to 1.

    Between two values it is interpolated linearly: 0 is the smallest, 1 the largest, 0.5 the median.
    Raises ValueError for no values or another share.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def deviation(values):
    """Return the sample standard deviation (divided by n - 1); raises ValueError for less than two values."""
    values = list(values)
    if len(values) < 2:
        raise ValueError("needs two values")
    middle = mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def modes(values):
    """Return the most frequent values, smallest first; an empty list for no values."""
    counts = Counter(values)
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)


def histogram(values, low, high, bins):
    """Return how many values lie in each of so many bins of equal width from ``low`` to ``high``.

    A value on a border belongs to the higher bin, ``high`` itself to the last one; values outside
    are not counted.
    """
    counts = [0] * bins
    width = (high - low) / bins
    for value in values:
        if low <= value <= high:
            counts[min(int((value - low) / width), bins - 1)] += 1
    return counts


def moving_average(values, size):
    """Return the means of every so many neighbouring values, in order; empty where there are too few."""
    return [mean(values[at : at + size]) for at in range(len(values) - size + 1)]
