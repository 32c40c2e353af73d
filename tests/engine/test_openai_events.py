"""Answers read, without a server."""

from __future__ import annotations

import json

import pytest

from open_autoglm.engine.openai_events import chat_event, error_from_body, text_event
from open_autoglm.errors import (
    ContextExceeded,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    NotSupported,
    OpenAutoGLMError,
    UnknownModel,
    UsageError,
)
from open_autoglm.values import PromptProgress, StreamEvent, TokenLogprob, ToolCallPiece, Usage


@pytest.mark.parametrize(
    ("chunk", "event"),
    [
        ({"choices": [{"delta": {"role": "assistant", "content": None}}]}, None),
        ({"choices": [{"delta": {"content": "Hi"}}]}, StreamEvent("Hi")),
        ({"choices": [{"delta": {}, "finish_reason": "length"}]}, StreamEvent(finish_reason="length")),
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
        ({"choices": [{"delta": {"reasoning_content": "Hm"}}]}, StreamEvent(reasoning="Hm")),
        (
            {"choices": [{"delta": {}}], "prompt_progress": {"total": 9, "cache": 0, "processed": 4}},
            StreamEvent(progress=PromptProgress(4, 9)),
        ),
        (
            {
                "choices": [
                    {
                        "delta": {
                            "tool_calls": [
                                {"index": 1, "id": "c", "function": {"name": "add", "arguments": ""}}
                            ]
                        }
                    }
                ]
            },
            StreamEvent(tool_calls=(ToolCallPiece(1, id="c", name="add"),)),
        ),
        (
            {"choices": [{"delta": {"tool_calls": [{"index": 1, "function": {"arguments": "{"}}]}}]},
            StreamEvent(tool_calls=(ToolCallPiece(1, "{"),)),
        ),
        (
            {
                "choices": [
                    {
                        "delta": {"content": "é"},
                        "logprobs": {
                            "content": [
                                {
                                    "token": "é",
                                    "bytes": [195, 169],
                                    "logprob": -0.5,
                                    "top_logprobs": [{"token": "e", "bytes": None, "logprob": -1}],
                                }
                            ]
                        },
                    }
                ]
            },
            StreamEvent(
                "é",
                logprobs=(TokenLogprob("é", b"\xc3\xa9", -0.5, (TokenLogprob("e", b"e", -1.0),)),),
            ),
        ),
    ],
)
def test_chunks(chunk: dict[str, object], event: StreamEvent | None) -> None:
    assert chat_event(json.dumps(chunk)) == event


def test_a_whole_answer_is_read_like_one_chunk() -> None:
    function = {"name": "add", "arguments": "{}"}
    message = {"content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}
    answer = {
        "choices": [{"message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2},
    }
    assert chat_event(json.dumps(answer)) == StreamEvent(
        tool_calls=(ToolCallPiece(0, "{}", "c", "add"),), finish_reason="tool_calls", usage=Usage(9, 2)
    )


def test_text_completions() -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [-0.5], "top_logprobs": [{"b": -1.0}]}
    chunk = {"choices": [{"text": "a", "logprobs": logprobs, "finish_reason": "length"}]}
    row = TokenLogprob("a", b"a", -0.5, (TokenLogprob("b", b"b", -1.0),))
    assert text_event(json.dumps(chunk)) == StreamEvent("a", logprobs=(row,), finish_reason="length")
    assert text_event('{"choices": []}') is None
    with pytest.raises(EngineError, match="not a text chunk"):
        text_event("[]")


@pytest.mark.parametrize(
    "data", ["not JSON", "[]", '"text"', '{"choices": [{"delta": 3}]}', '{"usage": {"a": 1}}']
)
def test_what_is_not_a_chunk_is_an_engine_error(data: str) -> None:
    with pytest.raises(EngineError, match="not a chat chunk"):
        chat_event(data)


def test_an_answer_that_was_held_back_is_not_taken_for_whole() -> None:
    with pytest.raises(EngineError, match="content_filter"):
        chat_event('{"choices": [{"delta": {}, "finish_reason": "content_filter"}]}')


def test_an_error_inside_a_stream_is_raised() -> None:
    with pytest.raises(EngineError, match="out of memory"):
        chat_event('{"error": {"code": 500, "message": "out of memory"}}')


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
        (501, {"error": {"message": "no embeddings"}}, NotSupported),
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
