"""A request that is too large, too slow or too deep is told so, and nothing of it is worked on."""

from __future__ import annotations

import anyio
import pytest
from asgi_calls import HEADERS, accept, call, http_scope
from starlette.types import Receive, Scope, Send

from open_autoglm.gateway.guards.request_limits import MAX_JSON_DEPTH, BodyLimits, RequestLimits

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024


def guarded(*, grace_s: float = 30.0) -> RequestLimits:
    return RequestLimits(accept, BodyLimits(body=MEGABYTE, upload=3 * MEGABYTE, grace_s=grace_s))


def headers(**more: str) -> list[tuple[bytes, bytes]]:
    return [*HEADERS, *((name.replace("_", "-").encode(), value.encode()) for name, value in more.items())]


async def test_a_body_within_the_limits_passes_whole() -> None:
    reply = await call(guarded(), http_scope("POST"), [b"x" * 1000] * 1000)
    assert (reply.status, reply.body) == (200, b"1000000")


async def test_a_body_that_is_declared_too_large_is_not_read() -> None:
    scope = http_scope("POST", headers=headers(content_length=str(MEGABYTE + 1)))
    reply = await call(guarded(), scope)
    assert reply.status == 413
    assert reply.headers["connection"] == "close"
    assert "max_body_mb" in reply.message


@pytest.mark.parametrize("declared", [None, "10", "-1", "x"])
async def test_a_body_that_grows_too_large_is_cut_off(declared: str | None) -> None:
    more = {} if declared is None else {"content_length": declared}
    scope = http_scope("POST", headers=headers(**more))
    assert (await call(guarded(), scope, [b"x" * 1000] * 2000)).status == 413


async def test_uploads_may_be_larger() -> None:
    body = [b"x" * MEGABYTE] * 2
    assert (await call(guarded(), http_scope("POST", "/v1/tasks/document_parse"), body)).status == 200
    assert (await call(guarded(), http_scope("POST", "/v1/tasks/document_parse"), body * 2)).status == 413
    assert (await call(guarded(), http_scope("POST", "/v1/tasksx"), body)).status == 413


async def test_what_the_application_says_after_the_refusal_is_not_sent() -> None:
    async def talkative(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"late"})

    app = RequestLimits(talkative, BodyLimits(body=10, upload=10))
    reply = await call(app, http_scope("POST"), [b"x" * 100])
    assert reply.status == 413
    assert b"late" not in reply.body


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b'{"messages":' + b"[" * 500 + b"]" * 500]
)
async def test_json_that_is_nested_too_deeply_is_refused(body: bytes) -> None:
    pieces = [body[place : place + 1000] for place in range(0, len(body), 1000)]
    reply = await call(guarded(), http_scope("POST"), pieces)
    assert reply.status == 400
    assert str(MAX_JSON_DEPTH) in reply.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
async def test_json_in_another_encoding_than_utf_8_is_refused(encoding: str) -> None:
    # U+2200 holds the byte of a quotation mark: brackets after it would look like text.
    body = ('["\u2200",' + "[" * 500).encode(encoding)
    assert (await call(guarded(), http_scope("POST"), [body])).status == 400


async def test_brackets_in_strings_and_in_files_are_only_text() -> None:
    assert (await call(guarded(), http_scope("POST"), [b'{"a": "' + b"[" * 5000 + b'"}'])).status == 200
    form = http_scope("POST", "/v1/tasks/document_parse", headers=headers(content_type="multipart/form-data"))
    assert (await call(guarded(), form, [b"[" * 5000])).status == 200


@pytest.mark.parametrize("media_type", ["multipart/form-data; boundary=x", "application/octet-stream"])
async def test_json_that_calls_itself_a_file_is_no_file_where_none_are_sent(media_type: str) -> None:
    scope = http_scope("POST", "/api/chat", headers=headers(content_type=media_type))
    assert (await call(guarded(), scope, [b"[" * 5000])).status == 400


async def test_json_as_deep_as_allowed_passes() -> None:
    body = b"[" * MAX_JSON_DEPTH + b"]" * MAX_JSON_DEPTH
    assert (await call(guarded(), http_scope("POST"), [body])).status == 200


async def test_a_body_that_stops_coming_is_not_waited_for() -> None:
    reply = await call(guarded(grace_s=0.05), http_scope("POST"), [b'{"mo'], stall=True)
    assert reply.status == 408
    assert reply.headers["connection"] == "close"


async def test_time_that_the_application_takes_does_not_count() -> None:
    async def slow_reader(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep(0.2)
        await accept(scope, receive, send)

    app = RequestLimits(slow_reader, BodyLimits(body=MEGABYTE, upload=MEGABYTE, grace_s=0.1))
    assert (await call(app, http_scope("POST"), [b"x", b"y"])).status == 200


@pytest.mark.parametrize(
    "more",
    [[(f"x-{number}".encode(), b"1") for number in range(101)], [(b"x-long", b"v" * 33_000)]],
    ids=["many", "long"],
)
async def test_too_many_or_too_long_headers_are_refused(more: list[tuple[bytes, bytes]]) -> None:
    reply = await call(guarded(), http_scope(headers=[*HEADERS, *more]))
    assert reply.status == 431
