"""Half-open intervals ``(start, end)``: the start belongs to it, the end does not."""


def merge(intervals):
    """Return the intervals sorted, with those that overlap or touch made one; empty ones are left out.

    What was given is not changed. Raises ValueError where an end lies before its start.
    """
    merged = []
    for start, end in sorted(intervals):
        if end < start:
            raise ValueError(f"interval ends before it starts: ({start}, {end})")
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def gaps(intervals, start, end):
    """Return what the intervals leave free between two points, sorted."""
    free = []
    at = start
    for first, last in merge(intervals):
        if first >= end:
            break
        if first > at:
            free.append((at, first))
        at = max(at, last)
    if at < end:
        free.append((at, end))
    return free


def intersection(one, other):
    """Return the parts that lie in both lists of intervals, merged."""
    left, right = merge(one), merge(other)
    found = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return found


def covered(intervals):
    """Return the length that the intervals cover together."""
    return sum(end - start for start, end in merge(intervals))


def most_at_once(intervals):
    """Return the largest number of intervals that hold the same point; empty ones hold none."""
    events = []
    for start, end in intervals:
        if start < end:
            events += [(start, 1), (end, -1)]
    most = open_ = 0
    for _, change in sorted(events):
        open_ += change
        most = max(most, open_)
    return most
