"""The speed of this machine, from what the metrics count."""

from __future__ import annotations

from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.values import Usage
from open_autoglm.web.speed import Speedometer


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_speed_is_that_of_the_last_seconds_of_all_models_together() -> None:
    metrics, clock = Metrics(), Clock()
    speed = Speedometer(metrics, clock)
    assert speed.read().tokens_per_s == 0
    meters = [metrics.answer("a"), metrics.answer("b")]
    for meter in meters:
        for _ in range(11):  # the first piece has no piece before it
            meter.token()
    clock.now += 2
    assert speed.read().tokens_per_s == 10
    clock.now += 10
    assert speed.read().tokens_per_s < 2
    clock.now += 10
    assert speed.read().tokens_per_s == 0


def test_shares_of_the_caches_are_unknown_before_the_first_request() -> None:
    rates = Speedometer(Metrics()).read()
    assert (rates.result_hits, rates.prompt_cached) == (None, None)


def test_shares_of_the_caches_are_counted() -> None:
    metrics = Metrics()
    for outcome in ("hit", "miss", "miss", "miss"):
        metrics.result_cache("a", outcome)
    metrics.answer("a").finished(Usage(prompt_tokens=80, completion_tokens=5, cached_tokens=20))
    rates = Speedometer(metrics).read()
    assert rates.result_hits == 0.25
    assert rates.prompt_cached == 0.25
