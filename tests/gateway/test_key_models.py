"""A key for some models reaches no other, whichever route asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from open_autoglm.gateway.keys import KeyStore

pytestmark = pytest.mark.anyio

OTHER = "seeing"
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
async def limited(app: FastAPI, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose key may ask for the model ``scripted`` alone."""
    with closing(KeyStore(tmp_path)) as keys:
        _, key = keys.add("editor", models=["scripted"])

    async def with_key(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update(key=key, owner=key.id)
        await app(scope, receive, send)

    transport = httpx.ASGITransport(with_key)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"messages": HELLO}),
        ("/v1/completions", {"prompt": [1, 2]}),
        ("/v1/responses", {"input": "Hello"}),
        ("/v1/messages", {"messages": HELLO, "max_tokens": 5}),
        ("/v1/messages/count_tokens", {"messages": HELLO}),
        ("/infill", {"input_prefix": "a", "input_suffix": "b"}),
        ("/tokenize", {"content": "Hello"}),
        ("/detokenize", {"tokens": [1]}),
        ("/api/chat", {"messages": HELLO}),
        ("/api/chat", {"messages": HELLO, "options": {"num_ctx": 10}}),
        ("/api/chat", {}),
        ("/api/generate", {"prompt": "Hello"}),
        ("/api/generate", {"keep_alive": 0}),
    ],
)
async def test_another_model_is_neither_loaded_nor_asked(
    limited: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await limited.post(path, json={"model": OTHER, **body})
    assert answer.status_code == 403
    assert "may not use model" in answer.text
    assert (await limited.get("/ready")).json()["models"] == []


async def test_a_document_is_not_handed_to_another_model(limited: httpx.AsyncClient) -> None:
    files = {"file": ("a.md", b"# A")}
    answer = await limited.post("/v1/tasks/document_parse", files=files, data={"model": OTHER})
    assert answer.status_code == 403


async def test_its_own_model_answers(limited: httpx.AsyncClient) -> None:
    answer = await limited.post("/tokenize", json={"model": "scripted", "content": "Hello"})
    assert answer.status_code == 200
