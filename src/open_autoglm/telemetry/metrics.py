"""Metrics in Prometheus form. Every name stands in the table at the top; docs/observability.md explains them.

Counters and histograms are fed where things happen. What merely *is* (slots, queues, memory) is asked of
the model pool when somebody reads the metrics, so it can't go stale.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from open_autoglm.telemetry.facts import current_request
from open_autoglm.values import Usage

PREFIX = "open_autoglm_"

COUNTERS = {
    "requests_total": ("HTTP requests answered, by route, model and status.", ("route", "model", "status")),
    "errors_total": ("Requests that failed, by the kind of error.", ("kind",)),
    "tokens_total": ("Tokens, by kind: prompt, cached (of the prompt) and completion.", ("model", "kind")),
    "result_cache_requests_total": ("Requests looked up in the result cache.", ("model", "outcome")),
    "prefix_reused_tokens_total": (
        "Prompt tokens whose state was at hand, in a slot or on disk.",
        ("model", "source"),
    ),
    "model_loads_total": ("Loads of a model, by outcome.", ("model", "outcome")),
}
"""Name without the prefix: what it counts, and its labels."""

HISTOGRAMS = {
    "queue_seconds": ("Time from the request to its place in a slot.", "wait"),
    "time_to_first_token_seconds": ("Time from the request to the first piece of its answer.", "wait"),
    "inter_token_latency_seconds": ("Time between two pieces of an answer, usually one token.", "token"),
    "model_load_seconds": ("Time to load a model.", "wait"),
}
"""Name without the prefix: what it measures, by model, and which buckets it uses."""

BUCKETS = {
    "wait": (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
    "token": (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2),
}
"""Upper bounds in seconds. A processor's tokens take 10 to 300 ms, a graphics card's 5 to 30 ms."""

GAUGES = {
    "slots": ("Answers that a loaded model can compute at once.", "slots"),
    "slots_busy": ("Answers being computed.", "slots_busy"),
    "requests_waiting": ("Requests that wait for a slot.", "waiting"),
    "kv_cache_tokens": ("Tokens for which a loaded model has memory.", "kv_tokens"),
    "kv_cache_tokens_used": ("Tokens whose state the slots hold.", "kv_tokens_used"),
    "model_memory_bytes": ("Memory that a loaded model takes.", "memory_bytes"),
}
"""Name without the prefix: what it tells of each loaded model, and the field of ``ModelGauges`` it is."""

IN_FLIGHT = ("requests_in_flight", "HTTP requests being answered.")

UNKNOWN = "unknown"
OTHER = "other"
MAX_VALUES = 100
"""Values a label may take before the rest become ``other``: each one costs memory for ever."""


@dataclass(frozen=True, slots=True)
class ModelGauges:
    """A loaded model at this moment."""

    model: str
    slots: int
    slots_busy: int
    waiting: int
    kv_tokens: int
    kv_tokens_used: int
    memory_bytes: int


StatusSource = Callable[[], Iterable[ModelGauges]]


class Metrics:
    """Everything that is counted, in a registry of its own. Safe to use from any thread."""

    def __init__(self) -> None:
        # The time at which each series began doubles the page and is a gauge nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left this one untyped
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._counters = {
            name: Counter(PREFIX + name, text, labels, registry=self._registry)
            for name, (text, labels) in COUNTERS.items()
        }
        self._histograms = {
            name: Histogram(
                PREFIX + name, text, ("model",), registry=self._registry, buckets=BUCKETS[buckets]
            )
            for name, (text, buckets) in HISTOGRAMS.items()
        }
        self._in_flight = Gauge(PREFIX + IN_FLIGHT[0], IN_FLIGHT[1], registry=self._registry)
        self._models = _BoundedValues()
        self._routes = _BoundedValues()

    def watch(self, status: StatusSource) -> None:
        """Ask ``status`` for the loaded models whenever the metrics are read. Call once."""
        self._registry.register(_StatusCollector(status))

    def exposition(self) -> tuple[bytes, str]:
        """The page for Prometheus and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def counted(self, name: str, by: str) -> dict[str, float]:
        """What counter ``name`` (of COUNTERS) stands at, for each value of its label ``by``."""
        counted: dict[str, float] = {}
        for family in self._counters[name].collect():
            for sample in family.samples:
                counted[sample.labels[by]] = counted.get(sample.labels[by], 0.0) + sample.value
        return counted

    def observed(self, name: str) -> float:
        """How often something was measured for histogram ``name`` (of HISTOGRAMS), all models together."""
        samples = (each for family in self._histograms[name].collect() for each in family.samples)
        return sum(sample.value for sample in samples if sample.name.endswith("_count"))

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """A request is being answered while the block runs."""
        with self._in_flight.track_inprogress():
            yield

    def request(self, route: str, model: str | None, status: int) -> None:
        """A request was answered. ``route`` is the template (``/v1/models/{name}``), ``model`` the one that
        answered; None where there was none."""
        self._counters["requests_total"].labels(
            self._routes.bounded(route), self._models.bounded(model), str(status)
        ).inc()

    def error(self, kind: str) -> None:
        """A request failed; ``kind`` is the class of the error."""
        self._counters["errors_total"].labels(kind).inc()

    def answer(self, model: str) -> AnswerMeter:
        """The clock of one answer, running from now; ``model`` becomes the one of the current request."""
        current_request().model = model
        label = self._models.bounded(model)
        return AnswerMeter(
            queue=self._histograms["queue_seconds"].labels(label),
            first=self._histograms["time_to_first_token_seconds"].labels(label),
            between=self._histograms["inter_token_latency_seconds"].labels(label),
            tokens={
                kind: self._counters["tokens_total"].labels(label, kind)
                for kind in ("prompt", "cached", "completion")
            },
        )

    def result_cache(self, model: str, outcome: Literal["hit", "miss"]) -> None:
        label = self._models.bounded(model)
        self._counters["result_cache_requests_total"].labels(label, outcome).inc()

    def prefix_reused(self, model: str, tokens: int, source: Literal["slot", "disk"]) -> None:
        """``tokens`` of a prompt need not be computed: a slot held them, or their state was on disk."""
        label = self._models.bounded(model)
        self._counters["prefix_reused_tokens_total"].labels(label, source).inc(tokens)

    def model_load(self, model: str, seconds: float, *, succeeded: bool) -> None:
        label = self._models.bounded(model)
        self._counters["model_loads_total"].labels(label, "loaded" if succeeded else "failed").inc()
        if succeeded:
            self._histograms["model_load_seconds"].labels(label).observe(seconds)


