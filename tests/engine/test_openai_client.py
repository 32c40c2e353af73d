"""The client against a real server on the loopback interface that misbehaves as told."""

from __future__ import annotations

import http.server
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from open_autoglm.engine import openai_client
from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.engine.upstream import UpstreamEngine, UpstreamOptions
from open_autoglm.errors import (
    ConfigurationError,
    EngineError,
    EngineStartFailed,
    EngineTimeout,
    EngineUnavailable,
    LimitExceeded,
    NotSupported,
    OpenAutoGLMError,
    UsageError,
)
from open_autoglm.values import ChatRequest, Message, StreamEvent, Usage

pytestmark = pytest.mark.anyio

HELLO = ChatRequest((Message("user", "Hello"),))
TEXT = b'data: {"choices": [{"delta": {"content": "H\xc3\xa9"}}]}\n\n'
FINISH = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}\n\n'
DONE = b"data: [DONE]\n\n"

Serve = Callable[..., str]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives every request this one answer; returns its base URL."""
    servers: list[http.server.ThreadingHTTPServer] = []
    release = threading.Event()

    def start(*pieces: bytes, status: int = 200, hang: bool = False) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Length", str(sum(map(len, pieces)) + (10 if hang else 0)))
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                if hang:
                    release.wait(10)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *arguments: object) -> None: ...

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/v1"

    yield start
    release.set()
    for server in servers:
        with closing(server.socket):
            server.shutdown()
            server.server_close()


async def streamed(base_url: str, **options: float) -> list[StreamEvent]:
    client = OpenAIClient(base_url, model="m", local=True, **options)  # type: ignore[arg-type]
    try:
        return [event async for event in client.stream(HELLO)]
    finally:
        await client.close()


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_stream_is_read_however_it_is_cut(serve: Serve, size: int) -> None:
    whole = b": a comment\n\n" + TEXT + b"event: x\n" + FINISH + USAGE + DONE
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert await streamed(serve(*pieces)) == [
        StreamEvent("Hé"),
        StreamEvent(finish_reason="stop", usage=Usage(3, 1)),
    ]


@pytest.mark.parametrize(
    ("pieces", "kind", "says"),
    [
        ((TEXT,), EngineUnavailable, "broke off"),
        ((TEXT, FINISH, DONE), EngineError, "how many tokens"),
        ((b"data: {{{\n\n",), EngineError, "not a chat chunk"),
        ((TEXT, b'data: {"error": {"code": 503, "message": "busy"}}\n\n'), EngineUnavailable, "busy"),
        ((TEXT, b'error: {"code": 500, "message": "oops"}\n\n'), EngineError, "oops"),
    ],
    ids=["broken-off", "no-usage", "garbage", "error-event", "old-error-event"],
)
async def test_bad_streams(
    serve: Serve, pieces: tuple[bytes, ...], kind: type[OpenAutoGLMError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        await streamed(serve(*pieces))


async def test_a_refused_request_carries_the_reason(serve: Serve) -> None:
    with pytest.raises(UsageError, match="messages must not be empty"):
        await streamed(serve(b'{"error": {"message": "messages must not be empty."}}', status=400))


async def test_a_line_without_end_is_not_kept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "MAX_LINE_BYTES", 10_000)
    with pytest.raises(LimitExceeded, match="10000 bytes"):
        await streamed(serve(b"data: " + b"x" * 50_000))


async def test_an_endless_error_page_is_not_kept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "MAX_BODY_BYTES", 10_000)
    with pytest.raises(LimitExceeded):
        await streamed(serve(b"x" * 50_000, status=500))


async def test_silence_is_a_timeout(serve: Serve) -> None:
    with pytest.raises(EngineTimeout, match="no sign of life"):
        await streamed(serve(TEXT, hang=True), idle_timeout_s=0.2)


@pytest.fixture
def serve_once_a_connection() -> Iterator[tuple[str, list[int]]]:
    """Answers the first request of each connection and closes it at the second, as if it had grown stale;
    beside its base URL the number of requests that each connection brought."""
    requests: list[int] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(0)
            number = len(requests) - 1
            for _ in range(2):
                length = 0
                while (line := self.rfile.readline()) != b"\r\n":
                    if not line:
                        return
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.rfile.read(length)
                requests[number] += 1
                if requests[number] == 1:
                    body = b'{"heard": %d}' % number
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", requests
        server.shutdown()


async def test_a_request_over_a_connection_that_grew_stale_is_sent_once_more(
    serve_once_a_connection: tuple[str, list[int]],
) -> None:
    url, requests = serve_once_a_connection
    client = OpenAIClient(url, model="m", local=True)
    try:
        assert await client.post("/x", {}) == {"heard": 0}
        assert await client.post("/x", {}) == {"heard": 1}
    finally:
        await client.close()
    assert requests == [2, 1]


async def test_a_server_that_hangs_up_on_a_new_connection_is_not_asked_again() -> None:
    asked: list[int] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            asked.append(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(EngineUnavailable, match="can't be reached"):
            await streamed(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert asked == [1]


async def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(EngineUnavailable, match="can't be reached"):
        await streamed("http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    ("answer", "status", "kind", "says"),
    [
        (b'{"data": [{"id": "other"}]}', 200, EngineStartFailed, "no model 'm'.*It has: other"),
        (b'{"data": [{"id": "m"}]}', 200, ConfigurationError, "Set context_window"),
        (b'{"models": []}', 200, EngineStartFailed, "not a list of models"),
        (b"<html>", 200, EngineStartFailed, "JSON"),
        (b'{"error": {"message": "Invalid key"}}', 401, EngineStartFailed, "refused the key: Invalid key"),
    ],
)
async def test_an_upstream_that_can_not_be_used_says_why(
    serve: Serve, answer: bytes, status: int, kind: type[OpenAutoGLMError], says: str
) -> None:
    engine = UpstreamEngine(UpstreamOptions(serve(answer, status=status), "m"))
    with pytest.raises(kind, match=says):
        await engine.open()
    await engine.close()


async def test_an_upstream_states_its_window(serve: Serve) -> None:
    url = serve(b'{"data": [{"id": "m", "max_model_len": 8192}]}')
    async with UpstreamEngine(UpstreamOptions(url, "m")) as engine:
        assert engine.capabilities.context_window == 8192
        assert not engine.capabilities.exact_token_counts
    async with UpstreamEngine(UpstreamOptions(url, "m", context_window=100)) as engine:
        assert engine.capabilities.context_window == 100


async def test_an_upstream_fills_in_where_it_is_said_to(serve: Serve) -> None:
    url = serve(b'{"data": [{"id": "m", "max_model_len": 8192}]}')
    for told in (False, True):
        async with UpstreamEngine(UpstreamOptions(url, "m", fill_in_middle=told)) as engine:
            assert engine.capabilities.fill_in_middle is told


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'x'.*openai, llama\.cpp, vllm"):
        UpstreamEngine(UpstreamOptions("http://127.0.0.1:9/v1", "m", dialect="x"))


MODELS = b'{"data": [{"id": "m", "max_model_len": 8192}]}'


async def test_what_goes_wrong_with_an_upstream_names_it(serve: Serve) -> None:
    options = UpstreamOptions(serve(MODELS), "m", name="big")
    async with UpstreamEngine(options) as engine:
        with pytest.raises(EngineError, match=r"^Upstream 'big': The engine"):
            await engine.chat(HELLO)
        assert await engine.count_tokens(HELLO) > 0
    with pytest.raises(EngineUnavailable, match=r"^Upstream 'big' is not open"):
        await engine.count_tokens(HELLO)
    with pytest.raises(EngineStartFailed, match=r"^Upstream 'big' at http.*can't be used.*Check the key"):
        await UpstreamEngine(replace(options, base_url=serve(b"{}", status=401))).open()


async def test_an_upstream_that_has_no_tokens_to_tell_says_what_to_do(serve: Serve) -> None:
    async with UpstreamEngine(UpstreamOptions(serve(MODELS), "m", name="big")) as engine:
        with pytest.raises(NotSupported, match=r"^Upstream 'big' does not offer tokenize.*Set its dialect"):
            await engine.tokenize("Hello")
        with pytest.raises(NotSupported, match=r"^Upstream 'big' does not offer detokenize"):
            await engine.detokenize([1])
