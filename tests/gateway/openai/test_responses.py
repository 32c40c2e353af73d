"""POST /v1/responses: what is asked, what is answered and in which events."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.errors import EngineUnavailable
from open_autoglm.gateway.failures import Failure, FieldRefused
from open_autoglm.gateway.openai.responses.render import frame_of
from open_autoglm.gateway.openai.responses.request import ResponseRequest
from open_autoglm.gateway.openai.responses.stream import ResponseStream
from open_autoglm.gateway.openai.responses.translate import chat_request, context_policy_of
from open_autoglm.gateway.openai.stamp import Stamp
from open_autoglm.values import ChatRequest, ImagePart, Message, Sampling, TextPart, Tool, ToolCall

PATH = "/v1/responses"
PNG = "data:image/png;base64,AAAA"
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}


def body(**fields: Any) -> ResponseRequest:
    return ResponseRequest.model_validate({"model": "scripted", "input": "Hello.", **fields})


def translated(**fields: Any) -> ChatRequest:
    return chat_request(body(**fields), {PNG: ImagePart(b"png", "image/png")})


def test_plain_input_is_a_users_turn() -> None:
    assert translated() == ChatRequest((Message("user", "Hello."),), sampling=Sampling(temperature=1.0))


def test_instructions_stand_before_everything() -> None:
    assert translated(instructions="Be brief.").messages[0] == Message("system", "Be brief.")


def test_items_become_turns_and_calls_join_the_turn_they_belong_to() -> None:
    items = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "How is it?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        CALL,
        {**CALL, "call_id": "call_2"},
        {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
        {
            "type": "function_call_output",
            "call_id": "call_2",
            "output": [{"type": "input_text", "text": "warm"}],
        },
    ]
    calls = (ToolCall("call_1", "weather", "{}"), ToolCall("call_2", "weather", "{}"))
    assert translated(input=items).messages == (
        Message("system", "Be brief."),
        Message("user", (TextPart("How is it?"),)),
        Message("assistant", (TextPart("I look."),), calls),
        Message("tool", "sunny", tool_call_id="call_1"),
        Message("tool", "warm", tool_call_id="call_2"),
    )


def test_a_picture_is_a_part_of_a_users_turn() -> None:
    picture = {"type": "input_image", "image_url": PNG}
    [message] = translated(input=[{"role": "user", "content": [picture]}]).messages
    assert message.content == (ImagePart(b"png", "image/png"),)
    with pytest.raises(FieldRefused, match="image"):
        translated(input=[{"role": "system", "content": [picture]}])


def test_tools_format_and_effort_arrive() -> None:
    asked = translated(
        tools=[WEATHER],
        tool_choice={"type": "function", "name": "weather"},
        text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "array"}}},
        reasoning={"effort": "low"},
        max_output_tokens=20,
        parallel_tool_calls=False,
    )
    assert asked.tools == (Tool("weather", "", {"type": "object"}),)
    assert (asked.tool_choice, asked.json_schema, asked.max_tokens) == ("weather", {"type": "array"}, 20)
    assert asked.template_arguments["reasoning_effort"] == "low"
    assert not asked.parallel_tool_calls


@pytest.mark.parametrize(
    ("fields", "logprobs"),
    [({}, None), ({"top_logprobs": 2}, 2), ({"include": ["message.output_text.logprobs"]}, 0)],
)
def test_log_probabilities_are_included_when_asked_for(fields: Any, logprobs: int | None) -> None:
    assert translated(**fields).logprobs == logprobs


@pytest.mark.parametrize(
    ("fields", "policy"),
    [
        ({}, None),
        ({"truncation": "auto"}, "truncate"),
        ({"truncation": "disabled"}, "reject"),
        ({"truncation": "auto", "context_policy": "summarize"}, "summarize"),
    ],
)
def test_truncation_is_a_context_policy(fields: Any, policy: str | None) -> None:
    assert context_policy_of(body(**fields)) == policy


@pytest.mark.parametrize(
    "fields",
    [
        {"input": []},
        {"input": [{"type": "item_reference", "id": "x"}]},
        {"input": [{"role": "tool", "content": "x"}]},
        {"tools": [{"type": "web_search"}]},
        {"tool_choice": {"type": "file_search"}},
        {"max_output_tokens": 0},
    ],
)
def test_what_the_schema_does_not_allow_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        body(**fields)


def test_thoughts_alone_are_no_conversation() -> None:
    with pytest.raises(FieldRefused, match="no message"):
        translated(input=[{"type": "reasoning", "summary": []}])


def test_an_error_before_the_stream_began_is_an_event_of_its_own() -> None:
    stream = ResponseStream(frame_of(Stamp("resp_1", "fp"), body()))
    assert stream.failed(Failure(503, "Gone.")).startswith(b"event: error\n")


def events_of(text: str) -> list[Any]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


@pytest.mark.anyio
async def test_it_answers_with_what_was_asked_beside_it(client: httpx.AsyncClient) -> None:
    asked = {"model": "scripted", "input": "Hello.", "metadata": {"a": "b"}, "tools": [WEATHER]}
    answer = (await client.post(PATH, json=asked)).json()
    assert answer["status"] == "completed"
    assert answer["output"][0]["content"][0]["text"] == "Hello there, friend."
    assert answer["metadata"] == {"a": "b"}
    assert answer["tools"][0]["name"] == "weather"
    assert answer["store"] is False
    assert answer["usage"]["total_tokens"] == answer["usage"]["input_tokens"] + 5


@pytest.mark.anyio
async def test_an_answer_that_was_cut_is_incomplete(client: httpx.AsyncClient) -> None:
    answer = (
        await client.post(PATH, json={"model": "scripted", "input": "x", "max_output_tokens": 2})
    ).json()
    assert answer["status"] == "incomplete"
    assert answer["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.anyio
async def test_items_are_streamed_one_after_another(client: httpx.AsyncClient, answers: Answers) -> None:
    calls = (ToolCall("call_1", "weather", "{}"), ToolCall("call_2", "weather", "{}"))
    answers.say(ScriptedAnswer("So.", reasoning="Hm.", tool_calls=calls))
    asked = {"model": "scripted", "input": "x", "stream": True, "tools": [WEATHER]}
    answer = await client.post(PATH, json=asked)
    events = events_of(answer.text)
    kinds = [event["type"].removeprefix("response.") for event in events]
    text = ["content_part.added", "output_text.delta", "output_text.delta", "output_text.done"]
    thought = ["content_part.added", "reasoning_text.delta", "reasoning_text.delta", "reasoning_text.done"]
    arguments = [*["function_call_arguments.delta"] * 2, "function_call_arguments.done"]
    assert kinds == [
        *("created", "in_progress"),
        *("output_item.added", *thought, "content_part.done", "output_item.done"),
        *("output_item.added", *text, "content_part.done", "output_item.done"),
        *("output_item.added", *arguments, "output_item.done"),
        *("output_item.added", *arguments, "output_item.done"),
        "completed",
    ]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert events[-1]["response"]["output"] == done
    assert [item["type"] for item in done] == ["reasoning", "message", "function_call", "function_call"]
    assert [item.get("call_id") for item in done] == [None, None, "call_1", "call_2"]


@pytest.mark.anyio
async def test_an_empty_answer_is_an_empty_message(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say("", "")
    asked = {"model": "scripted", "input": "x"}
    whole = (await client.post(PATH, json=asked)).json()
    streamed = events_of((await client.post(PATH, json={**asked, "stream": True})).text)[-1]["response"]
    for answer in (whole, streamed):
        assert [item["content"][0]["text"] for item in answer["output"]] == [""]


@pytest.mark.anyio
async def test_log_probabilities_stand_in_the_part(client: httpx.AsyncClient) -> None:
    asked = {"model": "scripted", "input": "x", "top_logprobs": 1}
    whole = (await client.post(PATH, json=asked)).json()
    streamed = events_of((await client.post(PATH, json={**asked, "stream": True})).text)[-1]["response"]
    for answer in (whole, streamed):
        assert len(answer["output"][0]["content"][0]["logprobs"]) == 5


@pytest.mark.anyio
async def test_a_broken_answer_is_a_failed_response(client: httpx.AsyncClient, answers: Answers) -> None:
    died = EngineUnavailable("The worker died.")
    answers.say(ScriptedAnswer("one two three", error=died, tokens_before_error=2))
    answer = await client.post(PATH, json={"model": "scripted", "input": "x", "stream": True})
    last = events_of(answer.text)[-1]
    assert last["type"] == "response.failed"
    assert last["response"]["error"] == {"code": "server_error", "message": "The worker died."}
    assert last["response"]["output"][0]["status"] == "incomplete"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("field", "value"),
    [("previous_response_id", "resp_1"), ("conversation", "conv_1"), ("background", True)],
)
async def test_what_needs_a_memory_is_refused_by_name(
    client: httpx.AsyncClient, field: str, value: Any
) -> None:
    answer = await client.post(PATH, json={"model": "scripted", "input": "x", field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == field


@pytest.mark.anyio
async def test_thoughts_of_earlier_turns_are_named_as_unread(
    client: httpx.AsyncClient, house: ScriptedHouse
) -> None:
    items = [{"role": "user", "content": "x"}, {"type": "reasoning", "id": "rs_1", "summary": []}]
    asked = {"model": "scripted", "input": items, "truncation": "auto", "service_tier": "flex"}
    answer = (await client.post(PATH, json=asked)).json()
    assert answer["open_autoglm"]["ignored_fields"] == ["input.1"]
    assert house.asked[-1].context_policy == "truncate"
    assert house.asked[-1].priority == "batch"
