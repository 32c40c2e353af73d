"""Answers become Anthropic's messages, whole or as events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from open_autoglm.context.report import ContextReport
from open_autoglm.gateway.anthropic.render import AnswerForm, MessageStream, message
from open_autoglm.gateway.failures import Failure
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, StreamEvent, ToolCall, ToolCallPiece, Usage

ABOUT = AnswerAbout("small", "because", "miss", ContextReport("reject", 4096, 30, 30, 1))
FORM = AnswerForm(max_tokens=100)
USAGE = Usage(prompt_tokens=30, completion_tokens=4, cached_tokens=20)


def whole(form: AnswerForm = FORM, **fields: Any) -> dict[str, Any]:
    given = {"text": "Hi.", "finish_reason": "stop", "usage": USAGE, "model": "small", **fields}
    return message(ABOUT, Completion(**given), form).model_dump()


def events_of(*events: StreamEvent, form: AnswerForm = FORM) -> list[dict[str, Any]]:
    stream = MessageStream(form)
    data = stream.begin(ABOUT) + b"".join(stream.event(0, event) for event in events) + stream.end()
    return parsed(data)


def parsed(data: bytes) -> list[dict[str, Any]]:
    """The data of each event, whose name has to be its type."""
    found = []
    for block in data.decode().strip().split("\n\n"):
        name, _, line = block.partition("\n")
        value = json.loads(line.removeprefix("data: "))
        assert name == f"event: {value['type']}"
        found.append(value)
    return found


def test_a_whole_answer_says_what_was_said_and_why_it_ended() -> None:
    answer = whole()
    assert answer["content"] == [{"type": "text", "text": "Hi."}]
    assert (answer["type"], answer["role"], answer["model"]) == ("message", "assistant", "small")
    assert (answer["stop_reason"], answer["stop_sequence"]) == ("end_turn", None)
    assert answer["id"].startswith("msg_")


def test_tokens_that_were_reused_are_counted_apart() -> None:
    usage = whole()["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]) == (10, 20, 4)


def test_blocks_come_in_the_order_thinking_text_tools() -> None:
    calls = (ToolCall("c1", "weather", '{"city": "Rome"}'), ToolCall("c2", "now", ""))
    answer = whole(reasoning="Hm.", tool_calls=calls, finish_reason="tool_calls")
    assert answer["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        {"type": "text", "text": "Hi."},
        {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Rome"}},
        {"type": "tool_use", "id": "c2", "name": "now", "input": {}},
    ]
    assert answer["stop_reason"] == "tool_use"


def test_an_empty_answer_has_no_block() -> None:
    assert whole(text="")["content"] == []


def test_a_tool_call_that_was_cut_keeps_its_text() -> None:
    answer = whole(text="", tool_calls=(ToolCall("c1", "weather", '{"city": "Ro'),), finish_reason="length")
    assert answer["content"][0]["input"] == {"INVALID_JSON": '{"city": "Ro'}


@pytest.mark.parametrize(("max_tokens", "reason"), [(4, "max_tokens"), (5, "model_context_window_exceeded")])
def test_the_limit_and_the_window_are_told_apart(max_tokens: int, reason: str) -> None:
    assert whole(AnswerForm(max_tokens), finish_reason="length")["stop_reason"] == reason


def test_thoughts_that_are_to_be_omitted_are_nowhere() -> None:
    hidden = AnswerForm(100, shows_thinking=False)
    assert [block["type"] for block in whole(hidden, reasoning="Hm.")["content"]] == ["text"]
    kinds = [event["type"] for event in events_of(StreamEvent(reasoning="Hm."), form=hidden)]
    assert kinds == ["message_start", "message_delta", "message_stop"]


def test_fields_without_effect_are_named_in_the_answer() -> None:
    about = whole(AnswerForm(100, ignored=("speed",)))["open_autoglm"]
    assert (about["ignored_fields"], about["cache"], about["context"]["window"]) == (["speed"], "miss", 4096)


def test_a_stream_is_the_exact_sequence_of_events() -> None:
    events = events_of(
        StreamEvent(text="Hi"), StreamEvent(text="."), StreamEvent(finish_reason="stop", usage=USAGE)
    )
    begun = events.pop(0)["message"]
    assert (begun["content"], begun["stop_reason"]) == ([], None)
    assert (begun["usage"]["input_tokens"], begun["usage"]["output_tokens"]) == (30, 0)
    assert events == [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "."}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 10,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 20,
                "output_tokens": 4,
            },
        },
        {"type": "message_stop"},
    ]


def test_thoughts_text_and_each_tool_call_are_blocks_one_after_another() -> None:
    events = events_of(
        StreamEvent(reasoning="Hm."),
        StreamEvent(text="So:"),
        StreamEvent(tool_calls=(ToolCallPiece(0, id="c1", name="weather"),)),
        StreamEvent(tool_calls=(ToolCallPiece(0, arguments='{"city":'),)),
        StreamEvent(
            tool_calls=(ToolCallPiece(0, arguments='"Rome"}'), ToolCallPiece(1, id="c2", name="now"))
        ),
        StreamEvent(finish_reason="tool_calls", usage=USAGE),
    )
    steps = [
        (event["type"].removeprefix("content_block_"), event["index"])
        for event in events
        if event["type"].startswith("content_block")
    ]
    assert steps == [
        *(("start", 0), ("delta", 0), ("stop", 0)),
        *(("start", 1), ("delta", 1), ("stop", 1)),
        *(("start", 2), ("delta", 2), ("delta", 2), ("stop", 2)),
        *(("start", 3), ("stop", 3)),
    ]
    started = [event["content_block"] for event in events if event["type"] == "content_block_start"]
    assert [block["type"] for block in started] == ["thinking", "text", "tool_use", "tool_use"]
    assert started[2] == {"type": "tool_use", "id": "c1", "name": "weather", "input": {}}
    pieces = [event["delta"]["partial_json"] for event in events if "partial_json" in event.get("delta", {})]
    assert "".join(pieces) == '{"city":"Rome"}'
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_a_failure_in_the_middle_is_an_error_event() -> None:
    assert parsed(MessageStream(FORM).failed(Failure(503, "The worker died."))) == [
        {"type": "error", "error": {"type": "overloaded_error", "message": "The worker died."}}
    ]


def test_waiting_is_a_ping() -> None:
    assert parsed(MessageStream(FORM).keep_alive()) == [{"type": "ping"}]


def test_an_answer_from_the_cache_counts_its_prompt_at_the_end() -> None:
    stream = MessageStream(FORM)
    begun = parsed(stream.begin(AnswerAbout("small", "because", "hit", None)))[0]
    assert begun["message"]["usage"]["input_tokens"] == 0
    stream.event(0, StreamEvent(finish_reason="stop", usage=USAGE))
    assert parsed(stream.end())[0]["usage"]["input_tokens"] == 10
