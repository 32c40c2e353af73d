"""Searches in sorted lists."""


def lower_bound(values, wanted):
    """Return the first index at which ``wanted`` could stand: all values before it are smaller."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def upper_bound(values, wanted):
    """Return the last index at which ``wanted`` could stand: all values from it on are larger."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low


def find(values, wanted):
    """Return the index of the first value that equals ``wanted``, or None."""
    index = lower_bound(values, wanted)
    if index < len(values) and values[index] == wanted:
        return index
    return None


def count(values, wanted):
    """Return how often a value is there."""
    return upper_bound(values, wanted) - lower_bound(values, wanted)


def nearest(values, wanted):
    """Return the value nearest to ``wanted``, the smaller of two as near; raises ValueError for no values."""
    if not values:
        raise ValueError("no values")
    index = lower_bound(values, wanted)
    around = values[max(0, index - 1) : index + 1]
    return min(around, key=lambda value: abs(value - wanted))


def smallest_that(condition, low, high):
    """Return the smallest whole number from ``low`` to ``high``, both included, that meets a condition.

    The condition holds for all numbers above one that meets it. Returns None where none does.
    """
    if low > high or not condition(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if condition(middle):
            high = middle
        else:
            low = middle + 1
    return low
