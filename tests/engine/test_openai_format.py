"""Requests written and answers read, without a server."""

from __future__ import annotations

import json

import pytest

from open_autoglm.engine.openai_format import (
    DIALECTS,
    chat_body,
    error_from_body,
    estimate_tokens,
    event_from_chunk,
)
from open_autoglm.errors import (
    ContextExceeded,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    OpenAutoGLMError,
    UnknownModel,
    UsageError,
)
from open_autoglm.values import ChatRequest, ImagePart, Message, Sampling, StreamEvent, TextPart, Usage

HELLO = (Message("system", "Be brief."), Message("user", "Hello"))


def test_a_plain_server_is_told_only_what_differs_from_its_own_format() -> None:
    assert chat_body(ChatRequest(HELLO), "m", DIALECTS["openai"]) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
    }


def test_llama_cpp_is_told_everything_because_its_defaults_differ() -> None:
    body = chat_body(ChatRequest(HELLO), "m", DIALECTS["llama.cpp"])
    assert body["top_k"] == 0
    assert body["top_p"] == 1.0
    assert body["min_p"] == 0.0
    assert body["repeat_penalty"] == 1.0
    assert "seed" not in body


def test_limits_and_constraints() -> None:
    schema = {"type": "object"}
    request = ChatRequest(
        HELLO, max_tokens=7, stop=("a", "b"), json_schema=schema, sampling=Sampling(seed=3, top_k=5)
    )
    body = chat_body(request, "m", DIALECTS["vllm"])
    assert (body["max_tokens"], body["stop"], body["seed"], body["top_k"]) == (7, ["a", "b"], 3, 5)
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == schema
    grammar = chat_body(ChatRequest(HELLO, grammar="root ::= [a-z]"), "m", DIALECTS["llama.cpp"])
    assert grammar["grammar"] == "root ::= [a-z]"


def test_a_picture_travels_as_a_data_url_in_its_place() -> None:
    message = Message("user", (ImagePart(b"\x00\x01", "image/png"), TextPart("What is it?")))
    body = chat_body(ChatRequest((message,)), "m", DIALECTS["openai"])
    assert body["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAE="}},
        {"type": "text", "text": "What is it?"},
    ]


@pytest.mark.parametrize(
    ("chunk", "event"),
    [
        ({"choices": [{"delta": {"role": "assistant", "content": None}}]}, None),
        ({"choices": [{"delta": {"content": "Hi"}}]}, StreamEvent("Hi")),
        ({"choices": [{"delta": {}, "finish_reason": "length"}]}, StreamEvent("", "length")),
        (
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 2,
                    "prompt_tokens_details": {"cached_tokens": 4},
                },
            },
            StreamEvent(usage=Usage(9, 2, 4)),
        ),
        (
            {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
            StreamEvent(usage=Usage(9, 2)),
        ),
    ],
)
def test_chunks(chunk: dict[str, object], event: StreamEvent | None) -> None:
    assert event_from_chunk(json.dumps(chunk)) == event


@pytest.mark.parametrize(
    "data", ["not JSON", "[]", '"text"', '{"choices": [{"delta": 3}]}', '{"usage": {"a": 1}}']
)
def test_what_is_not_a_chunk_is_an_engine_error(data: str) -> None:
    with pytest.raises(EngineError, match="not a chat chunk"):
        event_from_chunk(data)


def test_an_answer_that_was_held_back_is_not_taken_for_whole() -> None:
    with pytest.raises(EngineError, match="content_filter"):
        event_from_chunk('{"choices": [{"delta": {}, "finish_reason": "content_filter"}]}')


def test_an_error_inside_a_stream_is_raised() -> None:
    with pytest.raises(EngineError, match="out of memory"):
        event_from_chunk('{"error": {"code": 500, "message": "out of memory"}}')


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"type": "exceed_context_size_error", "message": "too long"}}, ContextExceeded),
        (400, {"error": {"code": "context_length_exceeded", "message": "too long"}}, ContextExceeded),
        (400, {"error": {"message": "bad"}}, UsageError),
        (422, {"detail": "bad"}, UsageError),
        (401, {"error": {"message": "no key"}}, EngineError),
        (404, {"error": "no such model"}, UnknownModel),
        (408, "late", EngineTimeout),
        (429, "slow down", EngineUnavailable),
        (503, {"error": {"message": "Loading model"}}, EngineUnavailable),
        (500, "", EngineError),
        (500, None, EngineError),
    ],
)
def test_statuses_become_errors_of_our_tree(status: int, body: object, kind: type[OpenAutoGLMError]) -> None:
    assert type(error_from_body(status, body)) is kind


def test_a_long_error_page_is_quoted_in_part() -> None:
    assert len(str(error_from_body(500, "x" * 100_000))) < 1000


def test_the_estimate_is_rather_high_than_low() -> None:
    english = "The quick brown fox jumps over the lazy dog. " * 10  # 100 words, about 102 tokens
    assert 100 < estimate_tokens(ChatRequest((Message("user", english),))) < 200
    assert estimate_tokens(ChatRequest((Message("user", "中文" * 50),))) == 108
    assert estimate_tokens(ChatRequest((Message("user", (ImagePart(b"", "image/png"),)),))) == 1032
