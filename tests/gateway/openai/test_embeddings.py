"""POST /v1/embeddings: vectors of the model that the setting names, or one sentence why not."""

from __future__ import annotations

import base64

import anyio
import httpx
import numpy as np
import openai
import pytest
from scripted_embedder import WINDOW, ScriptedEmbedder
from scripted_gateway import ScriptedHouse

from open_autoglm.gateway import embeddings as turns

pytestmark = pytest.mark.anyio


@pytest.fixture
def embedder(house: ScriptedHouse) -> ScriptedEmbedder:
    house.embedder = ScriptedEmbedder()
    return house.embedder


async def asked(client: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await client.post("/v1/embeddings", json={"model": "vectors", "input": "ab", **body})


async def test_a_text_becomes_a_vector_and_its_tokens_are_counted(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    answer = (await asked(client)).json()
    (row,) = answer["data"]
    assert (row["object"], row["index"], answer["object"], answer["model"]) == (
        "embedding",
        0,
        "list",
        "vectors",
    )
    assert sum(number**2 for number in row["embedding"]) == pytest.approx(1)
    assert answer["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    assert embedder.asked == [(["ab"], "plain")]


async def test_texts_keep_their_order_and_both_forms_say_the_same(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    texts = ["a" * length for length in range(1, turns.TEXTS_AT_ONCE + 3)]
    floats = (await asked(client, input=texts)).json()["data"]
    coded = (await asked(client, input=texts, encoding_format="base64")).json()["data"]
    assert [row["index"] for row in floats] == list(range(len(texts)))
    first = [row["embedding"][0] for row in floats]
    assert first == sorted(first)
    for row, code in zip(floats, coded, strict=True):
        same = np.frombuffer(base64.b64decode(code["embedding"]), "<f4")
        np.testing.assert_array_equal(same, np.array(row["embedding"], np.float32))


@pytest.mark.parametrize(
    ("input_type", "role"), [("query", "query"), ("passage", "passage"), ("document", "passage")]
)
async def test_a_client_may_say_what_its_texts_are(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient, input_type: str, role: str
) -> None:
    await asked(client, input_type=input_type)
    assert embedder.asked == [(["ab"], role)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"input": [1, 2]}, "token numbers"),
        ({"input": [[1, 2]]}, "token numbers"),
        ({"input": ["a", ""]}, "Text 1 of the input is empty"),
        ({"input": ["a", "b" * (WINDOW + 1)]}, "Text 1 of the input is longer than the window"),
        ({"dimensions": 2}, "have 3 numbers"),
        ({"input": []}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": 1}, "input"),
        ({"input_type": "poem"}, "input_type"),
        ({"encoding_format": "int8"}, "encoding_format"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_can_not_be_honoured_is_refused(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient, body: dict[str, object], said: str
) -> None:
    answer = await asked(client, **body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


async def test_the_dimensions_it_has_may_be_asked_for(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient
) -> None:
    assert (await asked(client, dimensions=3)).status_code == 200


@pytest.mark.parametrize("name", ["text-embedding-3-small", "scripted"])
async def test_another_name_is_unknown_and_the_right_one_told(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient, name: str
) -> None:
    answer = await asked(client, model=name)
    assert answer.status_code == 404
    assert "The one here is vectors." in answer.json()["error"]["message"]
    assert not embedder.asked


async def test_where_none_is_installed_the_command_is_told(
    house: ScriptedHouse, client: httpx.AsyncClient
) -> None:
    named = await asked(client, model=house.settings.embedding_model)
    assert named.status_code == 503
    other = await asked(client, model="text-embedding-3-small")
    assert other.status_code == 404
    for answer in (named, other):
        assert "open-autoglm-cli pull e5" in answer.json()["error"]["message"]


async def test_the_model_is_listed_where_it_would_answer(
    embedder: ScriptedEmbedder, house: ScriptedHouse, client: httpx.AsyncClient
) -> None:
    listed = {row["id"]: row for row in (await client.get("/v1/models")).json()["data"]}
    assert listed["vectors"]["open_autoglm"]["capabilities"] == ["embed"]
    assert (await client.get("/v1/models/vectors")).json()["id"] == "vectors"
    house.embedder = None
    assert "vectors" not in (await client.get("/v1/models")).text


async def test_others_are_answered_while_it_computes_and_too_many_are_sent_away(
    embedder: ScriptedEmbedder, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 1)
    embedder.go.clear()
    found: list[httpx.Response] = []

    async def ask() -> None:
        found.append(await asked(client))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        while not embedder.asked:
            await anyio.sleep(0.01)
        refused = await asked(client)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        embedder.go.set()
    assert found[0].status_code == 200


async def test_the_real_client_understands_the_answer(embedder: ScriptedEmbedder, address: str) -> None:
    async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
        answer = await client.embeddings.create(model="vectors", input=["ab", "员工请假"])
        assert [len(row.embedding) for row in answer.data] == [3, 3]
        assert answer.usage.prompt_tokens == 6
        with pytest.raises(openai.NotFoundError):
            await client.embeddings.create(model="other", input="ab")
    assert embedder.closed == 0  # it is kept
