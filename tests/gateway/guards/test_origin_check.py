"""A web page of another origin can neither read from the gateway nor make it do anything."""

from __future__ import annotations

import pytest
from asgi_calls import accept, call, http_scope

from open_autoglm.errors import ConfigurationError
from open_autoglm.gateway.guards.origin_check import OriginCheck, parse_origin

pytestmark = pytest.mark.anyio

OWN = "http://localhost:8080"
ALLOWED = "https://app.example"

FOREIGN = [
    "null",
    "",
    "https://evil.example",
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:8080",
    "http://127.0.0.1:8080",
    "http://localhost:8080.evil.example",
    "http://localhost:8080@evil.example",
    "http://evil.example#http://localhost:8080",
    "http://localhost:8080/",
    "https://app.example.evil.example",
    "https://xapp.example",
    "http://app.example",
    "https://app.example:444",
    "file://",
    "chrome-extension://abcdef",
    "https://app.example, http://localhost:8080",
    "*",
]


def guarded() -> OriginCheck:
    return OriginCheck(accept, allowed_origins=(ALLOWED,))


def headers(**more: str) -> list[tuple[bytes, bytes]]:
    given = {"host": "localhost:8080"} | more
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]


async def test_programs_send_no_origin_and_pass() -> None:
    reply = await call(guarded(), http_scope("POST", headers=headers()))
    assert reply.status == 200
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", [OWN, "HTTP://LOCALHOST:8080"])
async def test_our_own_page_passes_without_any_permission(origin: str) -> None:
    reply = await call(guarded(), http_scope("POST", headers=headers(origin=origin)))
    assert reply.status == 200
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_is_refused(method: str, origin: str) -> None:
    reply = await call(guarded(), http_scope(method, headers=headers(origin=origin)))
    assert reply.status == 403
    assert "allowed_origins" in reply.message
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_post_that_needs_no_preflight_is_refused_too(content_type: str) -> None:
    given = headers(origin="https://evil.example", content_type=content_type)
    assert (await call(guarded(), http_scope("POST", headers=given))).status == 403


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_preflight_gets_no_permission(origin: str) -> None:
    given = headers(origin=origin, access_control_request_method="POST")
    reply = await call(guarded(), http_scope("OPTIONS", headers=given))
    assert reply.status == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]


async def test_an_allowed_preflight_gets_what_it_asks_for() -> None:
    given = headers(
        origin=ALLOWED,
        access_control_request_method="POST",
        access_control_request_headers="authorization,x-stainless-os",
        access_control_request_private_network="true",
    )
    reply = await call(guarded(), http_scope("OPTIONS", headers=given))
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == ALLOWED
    assert reply.headers["access-control-allow-headers"] == "authorization,x-stainless-os"
    assert reply.headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-credentials" not in reply.headers


async def test_an_allowed_page_may_read_the_answer() -> None:
    reply = await call(guarded(), http_scope("POST", headers=headers(origin=ALLOWED)))
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == ALLOWED
    assert reply.headers["vary"] == "Origin"


async def test_a_doubled_origin_is_refused() -> None:
    given = [*headers(origin=ALLOWED), (b"origin", b"https://evil.example")]
    assert (await call(guarded(), http_scope("POST", headers=given))).status == 403


@pytest.mark.parametrize(
    ("site", "mode", "destination", "method", "status"),
    [
        ("same-origin", "cors", "empty", "GET", 200),
        ("none", "navigate", "document", "GET", 200),
        ("cross-site", "navigate", "document", "GET", 200),
        ("cross-site", "navigate", "document", "POST", 403),
        ("cross-site", "navigate", "iframe", "GET", 403),
        ("cross-site", "no-cors", "image", "GET", 403),
        ("cross-site", "no-cors", "script", "GET", 403),
        ("same-site", "no-cors", "image", "GET", 403),
        ("same-site", "cors", "empty", "POST", 403),
    ],
)
async def test_what_a_browser_says_of_a_request_counts(
    site: str, mode: str, destination: str, method: str, status: int
) -> None:
    given = headers(sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=destination)
    assert (await call(guarded(), http_scope(method, headers=given))).status == status


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_websocket_is_closed_before_it_opens(origin: str) -> None:
    reply = await call(guarded(), http_scope(kind="websocket", headers=headers(origin=origin)))
    assert reply.closed == 1008


@pytest.mark.parametrize("origin", [OWN, ALLOWED])
async def test_a_websocket_of_our_own_page_opens(origin: str) -> None:
    reply = await call(guarded(), http_scope(kind="websocket", headers=headers(origin=origin)))
    assert reply.closed is None


@pytest.mark.parametrize(
    "text", ["*", "null", "app.example", "https://app.example/path", "https://*.example"]
)
def test_a_setting_that_is_no_origin_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed_origins"):
        OriginCheck(accept, allowed_origins=(text,))


def test_the_default_port_need_not_be_written() -> None:
    assert parse_origin("https://app.example") == parse_origin("https://APP.example.:443")
