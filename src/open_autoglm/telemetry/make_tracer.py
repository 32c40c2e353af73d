"""Chooses what traces are sent with; what sends them is imported only where it is used."""

from __future__ import annotations

from open_autoglm.errors import ExtraMissing
from open_autoglm.telemetry.traces import Tracer


def make_tracer(endpoint: str | None, ratio: float) -> Tracer:
    """A tracer that sends to ``endpoint`` (OTLP over HTTP), or one that does nothing where it is None.

    ``ratio``: share of requests, 0 to 1, that are traced where the caller has not decided it already.
    Raises ExtraMissing when OpenTelemetry is not installed.
    """
    if endpoint is None:
        return Tracer()
    try:
        from open_autoglm.telemetry.otlp import OtlpTracer
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"Setting otlp_endpoint is {endpoint!r}, but package {error.name!r} is not installed.",
            hint="Run: pip install 'open-autoglm-pc[traces]'",
        ) from error
    return OtlpTracer(endpoint, ratio)
