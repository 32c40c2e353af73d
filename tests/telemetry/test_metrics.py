"""What Prometheus reads: the names, the labels, and that there are not too many of them."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from open_autoglm.telemetry.facts import RequestFacts, begin_request
from open_autoglm.telemetry.metrics import (
    COUNTERS,
    GAUGES,
    HISTOGRAMS,
    IN_FLIGHT,
    MAX_VALUES,
    PREFIX,
    Metrics,
    ModelGauges,
)
from open_autoglm.values import Usage


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every value by name and labels."""
    text = metrics.exposition()[0].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((PREFIX + name, tuple(sorted(labels.items()))))


def used() -> Metrics:
    """Metrics with at least one value of everything."""
    metrics = Metrics()
    metrics.watch(lambda: [ModelGauges("m", 4, 1, 2, 8192, 300, 1_000_000)])
    with metrics.in_flight():
        meter = metrics.answer("m")
        meter.queued()
        meter.token()
        meter.token()
        meter.finished(Usage(prompt_tokens=10, completion_tokens=2, cached_tokens=4))
    metrics.request("/v1/chat/completions", "m", 200)
    metrics.error("QueueFull")
    metrics.result_cache("m", "hit")
    metrics.prefix_reused("m", 4, "disk")
    metrics.model_load("m", 1.5, succeeded=True)
    metrics.model_load("m", 0.1, succeeded=False)
    return metrics


def test_every_name_of_the_table_is_there() -> None:
    names = {name for name, _ in samples(used())}
    for name in [*COUNTERS, *GAUGES, IN_FLIGHT[0], *(f"{name}_count" for name in HISTOGRAMS)]:
        assert PREFIX + name in names


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("metrics", [Metrics(), used()], ids=["fresh", "used"])
def test_promtool_finds_nothing_to_say(metrics: Metrics) -> None:
    run = subprocess.run(
        ["promtool", "check", "metrics"], input=metrics.exposition()[0], capture_output=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


def test_counts_and_tokens_are_told_by_kind() -> None:
    metrics = used()
    assert value(metrics, "requests_total", route="/v1/chat/completions", model="m", status="200") == 1
    assert value(metrics, "tokens_total", model="m", kind="prompt") == 10
    assert value(metrics, "tokens_total", model="m", kind="cached") == 4
    assert value(metrics, "tokens_total", model="m", kind="completion") == 2
    assert value(metrics, "errors_total", kind="QueueFull") == 1
    assert value(metrics, "result_cache_requests_total", model="m", outcome="hit") == 1
    assert value(metrics, "prefix_reused_tokens_total", model="m", source="disk") == 4


def test_the_first_token_is_timed_apart_from_the_others() -> None:
    metrics = used()
    assert value(metrics, "queue_seconds_count", model="m") == 1
    assert value(metrics, "time_to_first_token_seconds_count", model="m") == 1
    assert value(metrics, "inter_token_latency_seconds_count", model="m") == 1


def test_a_load_that_failed_has_no_duration() -> None:
    metrics = used()
    assert value(metrics, "model_loads_total", model="m", outcome="loaded") == 1
    assert value(metrics, "model_loads_total", model="m", outcome="failed") == 1
    assert value(metrics, "model_load_seconds_count", model="m") == 1


def test_the_state_of_models_is_asked_for_when_it_is_read() -> None:
    loaded = [ModelGauges("m", 4, 1, 2, 8192, 300, 1_000_000)]
    metrics = Metrics()
    metrics.watch(lambda: loaded)
    assert value(metrics, "slots_busy", model="m") == 1
    assert value(metrics, "model_memory_bytes", model="m") == 1_000_000
    loaded.clear()
    assert value(metrics, "slots_busy", model="m") is None


def test_requests_in_flight_are_counted_while_they_are() -> None:
    metrics = Metrics()
    with metrics.in_flight():
        assert value(metrics, "requests_in_flight") == 1
    assert value(metrics, "requests_in_flight") == 0


def test_no_model_and_too_many_models_are_one_value_each() -> None:
    metrics = Metrics()
    metrics.request("/v1/models", None, 404)
    for number in range(MAX_VALUES + 50):
        metrics.request("/v1/models", f"model-{number}", 200)
    models = {dict(labels)["model"] for name, labels in samples(metrics) if name == PREFIX + "requests_total"}
    assert len(models) == MAX_VALUES + 2
    assert {"unknown", "other"} <= models


def test_an_answer_notes_its_model_and_tokens_in_the_request() -> None:
    facts = RequestFacts()
    begin_request(facts)
    try:
        meter = Metrics().answer("m")
        meter.finished(Usage(prompt_tokens=10, completion_tokens=2, cached_tokens=4))
    finally:
        begin_request(RequestFacts())
    assert (facts.model, facts.prompt_tokens, facts.cached_tokens, facts.completion_tokens) == ("m", 10, 4, 2)


def test_a_token_costs_microseconds() -> None:
    meter = Metrics().answer("m")
    started = time.perf_counter()
    for _ in range(10_000):
        meter.token()
    assert (time.perf_counter() - started) / 10_000 < 100e-6  # measured: 2.3 microseconds
