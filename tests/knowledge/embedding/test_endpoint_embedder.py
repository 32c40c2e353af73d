"""Embeddings of another server: sent in bounded requests, checked before they are believed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from open_autoglm.config import UpstreamSettings
from open_autoglm.errors import EngineError, EngineUnavailable
from open_autoglm.knowledge.embedding.endpoint_embedder import TEXTS_AT_ONCE
from open_autoglm.knowledge.embedding.upstream_embedder import UpstreamEmbedder

Answer = Callable[[dict[str, Any]], Any]


def sound(body: dict[str, Any]) -> dict[str, Any]:
    """Vectors that tell how long each text is, in the opposite order."""
    rows = [{"index": place, "embedding": [3.0, len(text)]} for place, text in enumerate(body["input"])]
    return {"data": rows[::-1], "usage": {"prompt_tokens": len(rows)}}


class Server:
    """Answers with ``answer``; keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: Answer = sound
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.bodies.append(body)
                outer.keys.append(self.headers["Authorization"])
                content = json.dumps(outer.answer(body)).encode()
                self.send_response(200 if self.path == "/v1/embeddings" else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever)
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def embedder(server: Server) -> Iterator[UpstreamEmbedder]:
    there = UpstreamSettings.model_validate({"url": server.url, "model": "bge", "api_key": "secret"})
    with closing(UpstreamEmbedder("far", there)) as embedder:
        yield embedder


def test_vectors_come_in_the_order_of_the_texts_at_length_one(
    embedder: UpstreamEmbedder, server: Server
) -> None:
    vectors = embedder.embed_passages(["员工请假", "a" * 40])
    np.testing.assert_allclose(vectors[0], [0.6, 0.8], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    (body,) = server.bodies
    assert (body["model"], body["input"][0], server.keys) == ("bge", "员工请假", ["Bearer secret"])


def test_many_texts_are_sent_in_bounded_requests(embedder: UpstreamEmbedder, server: Server) -> None:
    read = embedder.embed([str(n) for n in range(TEXTS_AT_ONCE + 1)], "passage")
    assert (len(read.vectors), read.tokens) == (TEXTS_AT_ONCE + 1, TEXTS_AT_ONCE + 1)
    assert [len(body["input"]) for body in server.bodies] == [TEXTS_AT_ONCE, 1]


def test_how_many_numbers_a_vector_has_is_asked_once(embedder: UpstreamEmbedder, server: Server) -> None:
    assert (embedder.dimensions, embedder.dimensions) == (2, 2)
    assert len(server.bodies) == 1
    assert embedder.embed_queries([]).shape == (0, 2)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"data": []},
        {"data": [{"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
        {"data": [{"index": 0, "embedding": [float("nan")]}]},
        {"data": [{"index": 0, "embedding": ["a"]}]},
        {"data": [{"index": 0, "embedding": [[1.0]]}]},
        {"data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": "many"}},
    ],
    ids=str,
)
def test_what_are_no_vectors_is_refused(embedder: UpstreamEmbedder, server: Server, answer: object) -> None:
    server.answer = lambda _: answer
    with pytest.raises(EngineError, match="gave no embeddings"):
        embedder.embed_passages(["a"])


def test_a_model_that_was_exchanged_is_noticed(embedder: UpstreamEmbedder, server: Server) -> None:
    embedder.embed_passages(["a"])
    server.answer = lambda _: {"data": [{"index": 0, "embedding": [1.0, 2.0, 3.0]}]}
    with pytest.raises(EngineError, match="exchanged"):
        embedder.embed_passages(["a"])


def test_a_server_that_is_gone_is_named(server: Server) -> None:
    there = UpstreamSettings.model_validate({"url": "http://127.0.0.1:9/v1"})
    with closing(UpstreamEmbedder("far", there)) as embedder, pytest.raises(EngineUnavailable):
        embedder.embed_passages(["a"])


def test_closed_is_closed(embedder: UpstreamEmbedder) -> None:
    embedder.close()
    embedder.close()
    with pytest.raises(EngineUnavailable, match="was closed"):
        embedder.embed_passages(["a"])
