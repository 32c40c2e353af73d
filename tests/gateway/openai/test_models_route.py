"""GET /v1/models and one of them."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_every_name_that_can_be_asked_for_is_listed(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/models")).json()
    assert answer["object"] == "list"
    assert [model["id"] for model in answer["data"]] == ["autoglm-small", "scripted", "seeing"]


async def test_a_tier_tells_which_model_it_means(client: httpx.AsyncClient) -> None:
    model = (await client.get("/v1/models/autoglm-small")).json()
    assert (model["id"], model["object"], model["created"]) == ("autoglm-small", "model", 1767312000)
    assert model["open_autoglm"]["means"] == "scripted"


async def test_the_window_is_told_once_it_is_known(client: httpx.AsyncClient) -> None:
    assert "max_model_len" not in (await client.get("/v1/models/scripted")).json()
    await client.post("/tokenize", json={"model": "scripted", "content": "Hello"})
    for name in ("scripted", "autoglm-small"):
        assert (await client.get(f"/v1/models/{name}")).json()["max_model_len"] > 0


@pytest.mark.parametrize("name", ["acme/scriptd", quote("acme/scriptd", safe=""), "%E6%A8%A1%E5%9E%8B"])
async def test_an_unknown_name_is_404_even_with_slashes(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/v1/models/{name}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"
    assert "scripted" in answer.json()["error"]["message"]
