"""Durations as Go writes them."""

from __future__ import annotations

import math

import pytest

from open_autoglm.errors import UsageError
from open_autoglm.gateway.ollama.keep_alive import keep_alive_s


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0),
        ("0", 0),
        ("0s", 0),
        (90, 90),
        ("90", 90),
        (1.5, 1.5),
        ("5m", 300),
        ("1h30m", 5400),
        ("500ms", 0.5),
        (".5s", 0.5),
        (" 2h ", 7200),
        (-1, math.inf),
        ("-1", math.inf),
        ("-1m", math.inf),
    ],
)
def test_seconds_or_a_duration(value: str | float, seconds: float) -> None:
    assert keep_alive_s(value) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["", "soon", "5 m", "m", "1h30", "1d", "5m5m5m" * 100])
def test_anything_else_is_refused_with_what_to_write(value: str) -> None:
    with pytest.raises(UsageError, match='"5m"'):
        keep_alive_s(value)
