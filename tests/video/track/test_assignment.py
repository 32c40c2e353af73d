"""The pairs that are chosen are worth the most in all."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from open_autoglm.video.track.assignment import best_pairs


def best_by_trying(worth: dict[tuple[int, int], float], size: int) -> float:
    return max(
        sum(max(0.0, worth.get((row, column), 0.0)) for row, column in enumerate(order))
        for order in permutations(range(size))
    )


@pytest.mark.parametrize("seed", range(30))
def test_no_other_choice_is_worth_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, columns = random.integers(1, 6, 2)
    worth = {
        (row, column): float(random.integers(-3, 10))
        for row in range(rows)
        for column in range(columns)
        if random.random() < 0.6
    }
    pairs = best_pairs(worth)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert sum(worth[pair] for pair in pairs) == best_by_trying(worth, max(rows, columns))


def test_the_nearest_is_not_always_taken() -> None:
    worth = {(0, 0): 9.0, (0, 1): 8.0, (1, 0): 8.0}
    assert best_pairs(worth) == [(0, 1), (1, 0)]


def test_what_is_worth_nothing_is_left_alone() -> None:
    assert best_pairs({(0, 0): 0.0, (1, 1): -1.0}) == []
    assert best_pairs({}) == []
