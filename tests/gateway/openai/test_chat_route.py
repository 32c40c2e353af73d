"""POST /v1/chat/completions over the real service and scripted engines."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.values import ChatRequest, ImagePart, ToolCall

pytestmark = pytest.mark.anyio

PATH = "/v1/chat/completions"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def asking(text: str = "Hello.", **fields: Any) -> dict[str, Any]:
    return {"model": "scripted", "messages": [{"role": "user", "content": text}], **fields}


def showing(model: str) -> dict[str, Any]:
    url = "data:image/png;base64," + base64.b64encode(PIXEL).decode()
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What is it?"}]
    return {"model": model, "messages": [{"role": "user", "content": content}]}


async def test_it_answers(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=asking())
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Hello there, friend."
    assert answer.headers["x-open-autoglm-model"] == "scripted"


async def test_a_tier_answers_with_the_name_of_its_model(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={**asking(), "model": "autoglm-small"})
    assert answer.json()["model"] == answer.json()["open_autoglm"]["model"] == "scripted"


async def test_a_stream_is_server_sent_events(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=asking(stream=True))
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["x-open-autoglm-cache"] == "off"
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_the_tools_call_reaches_the_client(client: httpx.AsyncClient, answers: Answers) -> None:
    call = ToolCall("call_1", "weather", '{"city":"Oslo"}')
    answers.say(ScriptedAnswer(tool_calls=(call,)))
    tools = [{"type": "function", "function": {"name": "weather"}}]
    answer = await client.post(PATH, json=asking(tools=tools))
    choice = answer.json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "weather"


async def test_n_answers_come_in_the_order_of_their_seeds(
    client: httpx.AsyncClient, house: ScriptedHouse
) -> None:
    answer = await client.post(PATH, json=asking(n=3, seed=4))
    assert [choice["index"] for choice in answer.json()["choices"]] == [0, 1, 2]
    assert sorted(asked.request.sampling.seed for asked in house.asked) == [4, 5, 6]


async def test_a_model_that_sees_gets_the_picture(
    client: httpx.AsyncClient, seeing_engine: ScriptedEngine
) -> None:
    answer = await client.post(PATH, json=showing("seeing"))
    assert answer.status_code == 200
    [request] = seeing_engine.requests
    assert isinstance(request, ChatRequest)
    assert request.messages[0].parts[0] == ImagePart(PIXEL, "image/png")


async def test_a_model_that_does_not_see_refuses_it_with_the_remedy(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=showing("scripted"))
    assert answer.status_code == 501
    assert answer.json()["error"]["code"] == "unsupported"
    assert "vision" in answer.json()["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"


async def test_an_address_of_a_picture_is_not_fetched_unless_that_was_allowed(
    client: httpx.AsyncClient,
) -> None:
    body = showing("seeing")
    body["messages"][0]["content"][0]["image_url"]["url"] = "http://127.0.0.1/secret.png"
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 501
    assert "fetch" in answer.json()["error"]["message"]


async def test_an_unknown_model_is_404_with_the_nearest_names(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={**asking(), "model": "scriptd"})
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert "scripted" in error["message"]


async def test_a_conversation_that_does_not_fit_is_refused_with_its_counts(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    answer = await client.post(PATH, json=asking("word " * 5000))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "context_length_exceeded"
    assert "4096" in answer.json()["error"]["message"]
    assert engine.requests == []


async def test_the_context_policy_comes_from_the_body_or_the_header(client: httpx.AsyncClient) -> None:
    messages = [{"role": "user", "content": "word " * 1500}, {"role": "assistant", "content": "yes"}] * 3
    body = {"model": "scripted", "messages": [*messages, {"role": "user", "content": "And now?"}]}
    by_body = await client.post(PATH, json={**body, "context_policy": "truncate"})
    by_header = await client.post(PATH, json=body, headers={"x-open-autoglm-context-policy": "truncate"})
    for answer in (by_body, by_header):
        assert answer.status_code == 200
        assert answer.headers["x-open-autoglm-context"] == "truncated"
        assert answer.json()["open_autoglm"]["context"]["dropped_messages"] > 0


async def test_a_repeatable_answer_is_kept_unless_the_client_forbids_it(client: httpx.AsyncClient) -> None:
    body = asking(temperature=0)
    outcomes = []
    for headers in ({}, {}, {"cache-control": "no-store"}):
        answer = await client.post(PATH, json=body, headers=headers)
        outcomes.append(answer.headers["x-open-autoglm-cache"])
    assert outcomes == ["miss", "hit", "off"]


async def test_flex_waits_behind_people(client: httpx.AsyncClient, house: ScriptedHouse) -> None:
    answer = await client.post(PATH, json=asking(service_tier="flex"))
    assert answer.json()["service_tier"] == "flex"
    assert house.asked[-1].priority == "batch"


async def test_fields_without_effect_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=asking(user="u1", skip_special_tokens=False, top_a=0.1))
    assert answer.json()["open_autoglm"]["ignored_fields"] == ["user", "top_a"]


async def test_what_is_wrong_is_told_with_its_place_before_any_work(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    answer = await client.post(PATH, json=asking(temperature=3))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "temperature"
    assert engine.requests == []


async def test_an_engine_that_dies_at_once_is_503_with_the_reason(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(ScriptedAnswer(error=EngineUnavailable("The worker died.")))
    answer = await client.post(PATH, json=asking(stream=True))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["error"]["message"] == "The worker died."


async def test_an_engine_that_dies_in_the_middle_ends_the_stream_with_the_reason(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    died = EngineUnavailable("The worker died.")
    answers.say(ScriptedAnswer("one two three", error=died, tokens_before_error=2))
    answer = await client.post(PATH, json=asking(stream=True))
    assert answer.status_code == 200
    *_, last = answer.text.strip().split("\n\n")
    assert "The worker died." in last
    assert "[DONE]" not in answer.text
