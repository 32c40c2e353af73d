"""``/api/embed`` and ``/api/embeddings`` give vectors as Ollama's clients expect them."""

from __future__ import annotations

import httpx
import pytest
from scripted_embedder import WINDOW, ScriptedEmbedder
from scripted_gateway import ScriptedHouse

pytestmark = pytest.mark.anyio


@pytest.fixture
def embedder(house: ScriptedHouse) -> ScriptedEmbedder:
    house.embedder = ScriptedEmbedder()
    return house.embedder


async def test_several_texts_give_several_vectors(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    body = {"model": "vectors:latest", "input": ["ab", "员工请假"], "keep_alive": "5m"}
    answer = (await client.post("/api/embed", json=body)).json()
    assert [len(vector) for vector in answer["embeddings"]] == [3, 3]
    assert (answer["model"], answer["prompt_eval_count"]) == ("vectors:latest", 6)
    assert answer["total_duration"] > 0


async def test_older_clients_get_one_vector(embedder: ScriptedEmbedder, client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/embeddings", json={"model": "vectors", "prompt": "ab"})
    assert len(answer.json()["embedding"]) == 3


async def test_nothing_gives_nothing(embedder: ScriptedEmbedder, client: httpx.AsyncClient) -> None:
    body = {"model": "vectors", "input": []}
    assert (await client.post("/api/embed", json=body)).json()["embeddings"] == []
    assert (await client.post("/api/embeddings", json={"model": "vectors"})).json() == {"embedding": []}


async def test_long_texts_are_cut_unless_that_is_refused(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    body = {"model": "vectors", "input": "a" * (WINDOW + 1)}
    assert (await client.post("/api/embed", json=body)).status_code == 200
    refused = await client.post("/api/embed", json={**body, "truncate": False})
    assert refused.status_code == 400
    assert "longer than the model's window" in refused.json()["error"]


async def test_vectors_are_not_shortened(embedder: ScriptedEmbedder, client: httpx.AsyncClient) -> None:
    body = {"model": "vectors", "input": "a", "dimensions": 2}
    assert (await client.post("/api/embed", json=body)).status_code == 400


@pytest.mark.parametrize("path", ["embed", "embeddings"])
async def test_another_model_is_not_found(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.post(f"/api/{path}", json={"model": "scripted", "input": "x", "prompt": "x"})
    assert answer.status_code == 404
    assert 'model "scripted" not found. The one here is vectors.' in answer.json()["error"]


@pytest.mark.parametrize("path", ["embed", "embeddings"])
async def test_without_one_the_command_is_told(
    house: ScriptedHouse, client: httpx.AsyncClient, path: str
) -> None:
    body = {"model": house.settings.embedding_model, "input": "x", "prompt": "x"}
    answer = await client.post(f"/api/{path}", json=body)
    assert answer.status_code == 503
    assert "open-autoglm-cli pull" in answer.json()["error"]


async def test_it_is_listed_and_shown_as_a_model_that_embeds(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    listed = (await client.get("/api/tags")).json()["models"]
    assert "vectors" in [model["name"] for model in listed]
    shown = (await client.post("/api/show", json={"model": "vectors"})).json()
    assert shown["capabilities"] == ["embedding"]
