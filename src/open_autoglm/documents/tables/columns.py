"""Columns of text that only align: intervals of x that the cells of a table occupy, and what spans them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open_autoglm.documents.tables.lattice import Segment
from open_autoglm.documents.tables.tokens import Row, Run, runs_of

_SPAN_VOTES = 0.2
"""Share of the rows under or over a run that show two or more runs in its place: then it spans columns."""


@dataclass(frozen=True, slots=True)
class Interval:
    x0: float
    x1: float

    @property
    def center(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Columns:
    """``intervals`` left to right; ``runs`` per row; ``spanning``: ``id`` of runs over several columns."""

    intervals: list[Interval]
    runs: list[list[Run]]
    spanning: set[int]

    @property
    def borders(self) -> list[float]:
        """Middle of each gap, with the outer sides: one more than there are columns."""
        inner = [(a.x1 + b.x0) / 2 for a, b in zip(self.intervals, self.intervals[1:], strict=False)]
        return [self.intervals[0].x0, *inner, self.intervals[-1].x1]

    def of(self, run: Run) -> tuple[int, int]:
        """First column and end (exclusive) that the run overlaps; the nearest one if none."""
        touched = [
            index
            for index, one in enumerate(self.intervals)
            if min(run.x1, one.x1) - max(run.x0, one.x0) > 0.1 * min(run.width, one.x1 - one.x0) + 0.01
        ]
        if touched:
            return touched[0], touched[-1] + 1
        center = (run.x0 + run.x1) / 2
        nearest = min(range(len(self.intervals)), key=lambda i: abs(self.intervals[i].center - center))
        return nearest, nearest + 1


def find_columns(rows: Sequence[Row], gap: float) -> Columns:
    """Columns of the rows; white space up to ``gap`` points is inside a cell."""
    runs = [runs_of(row, gap) for row in rows]
    spanning = _spanning(runs)
    spanning |= _bridging(runs, spanning)
    while True:
        intervals = _union(run for row in runs for run in row if id(run) not in spanning)
        orphan = _orphan_label(runs, intervals, spanning)
        if orphan is None:
            return Columns(_heads_joined(intervals, runs, spanning), runs, spanning)
        spanning.add(id(orphan))


def _bridging(runs: list[list[Run]], spanning: set[int]) -> set[int]:
    """Lone runs, and runs of the first rows, that reach over two columns of the other rows."""
    heads = 3 if len(runs) >= 7 else 2 if len(runs) >= 5 else 0
    everywhere = _union(_several(runs, spanning))
    body = _union(_several(runs[heads:], spanning))
    bridging = set()
    for index, row in enumerate(runs):
        if len(row) == 1:
            compared = [everywhere, body]
        elif index < heads:
            compared = [_union(_several(runs[index + 1 :], spanning)), body]
        else:
            continue
        for run in row:
            if any(_touched(run, intervals) > 1 for intervals in compared):
                bridging.add(id(run))
    return bridging


def _touched(run: Run, intervals: Iterable[Interval]) -> int:
    return sum(
        min(run.x1, one.x1) - max(run.x0, one.x0) > 0.1 * min(run.width, one.x1 - one.x0) for one in intervals
    )


def _several(runs: Iterable[list[Run]], spanning: set[int]) -> list[Run]:
    return [run for row in runs if len(row) > 1 for run in row if id(run) not in spanning]


def _heads_joined(intervals: list[Interval], runs: list[list[Run]], spanning: set[int]) -> list[Interval]:
    """A head at one side of its column and numbers at the other make one column, not two."""
    rows_of_interval = [
        {
            index
            for index, row in enumerate(runs)
            for run in row
            if id(run) not in spanning and run.x0 < one.x1 and run.x1 > one.x0
        }
        for one in intervals
    ]
    last_head = min(3, len(runs) - 2)
    joined: list[Interval] = []
    previous: set[int] = set()
    for one, own in zip(intervals, rows_of_interval, strict=True):
        apart = not own & previous
        only_head = [bool(side) and max(side) < last_head for side in (previous, own)]
        if joined and apart and only_head[0] != only_head[1]:
            joined[-1] = Interval(joined[-1].x0, one.x1)
            previous = previous | own
        else:
            joined.append(one)
            previous = own
    return joined


def _spanning(runs: list[list[Run]]) -> set[int]:
    spanning: set[int] = set()
    for index, row in enumerate(runs):
        for run in row:
            several = single = 0
            for other_index, other_row in enumerate(runs):
                if other_index == index:
                    continue
                touched = sum(_overlaps(run, other) for other in other_row)
                several += touched > 1
                single += touched == 1
            if several and several >= _SPAN_VOTES * (several + single):
                spanning.add(id(run))
    return spanning


def _overlaps(run: Run, other: Run) -> bool:
    shared = min(run.x1, other.x1) - max(run.x0, other.x0)
    return shared > 0.15 * min(other.width, run.width) and shared > 0.5


def _union(runs: Iterable[Run]) -> list[Interval]:
    spans = sorted((run.x0, run.x1) for run in runs)
    merged: list[Interval] = []
    for x0, x1 in spans:
        if merged and x0 <= merged[-1].x1 + 0.5:
            merged[-1] = Interval(merged[-1].x0, max(merged[-1].x1, x1))
        else:
            merged.append(Interval(x0, x1))
    return merged


def _orphan_label(runs: list[list[Run]], intervals: list[Interval], spanning: set[int]) -> Run | None:
    """A label of the first rows that stands in the gap between two columns: it heads both."""
    if len(intervals) < 3:
        return None
    most = max(len(row) for row in runs)
    for interval in intervals[1:-1]:
        own = [
            (index, run)
            for index, row in enumerate(runs)
            for run in row
            if id(run) not in spanning and run.x0 < interval.x1 and run.x1 > interval.x0
        ]
        if len(own) == 1 and own[0][0] < min(3, len(runs) - 2) and len(runs[own[0][0]]) < most - 1:
            return own[0][1]
    return None


def span_of(
    run: Run, row: Sequence[Run], columns: Columns, rules: Sequence[Segment], size: float
) -> tuple[int, int]:
    """First column and end of a label over several columns.

    A rule under it says so exactly; otherwise it is the widest range it is centered over (or whose left
    side it shares) that its neighbors leave free.
    """
    intervals = columns.intervals
    for rule in rules:
        shared = any(other is not run and other.x1 > rule.start and other.x0 < rule.end for other in row)
        if not shared and rule.start - size <= run.x0 and run.x1 <= rule.end + size:
            under = [i for i, one in enumerate(intervals) if rule.start - 1 <= one.center <= rule.end + 1]
            if under:
                return under[0], under[-1] + 1
    first, end = columns.of(run)
    low = max((columns.of(other)[1] for other in row if other.x1 <= run.x0), default=min(1, first))
    high = min((columns.of(other)[0] for other in row if other.x0 >= run.x1), default=len(intervals))
    low, high = min(low, first), max(high, end)
    center = (run.x0 + run.x1) / 2
    best, best_score = (first, end), _offset(intervals, first, end, center)
    for a in range(low, first + 1):
        for b in range(end, high + 1):
            offset = _offset(intervals, a, b, center)
            close = max(0.6 * size, 0.06 * (intervals[b - 1].x1 - intervals[a].x0))
            wider = b - a > best[1] - best[0] and offset <= close
            if wider or (offset < best_score and best_score > close):
                best, best_score = (a, b), offset
    left_aligned = abs(intervals[first].x0 - run.x0) <= 0.3 * size and end - first > 1
    return (first, end) if left_aligned and best_score > 0.6 * size else best


def _offset(intervals: Sequence[Interval], first: int, end: int, center: float) -> float:
    return abs((intervals[first].x0 + intervals[end - 1].x1) / 2 - center)
