"""Who may call: nobody is asked on this machine until there is a key, and everybody after that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from asgi_calls import accept, call, http_scope
from starlette.types import ASGIApp, Receive, Scope, Send

from open_autoglm.errors import ConfigurationError
from open_autoglm.gateway.guards.key_check import KeyCheck, require_safe_binding
from open_autoglm.gateway.keys import KeyStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    with KeyStore(tmp_path) as store:
        yield store


def guarded(keys: KeyStore, app: ASGIApp = accept, *, required: bool) -> KeyCheck:
    return KeyCheck(app, keys, required=required, is_page=lambda path: path == "/")


def with_header(name: str, value: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"localhost"), (name.encode(), value.encode())]


async def test_without_keys_everybody_on_this_machine_is_local(keys: KeyStore) -> None:
    scope = http_scope("POST", "/v1/x", headers=with_header("authorization", "Bearer sk-dummy"))
    assert (await call(guarded(keys, required=False), scope)).status == 200
    assert (scope["state"]["owner"], scope["state"]["key"]) == ("local", None)


async def test_beyond_this_machine_a_key_is_needed_even_when_the_last_is_revoked(keys: KeyStore) -> None:
    keys.add("a")
    keys.revoke("a")
    assert (await call(guarded(keys, required=True), http_scope(path="/v1/models"))).status == 401


async def test_the_first_key_locks_a_gateway_that_is_running(keys: KeyStore) -> None:
    app = guarded(keys, required=False)
    assert (await call(app, http_scope(path="/v1/models"))).status == 200
    keys.add("a")
    reply = await call(app, http_scope(path="/v1/models"))
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert "x-api-key" in reply.message


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("authorization", "Bearer {}"),
        ("authorization", "bearer   {}"),
        ("x-api-key", "{}"),
        ("api-key", " {} "),
    ],
)
async def test_a_key_comes_in_the_way_each_client_sends_it(keys: KeyStore, name: str, form: str) -> None:
    secret, key = keys.add("a")
    scope = http_scope("POST", "/v1/x", headers=with_header(name, form.format(secret)))
    assert (await call(guarded(keys, required=True), scope)).status == 200
    assert (scope["state"]["owner"], scope["state"]["key"]) == (key.id, key)


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer ", "Basic", "Digest x", "oag-x", "Bearer\toag"],
)
async def test_a_header_that_holds_no_key_is_refused(keys: KeyStore, value: str) -> None:
    keys.add("a")
    scope = http_scope("POST", "/v1/x", headers=with_header("authorization", value))
    assert (await call(guarded(keys, required=False), scope)).status == 401


async def test_a_websocket_without_a_key_does_not_open(keys: KeyStore) -> None:
    app = guarded(keys, required=True)
    secret, _ = keys.add("a")
    assert (await call(app, http_scope(path="/v1/x", kind="websocket"))).closed == 1008
    scope = http_scope(
        path="/v1/x", kind="websocket", headers=with_header("authorization", f"Bearer {secret}")
    )
    assert (await call(app, scope)).closed is None


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health", 200), ("/health/", 401), ("/ready", 401), ("/metrics", 401), ("/x", 401), ("/", 200)],
)
async def test_only_health_and_the_page_which_asks_itself_are_open(
    keys: KeyStore, path: str, status: int
) -> None:
    keys.add("a")
    assert (await call(guarded(keys, required=False), http_scope(path=path))).status == status


async def test_the_use_of_a_key_is_noted(keys: KeyStore) -> None:
    secret, _ = keys.add("a")
    scope = http_scope(path="/v1/x", headers=with_header("x-api-key", secret))
    await call(guarded(keys, required=True), scope)
    assert keys.list()[0].last_used is not None


async def test_a_key_past_its_limit_gets_429_and_the_time_to_wait(keys: KeyStore) -> None:
    secret, _ = keys.add("a", requests_per_minute=1)
    app = guarded(keys, required=True)
    headers = with_header("x-api-key", secret)
    assert (await call(app, http_scope("POST", "/v1/x", headers=headers))).status == 200
    reply = await call(app, http_scope("POST", "/v1/x", headers=headers))
    assert reply.status == 429
    assert 1 <= int(reply.headers["retry-after"]) <= 60
    assert "1 requests per minute" in reply.message
    assert (await call(app, http_scope("GET", "/v1/x", headers=headers))).status == 200


async def test_a_place_is_free_again_when_a_request_ends_however_it_ends(keys: KeyStore) -> None:
    secret, _ = keys.add("a", concurrent=1)
    headers = with_header("x-api-key", secret)
    begun = anyio.Event()

    async def hang(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/hang":
            begun.set()
            await anyio.sleep_forever()
        await accept(scope, receive, send)

    app = guarded(keys, hang, required=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call, app, http_scope("POST", "/hang", headers=headers))
        await begun.wait()
        assert (await call(app, http_scope("POST", "/v1/x", headers=headers))).status == 429
        tasks.cancel_scope.cancel()
    assert (await call(app, http_scope("POST", "/v1/x", headers=headers))).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_no_key(host: str) -> None:
    require_safe_binding(host, 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "workstation.local", ""])
def test_any_other_address_needs_one(host: str) -> None:
    with pytest.raises(ConfigurationError, match="keys add"):
        require_safe_binding(host, 0)
    require_safe_binding(host, 1)
