"""pass@k and its intervals, against values worked out by hand and printed in papers."""

from __future__ import annotations

from itertools import combinations

import pytest

from open_autoglm.evaluation.code_statistics import bootstrap, pass_at, pass_rate, wilson


@pytest.mark.parametrize(("samples", "right"), [(5, 0), (5, 1), (5, 3), (5, 5), (7, 2)])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_pass_at_k_is_the_share_of_drawings_that_hold_a_right_one(samples: int, right: int, k: int) -> None:
    drawings = list(combinations(range(samples), k))
    holding = sum(any(place < right for place in drawing) for drawing in drawings)
    assert pass_at(k, samples, right) == pytest.approx(holding / len(drawings))


@pytest.mark.parametrize(("k", "samples", "right"), [(0, 1, 0), (2, 1, 0), (1, 1, 2)])
def test_what_is_not_defined_is_refused(k: int, samples: int, right: int) -> None:
    with pytest.raises(ValueError, match="not defined"):
        pass_at(k, samples, right)


def test_the_wilson_interval_of_a_known_table() -> None:
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662, and 0 of 20 is 0 to 0.1611.
    found = wilson(81, 263)
    assert (found.low, found.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    none = wilson(0, 20)
    assert (none.low, none.high) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert wilson(0, 0).high == 1.0


def test_the_bootstrap_is_the_same_in_every_run_and_covers_its_mean() -> None:
    values = [0.0] * 40 + [1.0] * 60
    found = bootstrap(values)
    assert found == bootstrap(values)
    assert found.value == pytest.approx(0.6)
    # The normal approximation: 0.6 ± 1.96 × sqrt(0.24 / 100).
    assert found.low == pytest.approx(0.504, abs=0.02)
    assert found.high == pytest.approx(0.696, abs=0.02)


def test_one_sample_a_task_has_the_wilson_interval_and_several_the_bootstrap() -> None:
    assert pass_rate(1, [(1, 1), (1, 0)]) == wilson(1, 2)
    assert pass_rate(2, [(4, 2), (4, 0)]).value == pytest.approx((1 - 1 / 6) / 2)
