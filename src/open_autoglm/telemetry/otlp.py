"""Traces sent by OpenTelemetry over OTLP and HTTP. Imported only where an endpoint is set.

Sources: OpenTelemetry semantic conventions for generative client spans
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/); W3C Trace Context; OTLP 1.x over HTTP.
"""

from __future__ import annotations

from asyncio import CancelledError
from urllib.parse import urlsplit, urlunsplit

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from open_autoglm import __version__
from open_autoglm.errors import Cancelled
from open_autoglm.telemetry.facts import current_request
from open_autoglm.telemetry.traces import (
    ERROR_TYPE,
    OPERATION_NAME,
    PROVIDER,
    PROVIDER_NAME,
    REQUEST_ID,
    REQUEST_MODEL,
    Attribute,
    Operation,
    RequestSpan,
    Span,
    Stage,
    Tracer,
)

SIGNAL_PATH = "/v1/traces"
EXPORT_TIMEOUT_S = 5.0
_LEFT = (Cancelled, CancelledError)
"""The client went away: no failure of ours."""


class OtlpTracer(Tracer):
    """Spans in batches to a collector, from a thread of their own."""

    def __init__(self, endpoint: str, ratio: float) -> None:
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "open-autoglm", "service.version": __version__}),
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(signal_url(endpoint), timeout=EXPORT_TIMEOUT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("open_autoglm", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def request(self, operation: Operation, model: str) -> RequestSpan:
        facts = current_request()
        span = self._tracer.start_span(
            f"{operation} {model}",
            # A context of our own: whatever is current in this thread is none of a request's business.
            context=self._propagator.extract(facts.trace_headers, context=Context()),
            kind=SpanKind.SERVER,
            attributes={OPERATION_NAME: operation, PROVIDER_NAME: PROVIDER, REQUEST_MODEL: model},
        )
        if facts.request_id:
            span.set_attribute(REQUEST_ID, facts.request_id)
        return _OtlpRequestSpan(self._tracer, span)

    def close(self) -> None:
        self._provider.shutdown()


class _OtlpSpan(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._ended = False

    def set(self, name: str, value: Attribute) -> None:
        self._span.set_attribute(name, value)

    def fail(self, error: BaseException) -> None:
        # Not record_exception: a message may quote the request, and a traceback tells of this machine.
        self._span.set_attribute(ERROR_TYPE, type(error).__name__)
        if not isinstance(error, _LEFT):
            self._span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self._span.end()


class _OtlpRequestSpan(_OtlpSpan, RequestSpan):
    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        super().__init__(span)
        self._tracer = tracer
        self._context = trace.set_span_in_context(span, Context())

    def begin_stage(self, name: Stage) -> Span:
        return _OtlpSpan(self._tracer.start_span(name, context=self._context, kind=SpanKind.INTERNAL))


def signal_url(endpoint: str) -> str:
    """Where traces go at a collector: ``/v1/traces`` below the address given, unless that says so already."""
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/")
    if not path.endswith(SIGNAL_PATH):
        path += SIGNAL_PATH
    return urlunsplit(parts._replace(path=path))
