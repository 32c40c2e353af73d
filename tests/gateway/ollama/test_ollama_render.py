"""Answers become Ollama's objects, and their durations are those that were measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from open_autoglm.context.report import ContextReport
from open_autoglm.gateway.failures import Failure
from open_autoglm.gateway.ollama.render import (
    AnswerLines,
    PieceShape,
    Record,
    chat_shape,
    empty_answer,
    generate_shape,
    whole_answer,
)
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import PromptProgress, StreamEvent, TokenLogprob, ToolCallPiece, Usage

ABOUT = AnswerAbout("small", "because", "off", ContextReport("reject", 4096, 30, 30, 1), queue_s=2e-9)
END = StreamEvent(finish_reason="stop", usage=Usage(prompt_tokens=30, completion_tokens=4, cached_tokens=20))


def times(*nanoseconds: int) -> Callable[[], int]:
    """A clock that shows these, one a look."""
    return iter(nanoseconds).__next__


def lines_of(
    *events: StreamEvent, shape: PieceShape = chat_shape, record: Record | None = None
) -> list[dict[str, Any]]:
    lines = AnswerLines(shape, record or Record(), ["options.mirostat"])
    data = lines.begin(ABOUT) + b"".join(lines.event(0, event) for event in events) + lines.end()
    return [json.loads(line) for line in data.decode().splitlines()]


def whole_of(*events: StreamEvent, shape: PieceShape = chat_shape) -> dict[str, Any]:
    record = Record()
    record.begin(ABOUT)
    for event in events:
        record.add(event)
    return whole_answer(shape, record, [])


def test_each_piece_is_a_line_and_the_last_line_has_the_counts() -> None:
    first, second, last = lines_of(StreamEvent(text="Hi"), StreamEvent(text="."), END)
    assert (first["message"], first["done"]) == ({"role": "assistant", "content": "Hi"}, False)
    assert second["message"]["content"] == "."
    assert (last["message"]["content"], last["done"], last["done_reason"]) == ("", True, "stop")
    assert (last["prompt_eval_count"], last["eval_count"]) == (30, 4)
    assert last["open_autoglm"]["ignored_fields"] == ["options.mirostat"]
    assert "open_autoglm" not in first
    assert {line["model"] for line in (first, second, last)} == {"small"}


def test_durations_are_measured_from_the_request_to_the_first_token_and_to_the_last() -> None:
    progress = StreamEvent(progress=PromptProgress(0, 30))
    record = Record(times(1000, 1100, 1200, 1400))
    last = lines_of(progress, StreamEvent(text="Hi"), StreamEvent(text="."), END, record=record)[-1]
    assert last["total_duration"] == 400
    assert last["load_duration"] == 2
    assert last["prompt_eval_duration"] == 98
    assert last["eval_duration"] == 300


def test_a_whole_answer_is_one_object() -> None:
    answer = whole_of(StreamEvent(reasoning="Hm."), StreamEvent(text="Hi."), END)
    assert answer["message"] == {"role": "assistant", "content": "Hi.", "thinking": "Hm."}
    assert (answer["done"], answer["eval_count"]) == (True, 4)
    assert answer["created_at"].endswith("Z")


def test_generate_says_response_instead_of_message() -> None:
    answer = whole_of(StreamEvent(reasoning="Hm."), StreamEvent(text="Hi."), END, shape=generate_shape)
    assert (answer["response"], answer["thinking"]) == ("Hi.", "Hm.")
    assert "message" not in answer
    assert lines_of(StreamEvent(text="Hi"), END, shape=generate_shape)[0]["response"] == "Hi"


def test_a_tool_call_comes_whole_with_its_arguments_as_an_object() -> None:
    events = (
        StreamEvent(tool_calls=(ToolCallPiece(0, id="c1", name="weather"),)),
        StreamEvent(tool_calls=(ToolCallPiece(0, arguments='{"city":'),)),
        StreamEvent(tool_calls=(ToolCallPiece(0, arguments='"Rome"}'),)),
        StreamEvent(finish_reason="tool_calls", usage=Usage(30, 4)),
    )
    called, last = lines_of(*events)
    function = {"name": "weather", "arguments": {"city": "Rome"}}
    assert called["message"]["tool_calls"] == [{"id": "c1", "function": function}]
    assert (called["done"], last["done_reason"]) == (False, "stop")
    assert whole_of(*events)["message"]["tool_calls"] == [{"id": "c1", "function": function}]


def test_an_answer_that_reached_its_limit_says_so() -> None:
    assert whole_of(StreamEvent(finish_reason="length", usage=Usage(30, 4)))["done_reason"] == "length"


def test_log_probabilities_stand_beside_the_tokens() -> None:
    entry = TokenLogprob("Hi", b"Hi", -0.5, (TokenLogprob("Ho", b"Ho", -1.0),))
    line = lines_of(StreamEvent(text="Hi", logprobs=(entry,)), END)[0]
    assert line["logprobs"] == [
        {
            "token": "Hi",
            "logprob": -0.5,
            "bytes": [72, 105],
            "top_logprobs": [{"token": "Ho", "logprob": -1.0, "bytes": [72, 111]}],
        }
    ]


def test_a_failure_in_the_middle_is_a_line_with_the_error() -> None:
    assert json.loads(AnswerLines(chat_shape, Record(), []).failed(Failure(503, "Died."))) == {
        "error": "Died."
    }


def test_what_is_said_while_waiting_leaves_each_line_the_json_that_it_is() -> None:
    lines = AnswerLines(chat_shape, Record(), [])
    data = lines.keep_alive() + lines.keep_alive() + lines.failed(Failure(503, "Died."))
    assert lines.keep_alive().strip() == b"" != lines.keep_alive()
    assert [json.loads(line) for line in data.splitlines()] == [{"error": "Died."}]


@pytest.mark.parametrize("reason", ["load", "unload"])
def test_loading_and_unloading_are_answered_without_text(reason: str) -> None:
    answer = empty_answer(generate_shape, "small", reason)
    assert (answer["response"], answer["done"], answer["done_reason"]) == ("", True, reason)
