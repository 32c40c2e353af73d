"""Chat answers as OpenAI's clients read them."""

from __future__ import annotations

import json
from typing import Any

from open_autoglm.gateway.failures import Failure
from open_autoglm.gateway.openai.chat.render import ChatStream, whole_chat
from open_autoglm.gateway.openai.stamp import Stamp, fingerprint
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, StreamEvent, TokenLogprob, ToolCall, ToolCallPiece, Usage

STAMP = Stamp("chatcmpl-1", "fp_1", ignored=("user",), created=1_700_000_000)
ABOUT = AnswerAbout("smollm2", "small enough for this machine", "miss", None, queue_s=0.0123)
USAGE = Usage(10, 3, cached_tokens=8)
LAST = StreamEvent(finish_reason="stop", usage=USAGE)


def streamed(*events: StreamEvent, usage: bool = False, logprobs: bool = False) -> list[Any]:
    """The chunks of one answer, without the line that ends them."""
    stream = ChatStream(STAMP, include_usage=usage, logprobs=logprobs)
    data = stream.begin(ABOUT) + b"".join(stream.event(0, event) for event in events) + stream.end()
    lines = data.decode().removesuffix("\n\n").split("\n\n")
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


def deltas(chunks: list[Any]) -> list[Any]:
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"]]


def whole(*completions: Completion, logprobs: bool = False) -> Any:
    body = whole_chat(STAMP, [(ABOUT, completion) for completion in completions], logprobs=logprobs)
    return json.loads(json.dumps(body))


def test_a_whole_answer_has_openais_shape() -> None:
    assert whole(Completion("Hi.", "stop", USAGE, "smollm2")) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "smollm2",
        "system_fingerprint": "fp_1",
        "service_tier": "default",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 8},
        },
        "open_autoglm": {
            "model": "smollm2",
            "reason": "small enough for this machine",
            "cache": "miss",
            "queue_ms": 12.3,
            "context": None,
            "ignored_fields": ["user"],
        },
    }


def test_several_answers_count_their_prompt_once() -> None:
    one = Completion("a", "stop", USAGE, "m")
    answer = whole(one, one)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1]
    assert answer["usage"]["prompt_tokens"] == 10
    assert answer["usage"]["completion_tokens"] == 6


def test_a_call_without_words_has_no_content() -> None:
    call = ToolCall("call_1", "weather", '{"city": "Oslo"}')
    message = whole(Completion("", "tool_calls", USAGE, "m", tool_calls=(call,)))["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
        }
    ]


def test_thoughts_stand_beside_the_answer() -> None:
    message = whole(Completion("4", "stop", USAGE, "m", reasoning="2 and 2"))["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("2 and 2", "4")


def test_log_probabilities_tell_the_bytes_of_every_token() -> None:
    half = TokenLogprob("\ufffd", b"\xe4\xbd", float("-inf"))
    entry = TokenLogprob("a", b"a", -0.5, alternatives=(TokenLogprob("a", b"a", -0.5), half))
    answer = whole(Completion("a", "stop", USAGE, "m", logprobs=(entry,)), logprobs=True)
    assert answer["choices"][0]["logprobs"] == {
        "content": [
            {
                "token": "a",
                "logprob": -0.5,
                "bytes": [97],
                "top_logprobs": [
                    {"token": "a", "logprob": -0.5, "bytes": [97]},
                    {"token": "\ufffd", "logprob": -9999.0, "bytes": [228, 189]},
                ],
            }
        ],
        "refusal": None,
    }


def test_an_answer_that_was_stopped_from_outside_is_not_called_whole() -> None:
    assert whole(Completion("a", "cancelled", USAGE, "m"))["choices"][0]["finish_reason"] == "length"


def test_a_stream_begins_with_the_role_and_ends_with_the_reason() -> None:
    chunks = streamed(StreamEvent(text="Hi"), StreamEvent(text="."), LAST)
    assert deltas(chunks) == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "Hi"},
        {"content": "."},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, None, "stop"]
    assert {chunk["id"] for chunk in chunks} == {"chatcmpl-1"}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


def test_the_last_event_may_carry_text() -> None:
    chunks = streamed(StreamEvent(text="Hi.", finish_reason="stop", usage=USAGE))
    assert deltas(chunks)[1:] == [{"content": "Hi."}, {}]


def test_what_was_done_stands_in_the_first_chunk_only() -> None:
    first, *others = streamed(StreamEvent(text="Hi"), LAST)
    assert first["open_autoglm"]["ignored_fields"] == ["user"]
    assert all("open_autoglm" not in chunk for chunk in others)


def test_usage_comes_in_a_chunk_without_choices_when_it_is_asked_for() -> None:
    *others, last = streamed(StreamEvent(text="Hi"), LAST, usage=True)
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 13
    assert all(chunk["usage"] is None for chunk in others)
    assert all("usage" not in chunk for chunk in streamed(StreamEvent(text="Hi"), LAST))


def test_the_pieces_of_a_call_carry_its_index() -> None:
    pieces = (ToolCallPiece(0, id="call_1", name="weather"), ToolCallPiece(0, arguments="{}"))
    chunks = streamed(
        *(StreamEvent(tool_calls=(piece,)) for piece in pieces),
        StreamEvent(finish_reason="tool_calls", usage=USAGE),
    )
    assert deltas(chunks) == [
        {"role": "assistant", "content": None, "refusal": None},
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
        {},
    ]


def test_thoughts_are_streamed_apart_from_the_answer() -> None:
    chunks = streamed(StreamEvent(reasoning="hm"), StreamEvent(text="4"), LAST)
    assert deltas(chunks)[1:3] == [{"reasoning_content": "hm"}, {"content": "4"}]


def test_a_token_that_is_no_character_yet_still_tells_its_probability() -> None:
    entry = TokenLogprob("\ufffd", b"\xe4", -1.0)
    chunks = streamed(StreamEvent(logprobs=(entry,)), LAST, logprobs=True)
    assert chunks[1]["choices"][0]["delta"] == {"content": ""}
    assert chunks[1]["choices"][0]["logprobs"]["content"][0]["bytes"] == [228]


def test_every_answer_of_a_stream_begins_with_its_own_role() -> None:
    stream = ChatStream(STAMP, include_usage=True, logprobs=False)
    stream.begin(ABOUT)
    data = stream.event(1, StreamEvent(text="b")) + stream.event(0, StreamEvent(text="a"))
    assert data.count(b'"role":"assistant"') == 2
    stream.event(0, LAST)
    stream.event(1, LAST)
    assert b'"completion_tokens":6' in stream.end()


def test_an_error_in_the_middle_is_an_event_that_clients_raise() -> None:
    stream = ChatStream(STAMP, include_usage=False, logprobs=False)
    failed = stream.failed(Failure(503, "The worker died.", code="gone"))
    assert json.loads(failed.removeprefix(b"data: "))["error"]["message"] == "The worker died."


def test_whoever_waits_gets_a_comment_that_no_client_reads() -> None:
    assert ChatStream(STAMP, include_usage=False, logprobs=False).keep_alive().startswith(b":")


def test_the_fingerprint_changes_with_the_weights() -> None:
    assert fingerprint("m", "a") == fingerprint("m", "a") != fingerprint("m", "b")
