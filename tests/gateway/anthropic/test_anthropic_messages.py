"""``/v1/messages`` over HTTP, with scripted models behind it."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import anyio
import httpx
import pytest
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.serving.service import ServiceOptions
from open_autoglm.values import ChatRequest, ImagePart, Message, ToolCall

pytestmark = pytest.mark.anyio

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEATHER = {"name": "weather", "input_schema": {"type": "object"}}


def body(**fields: Any) -> dict[str, Any]:
    return {
        "model": "scripted",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hello"}],
        **fields,
    }


def with_picture(model: str) -> dict[str, Any]:
    data = base64.b64encode(PIXEL).decode()
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return body(model=model, messages=[{"role": "user", "content": [{"type": "image", "source": source}]}])


def kinds_of(stream: str) -> list[str]:
    return [line.removeprefix("event: ") for line in stream.splitlines() if line.startswith("event: ")]


async def test_a_conversation_is_answered_whole(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/messages", json=body())
    assert answer.status_code == 200
    assert answer.json()["content"] == [{"type": "text", "text": "Hello there, friend."}]
    assert answer.json()["usage"]["input_tokens"] == 5
    assert answer.headers["x-open-autoglm-context"] == "nothing"


async def test_a_conversation_is_answered_as_events(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/messages", json=body(stream=True))
    assert answer.headers["content-type"] == "text/event-stream"
    kinds = kinds_of(answer.text)
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]


async def test_the_tier_that_was_asked_for_is_answered_by_a_named_model(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/messages", json=body(model="autoglm-small"))
    assert answer.json()["model"] == "scripted"


async def test_tools_are_called(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say(ScriptedAnswer(tool_calls=(ToolCall("c1", "weather", '{"city":"Rome"}'),)))
    answer = await client.post("/v1/messages", json=body(tools=[WEATHER], tool_choice={"type": "any"}))
    assert answer.json()["stop_reason"] == "tool_use"
    assert answer.json()["content"] == [
        {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Rome"}}
    ]


async def test_tokens_are_counted_as_the_engine_counts_them(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    asked = body(system="Be brief.", tools=[WEATHER])
    del asked["max_tokens"]
    counted = await client.post("/v1/messages/count_tokens", json=asked)
    assert engine.requests == []
    answered = await client.post("/v1/messages", json=body(system="Be brief.", tools=[WEATHER]))
    assert counted.json()["input_tokens"] == answered.json()["usage"]["input_tokens"]


async def test_an_unknown_model_is_not_found_and_the_nearest_is_told(client: httpx.AsyncClient) -> None:
    for stream in (False, True):
        answer = await client.post("/v1/messages", json=body(model="scriptd", stream=stream))
        assert answer.status_code == 404
        error = answer.json()["error"]
        assert (answer.json()["type"], error["type"]) == ("error", "not_found_error")
        assert "'scriptd'" in error["message"]
        assert "scripted" in error["message"]


async def test_a_prompt_longer_than_the_window_is_refused_with_both_counts_before_any_work(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    long = [{"role": "user", "content": "word " * 5000}]
    answer = await client.post("/v1/messages", json=body(messages=long))
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert "5005 tokens" in answer.json()["error"]["message"]
    assert "4096 tokens" in answer.json()["error"]["message"]
    assert engine.requests == []


async def test_a_long_conversation_is_cut_where_the_header_says_so(
    client: httpx.AsyncClient, house: ScriptedHouse
) -> None:
    turns = [{"role": role, "content": "word " * 900} for role in ("user", "assistant") * 3]
    long = [*turns, {"role": "user", "content": "And now?"}]
    headers = {"x-open-autoglm-context-policy": "truncate"}
    answer = await client.post("/v1/messages", json=body(messages=long), headers=headers)
    assert answer.json()["open_autoglm"]["context"]["done"] == "truncated"
    assert answer.headers["x-open-autoglm-context"] == "truncated"


async def test_an_answer_may_be_asked_for_that_is_larger_than_the_window(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say("Short.", "word " * 5000)
    answer = await client.post("/v1/messages", json=body(max_tokens=64_000))
    assert answer.json()["stop_reason"] == "end_turn"
    answer = await client.post("/v1/messages", json=body(max_tokens=64_000))
    assert answer.json()["stop_reason"] == "model_context_window_exceeded"
    assert answer.json()["usage"]["output_tokens"] == 4096 - 5


async def test_a_picture_reaches_a_model_that_can_see(
    client: httpx.AsyncClient, seeing_engine: ScriptedEngine
) -> None:
    answer = await client.post("/v1/messages", json=with_picture("seeing"))
    assert answer.status_code == 200
    request = seeing_engine.requests[0]
    assert isinstance(request, ChatRequest)
    assert request.messages == (Message("user", (ImagePart(PIXEL, "image/png"),)),)


async def test_a_picture_is_refused_by_a_model_that_can_t_see(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/messages", json=with_picture("scripted"))
    assert (answer.status_code, answer.json()["error"]["type"]) == (501, "api_error")
    assert "vision" in answer.json()["error"]["message"]


async def test_the_address_of_a_picture_is_not_fetched(client: httpx.AsyncClient) -> None:
    source = {"type": "url", "url": "http://127.0.0.1/a.png"}
    content = [{"type": "image", "source": source}]
    asked = body(model="seeing", messages=[{"role": "user", "content": content}])
    assert (await client.post("/v1/messages", json=asked)).status_code == 501


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "sound"}]}]}, "messages.0.content.0"),
        ({"temperature": 1.5}, "temperature"),
        ({"stop_sequences": [""]}, "stop_sequences.0"),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools.0"),
    ],
)
async def test_what_is_not_valid_is_named_by_its_place(
    client: httpx.AsyncClient, fields: dict[str, Any], place: str
) -> None:
    answer = await client.post("/v1/messages", json=body(**fields))
    assert answer.status_code == 400
    assert f"not valid: {place}: " in answer.json()["error"]["message"]


async def test_a_failure_in_the_middle_of_a_stream_is_its_last_event(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(ScriptedAnswer("One two three", error=EngineUnavailable("Died."), tokens_before_error=2))
    answer = await client.post("/v1/messages", json=body(stream=True))
    assert answer.status_code == 200
    assert kinds_of(answer.text)[-1] == "error"
    assert "message_stop" not in answer.text


async def test_a_failure_before_the_first_token_has_its_status(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(ScriptedAnswer("One", error=EngineUnavailable("Died.")))
    answer = await client.post("/v1/messages", json=body(stream=True))
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "overloaded_error")


class TestAFullQueue:
    @pytest.fixture
    def options(self) -> ServiceOptions:
        return ServiceOptions(queue_limit=1)

    async def test_is_told_with_how_long_to_wait(
        self, client: httpx.AsyncClient, answers: Answers, house: ScriptedHouse
    ) -> None:
        await client.post("/v1/messages", json=body())  # loads the model, which has two slots
        answers.usual = ScriptedAnswer("Slow.", token_delay_s=30.0)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(partial(client.post, "/v1/messages", json=body()))
                while len(house.asked) < 4:
                    await anyio.sleep(0.005)
                await anyio.wait_all_tasks_blocked()
                answer = await client.post("/v1/messages", json=body())
                tasks.cancel_scope.cancel()
        assert (answer.status_code, answer.json()["error"]["type"]) == (429, "rate_limit_error")
        assert int(answer.headers["retry-after"]) >= 1
