"""Spans as a collector receives them: their tree, their names, and not a word of what was said."""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import opentelemetry.semconv._incubating.attributes.gen_ai_attributes as conventions
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ReceivedSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE

from open_autoglm.errors import Cancelled, EngineTimeout, ExtraMissing
from open_autoglm.telemetry import traces
from open_autoglm.telemetry.facts import RequestFacts, begin_request
from open_autoglm.telemetry.make_tracer import make_tracer
from open_autoglm.telemetry.otlp import signal_url
from open_autoglm.telemetry.traces import RequestSpan, Span, Tracer
from open_autoglm.values import ChatRequest, Message, Sampling, Usage

STAGES = ("cache", "admission", "context", "engine")
SECRET = "the secret prompt"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


class Collector:
    """A collector on loopback: keeps every span that arrives."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.address = ""

    @property
    def spans(self) -> list[ReceivedSpan]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def span(self, name: str) -> ReceivedSpan:
        [found] = [span for span in self.spans if span.name == name]
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.paths.append(self.path)
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receive) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def tracer(collector: Collector) -> Iterator[Tracer]:
    tracer = make_tracer(collector.address, 1.0)
    yield tracer
    tracer.close()


def attributes(span: ReceivedSpan) -> dict[str, Any]:
    """Plain values by name."""
    plain = {}
    for pair in span.attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        plain[pair.key] = [one.string_value for one in value.values] if kind == "array_value" else value
    return plain


def request_with(text: str = SECRET) -> ChatRequest:
    sampling = Sampling(temperature=0.5, top_p=0.9, top_k=40, frequency_penalty=0.1, seed=7)
    return ChatRequest((Message("user", text),), max_tokens=100, sampling=sampling)


def ask(tracer: Tracer, model: str, traceparent: str) -> None:
    """A request that came with a trace of its caller's."""

    def answer() -> None:
        begin_request(RequestFacts("r-1", trace_headers={"traceparent": traceparent}))
        with tracer.request("chat", model):
            pass

    contextvars.copy_context().run(answer)


def test_a_request_is_a_span_with_one_for_each_stage(tracer: Tracer, collector: Collector) -> None:
    with tracer.request("chat", "autoglm-small") as span:
        span.asked(request_with())
        for stage in STAGES:
            with span.stage(stage):
                pass
        span.answered("qwen", Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=4), "stop")
    tracer.close()
    root = collector.span("chat autoglm-small")
    assert {span.name for span in collector.spans} == {root.name, *STAGES}
    assert root.parent_span_id == b""
    for stage in STAGES:
        child = collector.span(stage)
        assert (child.trace_id, child.parent_span_id) == (root.trace_id, root.span_id)
        assert root.start_time_unix_nano <= child.start_time_unix_nano <= child.end_time_unix_nano
        assert child.end_time_unix_nano <= root.end_time_unix_nano
    assert collector.paths == ["/v1/traces"]


def test_the_names_are_those_of_the_semantic_conventions(tracer: Tracer, collector: Collector) -> None:
    with tracer.request("chat", "autoglm-small") as span:
        span.asked(request_with())
        span.answered("qwen", Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=4), "stop")
    tracer.close()
    assert attributes(collector.span("chat autoglm-small")) == {
        conventions.GEN_AI_OPERATION_NAME: "chat",
        conventions.GEN_AI_PROVIDER_NAME: "open_autoglm",
        conventions.GEN_AI_REQUEST_MODEL: "autoglm-small",
        conventions.GEN_AI_REQUEST_MAX_TOKENS: 100,
        conventions.GEN_AI_REQUEST_TEMPERATURE: 0.5,
        conventions.GEN_AI_REQUEST_TOP_P: 0.9,
        conventions.GEN_AI_REQUEST_TOP_K: 40,
        conventions.GEN_AI_REQUEST_FREQUENCY_PENALTY: 0.1,
        conventions.GEN_AI_REQUEST_SEED: 7,
        conventions.GEN_AI_RESPONSE_MODEL: "qwen",
        conventions.GEN_AI_RESPONSE_FINISH_REASONS: ["stop"],
        conventions.GEN_AI_USAGE_INPUT_TOKENS: 10,
        conventions.GEN_AI_USAGE_OUTPUT_TOKENS: 5,
        conventions.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 4,
    }
    operations = {operation.value for operation in conventions.GenAiOperationNameValues}
    assert {"chat", "text_completion", "embeddings"} <= operations
    assert traces.ERROR_TYPE == ERROR_TYPE


def test_nothing_that_was_said_is_sent(tracer: Tracer, collector: Collector) -> None:
    with pytest.raises(EngineTimeout), tracer.request("chat", "m") as span:
        span.asked(request_with())
        with span.stage("engine"):
            raise EngineTimeout(f"no answer to {SECRET!r}")
    tracer.close()
    assert SECRET.encode() not in b"".join(collector.bodies)
    assert b"Traceback" not in b"".join(collector.bodies)


def test_a_failure_is_told_by_its_kind_on_the_stage_and_the_request(
    tracer: Tracer, collector: Collector
) -> None:
    with pytest.raises(EngineTimeout), tracer.request("chat", "m") as span, span.stage("engine"):
        raise EngineTimeout("too slow")
    tracer.close()
    for name in ("chat m", "engine"):
        span = collector.span(name)
        assert span.status.code == Status.STATUS_CODE_ERROR
        assert attributes(span)[ERROR_TYPE] == "EngineTimeout"


