"""POST /v1/embeddings, which there is no model for."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_it_says_that_there_is_no_embedding_model_and_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/embeddings", json={"model": "text-embedding-3-small", "input": "x"})
    assert answer.status_code == 501
    assert "No embedding model is set" in answer.json()["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    "body", [{}, {"model": "m"}, {"model": "m", "input": []}, {"model": "m", "input": 1}]
)
async def test_what_is_no_request_is_refused_first(client: httpx.AsyncClient, body: object) -> None:
    assert (await client.post("/v1/embeddings", json=body)).status_code == 400
