"""The field ``kb`` of a chat: answered from a base, with citations in the answer's metadata."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from memory_bases import MemoryBases
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.serving.request import LOCAL_OWNER

pytestmark = pytest.mark.anyio

LINES = "员工请假应提前三天在系统中提交申请，由部门经理审批。\nThe firewall is configured with nft.\n"
QUESTION = "员工请假应怎么提交申请？"
SAID = "员工应提前三天在系统中提交申请。[1]\n由部门经理审批申请。[1]"


@pytest.fixture(autouse=True)
def base(house: ScriptedHouse, tmp_path) -> MemoryBases:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "rules.txt").write_text(LINES, "utf-8")
    house.bases.create(LOCAL_OWNER, "company")
    house.bases.add_folder(LOCAL_OWNER, "company", folder)
    house.bases.look(LOCAL_OWNER, "company")
    house.bases.create("another key", "secret")
    return house.bases


async def ask(client: httpx.AsyncClient, question: str = QUESTION, **fields: Any) -> httpx.Response:
    messages = fields.pop("messages", [{"role": "user", "content": question}])
    body = {"model": "scripted", "messages": messages, "kb": "company", **fields}
    return await client.post("/v1/chat/completions", json=body)


def chunks_of(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


async def test_an_answer_has_its_citations_in_the_metadata(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(SAID)
    response = await ask(client)
    body = response.json()
    [choice] = body["choices"]
    assert choice["message"]["content"] == "员工应提前三天在系统中提交申请。 [1] 由部门经理审批申请。 [1]"
    assert choice["finish_reason"] == "stop"
    assert body["usage"]["completion_tokens"] > 0
    about = body["open_autoglm"]
    assert about["model"] == "scripted"
    found = about["knowledge"]
    assert (found["outcome"], found["searched"]) == ("answered", QUESTION)
    assert found["sentences"][0]["citations"][0]["file"] == "handbook/rules.txt"
    assert response.headers["x-open-autoglm-model"] == "scripted"


async def test_a_stream_comes_by_sentences_and_ends_with_the_citations(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(SAID)
    response = await ask(client, stream=True, stream_options={"include_usage": True})
    chunks = chunks_of(response.text)
    texts = [choice["delta"].get("content") for chunk in chunks for choice in chunk["choices"]]
    assert [text for text in texts if text] == [
        "员工应提前三天在系统中提交申请。 [1]",
        " 由部门经理审批申请。 [1]",
    ]
    last = [chunk for chunk in chunks if chunk["choices"]][-1]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert len(last["open_autoglm"]["knowledge"]["sentences"]) == 2
    assert chunks[-1]["usage"]["prompt_tokens"] > 0


async def test_what_is_not_there_is_said_to_be_not_there(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    body = (await ask(client, "食堂几点开门？")).json()
    assert body["choices"][0]["message"]["content"] == "这些文档中没有找到。"
    assert body["open_autoglm"]["knowledge"]["outcome"] == "not_found"
    assert engine.requests == []


@pytest.mark.parametrize("name", ["secret", "nobody's", "../company"])
async def test_an_unknown_base_and_that_of_another_key_are_alike(
    client: httpx.AsyncClient, name: str
) -> None:
    response = await ask(client, kb=name)
    assert response.status_code == 404
    assert response.json()["error"]["message"].startswith(f"There is no knowledge base {name!r}.")


async def test_a_follow_up_is_completed_from_the_messages(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say("员工请假由谁审批？", "由部门经理审批。[1]")
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "员工应提前三天提交申请。 [1]"},
        {"role": "user", "content": [{"type": "text", "text": "那由谁审批？"}]},
    ]
    found = (await ask(client, messages=messages)).json()["open_autoglm"]["knowledge"]
    assert (found["searched"], found["searched_from"]) == ("员工请假由谁审批？", "model")
    assert found["outcome"] == "answered"


async def test_fields_without_effect_are_named(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say(SAID)
    body = (await ask(client, temperature=0.3, max_tokens=9, colour="red")).json()
    assert body["open_autoglm"]["ignored_fields"] == ["colour", "max_tokens", "temperature"]


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"n": 2}, "n"),
        ({"grammar": "root ::= [a]"}, "grammar"),
        ({"logprobs": True}, "logprobs"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"messages": [{"role": "assistant", "content": "Go on"}]}, "messages"),
        ({"kb": ""}, "kb"),
    ],
)
async def test_what_can_not_go_with_a_base_is_refused(
    client: httpx.AsyncClient, fields: dict[str, Any], parameter: str
) -> None:
    response = await ask(client, **fields)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == parameter


@pytest.mark.parametrize("stream", [False, True])
async def test_a_question_that_is_too_long_or_empty_has_its_status(
    client: httpx.AsyncClient, stream: bool
) -> None:
    assert (await ask(client, "问" * 100_000, stream=stream)).status_code == 413
    assert (await ask(client, " ", stream=stream)).status_code == 400


async def test_an_unknown_model_is_told_before_any_work(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/chat/completions",
        json={"model": "nobody", "messages": [{"role": "user", "content": QUESTION}], "kb": "company"},
    )
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"


async def test_a_model_that_fails_ends_the_answer_with_its_status(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(ScriptedAnswer(error=EngineUnavailable("The worker died.")))
    response = await ask(client)
    assert response.status_code == 503


async def test_a_question_stands_in_line_like_a_chat(
    client: httpx.AsyncClient, answers: Answers, house: ScriptedHouse
) -> None:
    answers.say(SAID)
    await client.post(
        "/v1/chat/completions",
        headers={"x-open-autoglm-priority": "batch"},
        json={"model": "scripted", "messages": [{"role": "user", "content": QUESTION}], "kb": "company"},
    )
    assert [(one.priority, one.owner) for one in house.asked] == [("batch", LOCAL_OWNER)]
