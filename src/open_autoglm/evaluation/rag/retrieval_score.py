"""How well rankings hold what answers: hit@k and the mean reciprocal rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from open_autoglm.evaluation.code_statistics import Estimate, bootstrap, wilson

T = TypeVar("T")

LOOKED_AT = 20
"""Hits among which the right one counts for the mean reciprocal rank."""


def first_right(ranking: Sequence[T], is_right: Callable[[T], bool]) -> int | None:
    """The place of the first that is right, from 1; None where none is."""
    return next((place for place, one in enumerate(ranking, 1) if is_right(one)), None)


def hit_rate(places: Sequence[int | None], k: int) -> Estimate:
    """hit@k: the share of questions with a right passage among the first ``k``; Wilson's interval."""
    return wilson(sum(place is not None and place <= k for place in places), len(places))


def mean_reciprocal_rank(places: Sequence[int | None]) -> Estimate:
    """The mean of 1 / place, 0 where none of the first LOOKED_AT is right; interval by bootstrap."""
    return bootstrap([1 / place if place is not None and place <= LOOKED_AT else 0.0 for place in places])