def test_a_client_that_leaves_is_no_failure(tracer: Tracer, collector: Collector) -> None:
    with pytest.raises(Cancelled), tracer.request("chat", "m"):
        raise Cancelled("gone")
    tracer.close()
    assert collector.span("chat m").status.code == Status.STATUS_CODE_UNSET


def test_a_trace_that_the_caller_began_goes_on(collector: Collector) -> None:
    never = make_tracer(collector.address, 0.0)
    for sampled in ("01", "00"):
        ask(never, f"m-{sampled}", f"00-{TRACE}-{PARENT}-{sampled}")
    never.close()
    root = collector.span("chat m-01")
    assert (root.trace_id.hex(), root.parent_span_id.hex()) == (TRACE, PARENT)
    assert len(collector.spans) == 1  # what the caller does not sample, we do not


def test_a_trace_carries_the_id_of_the_current_request(tracer: Tracer, collector: Collector) -> None:
    ask(tracer, "m", f"00-{TRACE}-{PARENT}-01")
    tracer.close()
    root = collector.span("chat m")
    assert root.trace_id.hex() == TRACE
    assert attributes(root)[traces.REQUEST_ID] == "r-1"


@pytest.mark.parametrize(
    "traceparent", ["", "x", "00-0-0-01", f"00-{'0' * 32}-{PARENT}-01", "00-" + "é" * 40]
)
def test_a_trace_header_that_makes_no_sense_begins_a_new_trace(
    tracer: Tracer, collector: Collector, traceparent: str
) -> None:
    ask(tracer, "m", traceparent)
    tracer.close()
    assert collector.span("chat m").parent_span_id == b""


@pytest.mark.parametrize(("ratio", "least", "most"), [(0.0, 0, 0), (0.3, 30, 95), (1.0, 200, 200)])
def test_a_share_of_the_requests_is_traced(collector: Collector, ratio: float, least: int, most: int) -> None:
    tracer = make_tracer(collector.address, ratio)
    for _ in range(200):
        with tracer.request("chat", "m") as span, span.stage("engine"):
            pass
    tracer.close()
    roots = [span for span in collector.spans if span.name == "chat m"]
    assert least <= len(roots) <= most
    assert len(collector.spans) == 2 * len(roots)


@pytest.mark.anyio
async def test_streams_that_run_side_by_side_keep_their_spans_apart(
    tracer: Tracer, collector: Collector
) -> None:
    async def stream(span: RequestSpan) -> AsyncGenerator[int, None]:
        with span.stage("engine"):
            for number in range(100):
                await anyio.sleep(0)
                yield number

    async def answer(model: str, pieces: int) -> None:
        with tracer.request("chat", model) as span:
            async with aclosing(stream(span)) as numbers:
                async for number in numbers:
                    if number == pieces:  # leaves in the middle: the generator is closed while it is open
                        break

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(answer, f"m{number}", number * 10)
    tracer.close()
    roots = {span.span_id: span for span in collector.spans if span.name.startswith("chat")}
    stages = [span for span in collector.spans if span.name == "engine"]
    assert len(roots) == len(stages) == 5
    assert {span.parent_span_id for span in stages} == set(roots)
    assert all(span.trace_id == roots[span.parent_span_id].trace_id for span in stages)
    assert all(span.status.code == Status.STATUS_CODE_UNSET for span in collector.spans)


@pytest.mark.anyio
async def test_a_generator_may_be_closed_by_another_task_than_began_it(
    tracer: Tracer, collector: Collector
) -> None:
    async def stream() -> AsyncGenerator[None, None]:
        with tracer.request("chat", "m") as span, span.stage("engine"):
            yield

    events = stream()
    await anext(events)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(events.aclose)
    tracer.close()
    assert collector.span("engine").parent_span_id == collector.span("chat m").span_id


def test_a_span_may_be_ended_by_hand_and_twice(tracer: Tracer, collector: Collector) -> None:
    span = tracer.request("text_completion", "m")
    stage = span.begin_stage("engine")
    stage.end()
    stage.end()
    span.end()
    tracer.close()
    assert {found.name for found in collector.spans} == {"text_completion m", "engine"}


def test_without_an_endpoint_nothing_is_imported_or_kept() -> None:
    tracer = make_tracer(None, 1.0)
    assert type(tracer) is Tracer
    with tracer.request("chat", "m") as span, span.stage("engine") as stage:
        span.asked(request_with())
    assert type(span) is RequestSpan
    assert type(stage) is Span
    tracer.close()


def test_without_the_extra_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "open_autoglm.telemetry.otlp", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "opentelemetry"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'open-autoglm-pc\[traces\]'"):
        make_tracer("http://127.0.0.1:4318", 0.1)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
        ("https://host/otlp", "https://host/otlp/v1/traces"),
        ("https://host/v1/traces", "https://host/v1/traces"),
        ("https://host/v1/traces?token=x", "https://host/v1/traces?token=x"),
    ],
)
def test_the_signal_has_its_own_path_below_the_endpoint(endpoint: str, expected: str) -> None:
    assert signal_url(endpoint) == expected
