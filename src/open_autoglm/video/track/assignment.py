"""Who belongs to whom: the pairs whose worth is highest in all.

The exact solution for rectangular tables by shortest augmenting paths ("Hungarian method"; Jonker and
Volgenant, 1987), cubic in the smaller side. Rows and columns that share no pair worth anything are solved
apart, so a crowd costs little more than its knots.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf


def best_pairs(worth: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Pairs (row, column) of the largest total worth, each row and column in one pair at most.

    ``worth`` holds the possible pairs only; those worth nothing or less are never taken.
    """
    possible = {pair: value for pair, value in worth.items() if value > 0}
    chosen: list[tuple[int, int]] = []
    for rows, columns in _knots(possible):
        chosen += _solve(rows, columns, possible)
    return sorted(chosen)


def _knots(possible: Mapping[tuple[int, int], float]) -> list[tuple[list[int], list[int]]]:
    """Rows and columns that hang together."""
    by_row: dict[int, list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for row, column in possible:
        by_row.setdefault(row, []).append(column)
        by_column.setdefault(column, []).append(row)
    knots = []
    left = set(by_row)
    for start in sorted(by_row):
        if start not in left:
            continue
        left.discard(start)
        rows, columns, waiting = {start}, set[int](), [start]
        while waiting:
            for column in by_row[waiting.pop()]:
                if column not in columns:
                    columns.add(column)
                    fresh = [row for row in by_column[column] if row in left]
                    left.difference_update(fresh)
                    rows.update(fresh)
                    waiting += fresh
        knots.append((sorted(rows), sorted(columns)))
    return knots


def _solve(
    rows: list[int], columns: list[int], possible: Mapping[tuple[int, int], float]
) -> list[tuple[int, int]]:
    if len(rows) == 1 or len(columns) == 1:
        pairs = ((row, column) for row in rows for column in columns if (row, column) in possible)
        return [max(pairs, key=lambda pair: possible[pair])]
    if len(rows) > len(columns):
        turned = {(column, row): value for (row, column), value in possible.items()}
        return [(row, column) for column, row in _solve(columns, rows, turned)]
    costs = [[-possible.get((row, column), 0.0) for column in columns] for row in rows]
    found = _cheapest(costs)
    pairs = ((rows[row], columns[column]) for row, column in enumerate(found))
    return [pair for pair in pairs if pair in possible]


def _cheapest(costs: list[list[float]]) -> list[int]:
    """The column of each row; there are at least as many columns as rows."""
    count, width = len(costs), len(costs[0])
    row_price = [0.0] * (count + 1)
    column_price = [0.0] * (width + 1)
    owner = [0] * (width + 1)
    before = [0] * (width + 1)
    for row in range(1, count + 1):
        owner[0] = row
        column = 0
        shortest = [inf] * (width + 1)
        done = [False] * (width + 1)
        while owner[column]:
            done[column] = True
            current, step, following = owner[column], inf, 0
            for other in range(1, width + 1):
                if done[other]:
                    continue
                length = costs[current - 1][other - 1] - row_price[current] - column_price[other]
                if length < shortest[other]:
                    shortest[other], before[other] = length, column
                if shortest[other] < step:
                    step, following = shortest[other], other
            for other in range(width + 1):
                if done[other]:
                    row_price[owner[other]] += step
                    column_price[other] -= step
                else:
                    shortest[other] -= step
            column = following
        while column:
            owner[column] = owner[before[column]]
            column = before[column]
    found = [0] * count
    for column in range(1, width + 1):
        if owner[column]:
            found[owner[column] - 1] = column - 1
    return found