class AnswerMeter:
    """The clock of one answer. A call costs about 3 microseconds."""

    __slots__ = ("_between", "_first", "_last", "_queue", "_started", "_tokens")

    def __init__(
        self, *, queue: Histogram, first: Histogram, between: Histogram, tokens: dict[str, Counter]
    ) -> None:
        self._queue = queue
        self._first = first
        self._between = between
        self._tokens = tokens
        self._started = time.perf_counter()
        self._last: float | None = None

    def queued(self) -> None:
        """The answer has its slot."""
        self._queue.observe(time.perf_counter() - self._started)

    def token(self) -> None:
        """A piece of the answer has come."""
        now = time.perf_counter()
        if self._last is None:
            self._first.observe(now - self._started)
        else:
            self._between.observe(now - self._last)
        self._last = now

    def finished(self, usage: Usage) -> None:
        """The answer is whole, or as far as it came; its tokens are added to the current request's."""
        facts = current_request()
        facts.prompt_tokens += usage.prompt_tokens
        facts.cached_tokens += usage.cached_tokens
        facts.completion_tokens += usage.completion_tokens
        self._tokens["prompt"].inc(usage.prompt_tokens)
        self._tokens["cached"].inc(usage.cached_tokens)
        self._tokens["completion"].inc(usage.completion_tokens)


class _BoundedValues:
    """Values of a label: the first MAX_VALUES as they are, then ``other``."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def bounded(self, value: str | None) -> str:
        if value is None:
            return UNKNOWN
        if value not in self._seen:
            if len(self._seen) >= MAX_VALUES:
                return OTHER
            self._seen.add(value)
        return value


class _StatusCollector(Collector):
    """Asks for the state of the loaded models each time the metrics are read."""

    def __init__(self, status: StatusSource) -> None:
        self._status = status

    def describe(self) -> Iterable[Metric]:
        # Named without asking the pool: the registry wants to know before there is one.
        return [GaugeMetricFamily(PREFIX + name, text) for name, (text, _) in GAUGES.items()]

    def collect(self) -> Iterable[Metric]:
        models = list(self._status())
        for name, (text, field) in GAUGES.items():
            family = GaugeMetricFamily(PREFIX + name, text, labels=("model",))
            for model in models:
                family.add_metric((model.model,), getattr(model, field))
            yield family
