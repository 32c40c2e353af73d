"""Shares of right answers with how sure they are: pass@k, and intervals of 95 %."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.959964
"""Of the normal distribution: 95 % lie within so many standard deviations."""
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share, and the interval that covers the true one in 95 of 100 such measurements."""

    value: float
    low: float
    high: float


def pass_at(k: int, samples: int, right: int) -> float:
    """The chance that one of ``k`` of the ``samples`` is right: 1 - C(n - c, k) / C(n, k).

    Unbiased (Chen et al. 2021, "Evaluating Large Language Models Trained on Code"); ``k`` is at most
    ``samples``.
    """
    if not 1 <= k <= samples or not 0 <= right <= samples:
        raise ValueError(f"pass@{k} of {samples} samples with {right} right is not defined")
    return 1.0 - math.comb(samples - right, k) / math.comb(samples, k)


def wilson(right: int, total: int) -> Estimate:
    """Of ``right`` in ``total`` independent tries (Wilson 1927)."""
    if total == 0:
        return Estimate(0.0, 0.0, 1.0)
    share = right / total
    spread = _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return Estimate(share, max(0.0, middle - reach), min(1.0, middle + reach))


def bootstrap(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """The mean over tasks; the interval by drawing as many tasks again and again, the same in every run."""
    if not values:
        return Estimate(0.0, 0.0, 1.0)
    draw = random.Random(seed)  # noqa: S311 - no secret is made of it
    count = len(values)
    means = sorted(sum(draw.choices(values, k=count)) / count for _ in range(_DRAWS))
    return Estimate(
        sum(values) / count, means[round(0.025 * (_DRAWS - 1))], means[round(0.975 * (_DRAWS - 1))]
    )


def pass_rate(k: int, counts: Sequence[tuple[int, int]]) -> Estimate:
    """pass@k over tasks, each given as (samples, right)."""
    if k == 1 and all(samples == 1 for samples, _ in counts):
        return wilson(sum(right for _, right in counts), len(counts))
    return bootstrap([pass_at(k, samples, right) for samples, right in counts])
