"""How fast this machine answers now, from what the metrics count anyway."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from open_autoglm.telemetry.metrics import Metrics

WINDOW_S = 3.0
"""The speed is that of the last few seconds."""
KEPT = 60


@dataclass(frozen=True, slots=True)
class Rates:
    """What the counters say now."""

    tokens_per_s: float
    result_hits: float | None
    """Share of repeatable requests that were answered from the result cache; None before the first."""
    prompt_cached: float | None
    """Share of prompt tokens whose state was at hand."""


class Speedometer:
    """Reads the counters of all models together."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def read(self) -> Rates:
        """Call it about once a second; the first call has no speed yet."""
        now, tokens = self._clock(), self._metrics.observed("inter_token_latency_seconds")
        self._seen.append((now, tokens))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW_S:
            self._seen.popleft()
        since, before = self._seen[0]
        cache = self._metrics.counted("result_cache_requests_total", by="outcome")
        kinds = self._metrics.counted("tokens_total", by="kind")
        return Rates(
            tokens_per_s=(tokens - before) / (now - since) if now > since else 0.0,
            result_hits=_share(cache.get("hit", 0.0), sum(cache.values())),
            prompt_cached=_share(kinds.get("cached", 0.0), kinds.get("prompt", 0.0)),
        )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
