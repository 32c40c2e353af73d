"""Requests are told apart by all that changes their answer, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_autoglm.serving.request_material import request_material
from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    ImagePart,
    Message,
    Sampling,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
)

TOOL = Tool("weather", "of a city", {"type": "object", "properties": {"city": {}, "day": {}}})
CHAT = ChatRequest(
    (
        Message("system", "Be brief."),
        Message("user", (TextPart("What is it?"), ImagePart(b"png", "image/png"))),
    ),
    max_tokens=10,
    tools=(TOOL,),
)
TEXT = TextRequest("def add(a, b):", max_tokens=10)


def material(request: EngineRequest, digest: str = "abc") -> bytes:
    return request_material(digest, request, "reject")


def messages(content: Any) -> dict[str, Any]:
    return {"messages": (CHAT.messages[0], Message("user", content))}


@pytest.mark.parametrize(
    "change",
    [
        messages("What was it?"),
        messages((TextPart("What is it?"), ImagePart(b"PNG", "image/png"))),
        messages((ImagePart(b"png", "image/png"), TextPart("What is it?"))),
        messages((TextPart("What is it?"), TextPart("image/png"))),
        {"messages": CHAT.messages[1:]},
        {"messages": (*CHAT.messages, Message("assistant", "", (ToolCall("1", "weather", "{}"),)))},
        {"messages": (*CHAT.messages, Message("tool", "sunny", tool_call_id="1"))},
        {"max_tokens": 11},
        {"max_tokens": None},
        {"sampling": Sampling(temperature=0.5, seed=1)},
        {"sampling": Sampling(repeat_penalty=1.1)},
        {"sampling": Sampling(frequency_penalty=0.5)},
        {"sampling": Sampling(presence_penalty=0.5)},
        {"sampling": Sampling(logit_bias=((5, -100.0),))},
        {"stop": ("\n",)},
        {"json_schema": {"type": "object"}},
        {"grammar": 'root ::= "a"'},
        {"tools": ()},
        {"tools": (replace(TOOL, description="of a town"),)},
        {"tools": (replace(TOOL, parameters={"type": "object", "properties": {"day": {}, "city": {}}}),)},
        {"tool_choice": "required"},
        {"parallel_tool_calls": False},
        {"logprobs": 0},
        {"template_arguments": {"enable_thinking": False}},
    ],
    ids=str,
)
def test_every_part_of_a_chat_that_changes_the_answer_counts(change: dict[str, Any]) -> None:
    assert material(replace(CHAT, **change)) != material(CHAT)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "def sub(a, b):"},
        {"suffix": ""},
        {"suffix": "return c"},
        {"files": (("a.py", "x = 1"),)},
        {"max_tokens": 11},
        {"stop": ("\n",)},
        {"grammar": 'root ::= "a"'},
        {"json_schema": {}},
        {"logprobs": 1},
        {"sampling": Sampling(temperature=1.0, seed=1)},
    ],
    ids=str,
)
def test_every_part_of_a_text_that_changes_the_answer_counts(change: dict[str, Any]) -> None:
    assert material(replace(TEXT, **change)) != material(TEXT)


@pytest.mark.parametrize(
    "change", [{"temperature": 0.7}, {"top_p": 0.9}, {"top_k": 5}, {"min_p": 0.1}, {"seed": 2}]
)
def test_how_chance_plays_counts_where_it_plays(change: dict[str, Any]) -> None:
    drawn = Sampling(temperature=1.0, seed=1)
    assert material(replace(CHAT, sampling=replace(drawn, **change))) != material(
        replace(CHAT, sampling=drawn)
    )


@pytest.mark.parametrize("change", [{"top_p": 0.9}, {"top_k": 5}, {"min_p": 0.1}, {"seed": 2}])
def test_at_temperature_0_chance_plays_no_part(change: dict[str, Any]) -> None:
    assert material(replace(CHAT, sampling=Sampling(**change))) == material(CHAT)


@pytest.mark.parametrize(
    "same",
    [
        {"sampling": Sampling(temperature=0, repeat_penalty=1)},
        {"messages": (Message("system", (TextPart("Be brief."),)), CHAT.messages[1])},
    ],
    ids=["whole numbers", "text as a part"],
)
def test_two_ways_to_write_the_same_request_are_one(same: dict[str, Any]) -> None:
    assert material(replace(CHAT, **same)) == material(CHAT)


def test_without_tools_it_does_not_matter_how_they_may_be_chosen() -> None:
    plain = replace(CHAT, tools=())
    assert material(replace(plain, tool_choice="none", parallel_tool_calls=False)) == material(plain)


def test_the_order_of_a_schemas_properties_counts_because_the_model_writes_in_that_order() -> None:
    first = replace(CHAT, json_schema={"properties": {"a": {}, "b": {}}})
    second = replace(CHAT, json_schema={"properties": {"b": {}, "a": {}}})
    assert material(first) != material(second)


def test_model_and_context_policy_count() -> None:
    assert material(CHAT, "abc") != material(CHAT, "abd")
    assert request_material("abc", CHAT, "reject") != request_material("abc", CHAT, "truncate")


def test_a_picture_takes_no_more_room_than_its_digest() -> None:
    large = replace(CHAT, messages=(Message("user", (ImagePart(bytes(1_000_000), "image/png"),)),))
    assert len(material(large)) < 2000


def test_half_a_surrogate_pair_in_a_prompt_is_no_obstacle() -> None:
    assert material(replace(TEXT, prompt="\ud83d")) != material(TEXT)
