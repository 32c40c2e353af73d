"""Every request has an id, one line in the log and a count, and its answer has headers that browsers obey."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from asgi_calls import HEADERS, accept, call, http_scope
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from open_autoglm.gateway.app import create_app
from open_autoglm.gateway.guards.observe import Observe
from open_autoglm.telemetry.facts import RequestFacts, begin_request, current_request
from open_autoglm.telemetry.metrics import Metrics

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_request_is_left_behind() -> Iterator[None]:
    yield
    begin_request(RequestFacts())


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    logging.getLogger("open_autoglm").propagate = True
    caplog.set_level(logging.INFO, "open_autoglm.access")
    return caplog


def with_id(value: str) -> list[tuple[bytes, bytes]]:
    return [*HEADERS, (b"x-request-id", value.encode("utf-8"))]


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 64])
async def test_a_sane_id_is_kept(given: str) -> None:
    scope = http_scope(headers=with_id(given))
    reply = await call(Observe(accept, Metrics()), scope)
    assert reply.headers["x-request-id"] == given
    assert scope["state"]["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\nb", "é", "<script>", "a,b"])
async def test_any_other_is_replaced(given: str) -> None:
    reply = await call(Observe(accept, Metrics()), http_scope(headers=with_id(given)))
    assert re.fullmatch(r"[0-9a-f]{32}", reply.headers["x-request-id"])


async def test_answers_forbid_what_browsers_should_not_do() -> None:
    headers = (await call(Observe(accept, Metrics()), http_scope())).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


async def test_the_page_keeps_its_own_policy() -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Content-Security-Policy", b"default-src 'self'"), (b"x-request-id", b"own")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    sent: list[tuple[bytes, bytes]] = []

    async def send(message: dict[str, object]) -> None:
        sent.extend(message.get("headers", ()))  # type: ignore[arg-type]

    await Observe(page, Metrics())(http_scope(headers=with_id("mine")), _nothing, send)
    assert [value for name, value in sent if name.lower() == b"content-security-policy"] == [
        b"default-src 'self'"
    ]
    assert [value for name, value in sent if name == b"x-request-id"] == [b"mine"]


async def _nothing() -> dict[str, object]:
    raise AssertionError("nobody reads the body")


async def test_one_line_tells_what_was_done(log: pytest.LogCaptureFixture) -> None:
    app = FastAPI()

    @app.post("/v1/models/{name}")
    async def work(name: str) -> str:
        facts = current_request()
        facts.owner, facts.model, facts.completion_tokens = "key", "m", 7
        return name

    await call(Observe(app, Metrics()), http_scope("POST", "/v1/models/secret-name", headers=with_id("r1")))
    [line] = [record for record in log.records if record.name == "open_autoglm.access"]
    assert line.getMessage() == "POST /v1/models/{name} 200"
    told = vars(line)
    assert (told["owner"], told["model"], told["completion_tokens"], told["error"]) == ("key", "m", 7, None)
    assert told["milliseconds"] >= 0
    assert "secret-name" not in str(told)


async def test_requests_and_errors_are_counted_by_route() -> None:
    metrics = Metrics()
    app = FastAPI()

    @app.get("/v1/models/{name}")
    async def work(name: str) -> None:
        current_request().error = "UnknownModel"

    observed = Observe(app, metrics)
    for path in ("/v1/models/a", "/v1/models/b", "/nothing/here", "/nothing/there"):
        await call(observed, http_scope(path=path))
    text = metrics.exposition()[0].decode()
    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "open_autoglm_requests_total"
    }
    assert counted == {("/v1/models/{name}", "200"): 2, ("other", "404"): 2}
    assert 'open_autoglm_errors_total{kind="UnknownModel"} 2.0' in text
    assert 'open_autoglm_errors_total{kind="http_404"} 2.0' in text


@pytest.mark.parametrize("path", ["/api/version", "/health"])
async def test_a_route_is_told_by_its_whole_path(path: str, log: pytest.LogCaptureFixture) -> None:
    await call(Observe(create_app(nullcontext), Metrics()), http_scope(path=path))
    assert vars(log.records[-1])["route"] == path


async def test_a_client_that_leaves_is_499_and_no_longer_in_flight(log: pytest.LogCaptureFixture) -> None:
    async def leave(scope: Scope, receive: Receive, send: Send) -> None:
        return

    metrics = Metrics()
    await call(Observe(leave, metrics), http_scope())
    assert vars(log.records[-1])["status"] == 499
    assert "open_autoglm_requests_in_flight 0.0" in metrics.exposition()[0].decode()


async def test_trace_headers_are_noted_for_the_tracer() -> None:
    noted: list[RequestFacts] = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        noted.append(current_request())

    await Observe(look, Metrics())(
        http_scope(headers=[*HEADERS, (b"traceparent", b"00-1-2-01"), (b"cookie", b"x")]), _nothing, _nothing
    )
    assert noted[0].trace_headers == {"traceparent": "00-1-2-01"}
