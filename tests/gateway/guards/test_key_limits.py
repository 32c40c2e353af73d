"""A key's limits are named when they are met, with the time to wait."""

from __future__ import annotations

import pytest

from open_autoglm.errors import QueueFull
from open_autoglm.gateway.guards.key_limits import KeyLimits
from open_autoglm.gateway.keys import Key


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> KeyLimits:
    return KeyLimits(clock)


def key_with(
    *, requests_per_minute: int | None = None, concurrent: int | None = None, name: str = "k"
) -> Key:
    return Key(name, name, 0.0, None, requests_per_minute, concurrent, None)


def test_as_many_requests_as_the_key_may_make_pass_at_once(limits: KeyLimits) -> None:
    key = key_with(requests_per_minute=3)
    for _ in range(3):
        limits.begin(key)
        limits.end(key)
    with pytest.raises(QueueFull, match="3 requests per minute") as raised:
        limits.begin(key)
    assert raised.value.retry_after_s == 20


def test_the_bucket_fills_again_evenly(limits: KeyLimits, clock: Clock) -> None:
    key = key_with(requests_per_minute=3)
    for _ in range(3):
        limits.begin(key)
    clock.now += 20.0
    limits.begin(key)
    with pytest.raises(QueueFull):
        limits.begin(key)
    clock.now += 3600.0
    for _ in range(3):
        limits.begin(key)
    with pytest.raises(QueueFull):
        limits.begin(key)


def test_requests_under_way_are_bounded(limits: KeyLimits) -> None:
    key = key_with(concurrent=2)
    limits.begin(key)
    limits.begin(key)
    with pytest.raises(QueueFull, match="2 requests under way"):
        limits.begin(key)
    limits.end(key)
    limits.begin(key)


def test_a_request_over_one_limit_is_not_counted_against_the_other(limits: KeyLimits) -> None:
    key = key_with(requests_per_minute=2, concurrent=1)
    limits.begin(key)
    for _ in range(5):
        with pytest.raises(QueueFull, match="under way"):
            limits.begin(key)
    limits.end(key)
    limits.begin(key)


def test_one_key_does_not_use_up_another(limits: KeyLimits) -> None:
    limits.begin(key_with(concurrent=1, name="a"))
    limits.begin(key_with(concurrent=1, name="b"))


def test_a_key_without_limits_has_none(limits: KeyLimits) -> None:
    for _ in range(1000):
        limits.begin(key_with())
