"""What Ollama's clients see of models and of the server, and what they may not do."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from open_autoglm.gateway.ollama.models import NO_DIGEST, listed_model, running_model, shown_model
from open_autoglm.serving.model_facts import ModelFacts, ModelStatus

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FACTS = ModelFacts(
    "qwen",
    "Qwen",
    "model",
    "qwen",
    size_bytes=1000,
    sha256="ab" * 32,
    modified=NOW,
    family="Qwen 2.5",
    parameters="1.5B",
    quantization="Q4_K_M",
    context_length=32768,
    capabilities=("completion", "chat", "tools", "fill_in_middle", "vision", "reasoning", "code"),
    licence="Apache-2.0",
    template="{{ messages }}",
)


async def test_a_listed_model_has_size_digest_and_details() -> None:
    listed = listed_model(FACTS)
    assert (listed.name, listed.model, listed.size, listed.digest) == ("qwen", "qwen", 1000, "ab" * 32)
    assert listed.modified_at == "2026-01-02T00:00:00Z"
    assert listed.details.parameter_size == "1.5B"


async def test_a_model_elsewhere_is_listed_without_what_is_not_known() -> None:
    listed = listed_model(ModelFacts("far", "Far", "upstream", "far"))
    assert (listed.digest, listed.modified_at) == (NO_DIGEST, "0001-01-01T00:00:00Z")
    assert listed.details.format == ""


async def test_a_shown_model_says_what_it_can_do_in_ollama_s_words() -> None:
    shown = shown_model(FACTS, window=4096)
    assert shown.capabilities == ["completion", "tools", "insert", "vision", "thinking"]
    assert shown.model_info["qwen25.context_length"] == 32768
    assert shown.parameters == "num_ctx 4096"
    assert "{{ messages }}" in shown.modelfile


async def test_a_running_model_says_until_when_it_stays() -> None:
    idle = ModelStatus("qwen", "ready", "", memory_bytes=2000, window=4096, unload_in_s=60.0)
    assert running_model(idle, FACTS, 900, NOW).expires_at == "2026-01-02T00:01:00Z"
    busy = ModelStatus("qwen", "answering", "", busy=1)
    assert running_model(busy, FACTS, 900, NOW).expires_at == "2026-01-02T00:15:00Z"
    stays = ModelStatus("qwen", "ready", "")
    assert running_model(stays, FACTS, 900, NOW).expires_at.startswith("2318-")
    assert running_model(busy, FACTS, 0, NOW).expires_at.startswith("2318-")


async def test_memory_on_a_graphics_card_is_told_apart() -> None:
    card = ModelStatus("qwen", "ready", "", device="NVIDIA", memory_bytes=2000)
    assert running_model(card, FACTS, 900, NOW).size_vram == 2000
    assert running_model(ModelStatus("qwen", "ready", "", memory_bytes=2000), FACTS, 900, NOW).size_vram == 0


async def test_models_and_tiers_are_listed(client: httpx.AsyncClient) -> None:
    names = {model["name"] for model in (await client.get("/api/tags")).json()["models"]}
    assert names == {"scripted", "seeing", "autoglm-small"}


@pytest.mark.parametrize("asked", [{"model": "scripted"}, {"name": "scripted:latest", "verbose": True}])
async def test_one_model_is_shown(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    shown = (await client.post("/api/show", json=asked)).json()
    assert (shown["license"], shown["capabilities"]) == ("Apache-2.0", ["completion", "tools"])


async def test_a_request_to_show_nothing_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/show", json={})).status_code == 400


async def test_an_unknown_model_is_not_found_in_ollama_s_words(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/show", json={"model": "scriptd:latest"})
    assert answer.status_code == 404
    assert answer.json()["error"].startswith('model "scriptd:latest" not found.')
    assert "scripted" in answer.json()["error"]


async def test_only_models_in_memory_are_running(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/ps")).json() == {"models": []}
    await client.post("/api/generate", json={"model": "scripted"})
    (running,) = (await client.get("/api/ps")).json()["models"]
    assert (running["name"], running["context_length"]) == ("scripted", 4096)


async def test_the_version_is_that_of_the_api_and_ours_stands_beside_it(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/version")).json()
    assert tuple(map(int, answer["version"].split("."))) >= (0, 6, 4)  # what clients ask for at least
    assert answer["open_autoglm"]["version"]


@pytest.mark.parametrize(
    ("method", "path", "remedy"),
    [
        ("POST", "pull", "open-autoglm-cli pull qwen"),
        ("DELETE", "delete", "open-autoglm-cli rm qwen"),
        ("POST", "create", "open-autoglm-cli serve"),
        ("POST", "copy", "open-autoglm-cli list"),
        ("POST", "push", "Copy the file"),
    ],
)
async def test_what_changes_models_is_refused_with_the_command_that_does_it(
    client: httpx.AsyncClient, method: str, path: str, remedy: str
) -> None:
    answer = await client.request(method, f"/api/{path}", json={"model": "qwen:latest"})
    assert answer.status_code == 501
    assert remedy in answer.json()["error"]


async def test_a_refusal_repeats_no_name_that_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/pull", json={"model": "x; rm -rf ~"})
    assert answer.json()["error"].endswith("open-autoglm-cli pull NAME")
