"""All guards together, around the real application, behind a real port."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from live_server import live_server
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from open_autoglm.config import Settings
from open_autoglm.gateway.guards.safety import protect
from open_autoglm.gateway.keys import KeyStore
from open_autoglm.telemetry.metrics import Metrics

QUESTION = {"model": "scripted", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    with KeyStore(tmp_path) as store:
        yield store


@pytest.fixture
def guarded_address(app: FastAPI, keys: KeyStore) -> Iterator[str]:
    settings = Settings(max_body_mb=1, allowed_origins=("https://app.example",))
    with live_server(protect(app, settings, keys, Metrics())) as address:
        yield address


def test_a_program_is_answered_and_streams_flow(guarded_address: str) -> None:
    with httpx.stream(
        "POST", f"{guarded_address}/v1/chat/completions", json=QUESTION | {"stream": True}
    ) as reply:
        lines = [line for line in reply.iter_lines() if line]
    assert reply.status_code == 200
    assert len(lines) > 3
    assert lines[-1] == "data: [DONE]"
    assert reply.headers["x-request-id"]
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
    ids=lambda headers: next(iter(headers.values())),
)
def test_no_route_answers_a_foreign_page(guarded_address: str, headers: dict[str, str]) -> None:
    paths = ("/health", "/v1/models", "/v1/chat/completions", "/v1/messages", "/api/tags", "/metrics", "/x")
    with httpx.Client(base_url=guarded_address, headers=headers) as client:
        for path in paths:
            for method in ("GET", "POST", "OPTIONS"):
                reply = client.request(method, path)
                assert reply.status_code == 403
                assert "error" in reply.json()


def test_an_allowed_page_may_ask_every_route(guarded_address: str) -> None:
    origin = {"origin": "https://app.example"}
    asking = origin | {"access-control-request-method": "POST"}
    for path in ("/v1/models", "/api/tags", "/v1/messages", "/nowhere"):
        preflight = httpx.options(guarded_address + path, headers=asking)
        assert preflight.status_code == 204
        for reply in (preflight, httpx.get(guarded_address + path, headers=origin)):
            assert reply.headers["access-control-allow-origin"] == "https://app.example"


def test_refusals_have_the_shape_of_the_dialect(guarded_address: str, keys: KeyStore) -> None:
    keys.add("a")
    openai = httpx.post(f"{guarded_address}/v1/chat/completions", json=QUESTION)
    anthropic = httpx.post(f"{guarded_address}/v1/messages", json=QUESTION)
    ollama = httpx.post(f"{guarded_address}/api/chat", json=QUESTION)
    assert {openai.status_code, anthropic.status_code, ollama.status_code} == {401}
    assert openai.json()["error"]["type"] == "authentication_error"
    assert (anthropic.json()["type"], anthropic.json()["error"]["type"]) == ("error", "authentication_error")
    assert isinstance(ollama.json()["error"], str)


def test_a_key_opens_and_its_revocation_closes_at_once(guarded_address: str, keys: KeyStore) -> None:
    secret, _ = keys.add("a")
    with httpx.Client(base_url=guarded_address, headers={"authorization": f"Bearer {secret}"}) as client:
        assert client.post("/v1/chat/completions", json=QUESTION).status_code == 200
        keys.revoke("a")
        assert client.post("/v1/chat/completions", json=QUESTION).status_code == 401


def test_a_body_too_large_is_refused_while_it_is_still_being_sent(guarded_address: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 65536

    for body in ({"content": bytes(2_000_000)}, {"content": endless()}):
        reply = httpx.post(f"{guarded_address}/v1/chat/completions", **body)  # type: ignore[arg-type]
        assert reply.status_code == 413
    assert httpx.get(f"{guarded_address}/health").status_code == 200


def test_a_depth_bomb_is_400(guarded_address: str) -> None:
    bombs = (b"[" * 100_000, b'{"a":' * 100_000, b'{"messages":' + b"[" * 990 + b"]" * 990 + b"}")
    headers = {"content-type": "application/json"}
    for path in ("/v1/chat/completions", "/v1/messages", "/api/chat"):
        for bomb in bombs:
            assert httpx.post(guarded_address + path, content=bomb, headers=headers).status_code == 400


def test_a_doubled_host_is_refused(guarded_address: str) -> None:
    host, _, port = guarded_address.removeprefix("http://").partition(":")
    request = "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = connection.makefile("rb").read()
    assert answer.split(b" ")[1] in (b"400", b"403")


def test_a_foreign_websocket_does_not_open_and_our_own_does(keys: KeyStore) -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "open"})
        await send({"type": "websocket.close", "code": 1000})

    client = TestClient(protect(echo, Settings(), keys, Metrics()))
    with client.websocket_connect("ws://localhost:8080/", headers={"origin": "http://localhost:8080"}) as own:
        assert own.receive_text() == "open"
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
        with (
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            client.websocket_connect("ws://localhost:8080/", headers=headers),
        ):
            pass
