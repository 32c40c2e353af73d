"""Times rise strictly, whatever a file's timestamps do."""

from __future__ import annotations

from fractions import Fraction

import pytest

from open_autoglm.video.clock import FrameClock


def times(stamps: list[int | None], rate: float = 10.0) -> list[float]:
    clock = FrameClock(Fraction(1, 1000), rate)
    clock.begin(stamps[0])
    return [clock.time_of(stamp) for stamp in stamps]


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([0, 100, 250], [0, 0.1, 0.25]),
        ([5000, 5100], [0, 0.1]),
        ([None, None, None], [0, 0.1, 0.2]),
        ([0, None, 200], [0, 0.1, 0.2]),
        ([0, 100, 100, 100], [0, 0.1, 0.2, 0.3]),
        ([0, 60_000], [0, 60]),
    ],
    ids=["regular", "not from zero", "missing", "one missing", "repeated", "a pause"],
)
def test_times_of(stamps: list[int | None], expected: list[float]) -> None:
    assert times(stamps) == pytest.approx(expected)


def test_a_clock_that_was_set_back_goes_on() -> None:
    assert times([0, 100, 200, 0, 100, 200]) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_leap_of_years_is_no_pause() -> None:
    assert times([0, 100, 10**12, 10**12 + 100]) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_after_a_jump_of_the_reader_the_timestamp_counts() -> None:
    clock = FrameClock(Fraction(1, 1000), 10)
    clock.begin(1000)
    clock.time_of(1000)
    clock.jumped()
    assert clock.time_of(8000) == pytest.approx(7.0)
    assert clock.timestamp_of(7.0) == 8000
