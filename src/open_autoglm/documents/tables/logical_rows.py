"""Which visual lines make one row of a table: wrapped cells joined, centered labels recognized."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from open_autoglm.documents.tables.columns import Columns
from open_autoglm.documents.tables.lattice import Segment
from open_autoglm.documents.tables.tokens import Row, Run, is_cjk, is_numeric

_OVERLAP = 0.15
"""Of the line height: rows whose boxes overlap by more are parts of one row."""
_CLEAR_DIFFERENCE = 0.3
"""Of the line height: wrapped lines stand this much nearer than rows do, where spacing tells them apart."""


def filled(runs: Sequence[Run], columns: Columns) -> set[int]:
    """Columns that the runs occupy."""
    return {column for run in runs for column in range(*columns.of(run))}


def group_lines(
    lines: Sequence[int], rows: Sequence[Row], columns: Columns, rules: Sequence[Segment]
) -> tuple[list[list[int]], list[int]]:
    """Groups of line indices, each one row of the table, and the lines that label two rows at once."""
    labels = [
        line for before, line, after in _triples(lines) if _labels_both(before, line, after, rows, columns)
    ]
    plain = [line for line in lines if line not in labels]
    if not plain:
        return [list(lines)], []
    near = _near_threshold(plain, rows, columns)
    groups = [[plain[0]]]
    for above, below in itertools.pairwise(plain):
        if _joined(groups[-1], above, below, rows, columns, rules, near):
            groups[-1].append(below)
        else:
            groups.append([below])
    return groups, labels


def _triples(lines: Sequence[int]) -> list[tuple[int, int, int]]:
    return list(zip(lines, lines[1:], lines[2:], strict=False))


def _labels_both(before: int, line: int, after: int, rows: Sequence[Row], columns: Columns) -> bool:
    """A line between two full rows, in columns that both leave empty."""
    room = 0.45 * rows[line].height
    if rows[line].y0 - rows[before].y1 > room or rows[after].y0 - rows[line].y1 > room:
        return False
    own = filled(columns.runs[line], columns)
    above, below = filled(columns.runs[before], columns), filled(columns.runs[after], columns)
    shared = above & below
    return not own & (above | below) and (len(shared) > 1 or (len(shared) == 1 and len(own) == 1))


def _near_threshold(lines: Sequence[int], rows: Sequence[Row], columns: Columns) -> float | None:
    """The gap below which a line continues the row above it, if the spacing is of two clear kinds."""
    pairs = list(itertools.pairwise(lines))
    gaps = sorted(rows[below].y0 - rows[above].y1 for above, below in pairs)
    if len(gaps) < 2:
        return None
    height = sorted(rows[line].height for line in lines)[len(lines) // 2]
    steps = [(after - before, (after + before) / 2) for before, after in itertools.pairwise(gaps)]
    step, threshold = max(steps)
    if step < _CLEAR_DIFFERENCE * height:
        return None
    candidates = [(a, b) for a, b in pairs if rows[b].y0 - rows[a].y1 < threshold]
    whole = sum(_both_whole(a, b, columns) for a, b in candidates)
    return threshold if whole <= 0.2 * len(candidates) else None


def _both_whole(above: int, below: int, columns: Columns) -> bool:
    """Two lines that are each a row of their own: both fill most columns, or hold numbers in the same one."""
    first, second = columns.runs[above], columns.runs[below]
    count = len(columns.intervals)
    numbers = [{columns.of(run)[0] for run in runs if is_numeric(run.text)} for runs in (first, second)]
    if numbers[0] & numbers[1]:
        return True
    both = filled(first, columns) & filled(second, columns)
    return len(both) > 2 and len(both) >= 0.75 * count


def _joined(
    group: Sequence[int],
    above: int,
    below: int,
    rows: Sequence[Row],
    columns: Columns,
    rules: Sequence[Segment],
    near: float | None,
) -> bool:
    upper, lower = rows[above], rows[below]
    if any(upper.center < rule.at < lower.center and _under(rule, columns.runs[below]) for rule in rules):
        return False
    gap = lower.y0 - max(rows[index].y1 for index in group)
    if gap < -_OVERLAP * lower.height:
        return True
    if any(_both_whole(line, below, columns) for line in group):
        return False
    if _is_spanning(above, columns) or _is_spanning(below, columns):
        return False
    if near is not None:
        return gap < near
    return gap < 0.9 * lower.height and _continues(group, below, columns)


def _under(rule: Segment, runs: Sequence[Run]) -> bool:
    return any(rule.start < run.x1 and rule.end > run.x0 for run in runs)


def _is_spanning(line: int, columns: Columns) -> bool:
    return any(id(run) in columns.spanning for run in columns.runs[line])


def _continues(group: Sequence[int], below: int, columns: Columns) -> bool:
    """Without help from the spacing: fewer cells than above, no numbers, and words that had no room there."""
    runs = columns.runs[below]
    above = [run for index in group for run in columns.runs[index]]
    in_above = filled(above, columns)
    own = filled(runs, columns)
    if not own < in_above or any(is_numeric(run.text) for run in runs):
        return False
    for run in runs:
        column = columns.of(run)[0]
        upper = [other for other in above if columns.of(other)[0] == column][-1]
        space = 0.3 * run.tokens[0].size
        right = max(columns.intervals[column].x1, upper.x1)
        first = run.tokens[0]
        # Chinese breaks after any character, other scripts after words.
        needed = first.size if is_cjk(first.text) else space + first.box.width
        if upper.x1 + needed <= right + 0.5:
            return False
    return True
