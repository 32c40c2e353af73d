"""An answer comes out of its stored form as it went in, in fewer pieces."""

from __future__ import annotations

import json

import pytest

from open_autoglm.engine.base import AnswerGatherer
from open_autoglm.serving.stored_events import events_from_json, events_to_json
from open_autoglm.values import Completion, PromptProgress, StreamEvent, TokenLogprob, ToolCallPiece, Usage

END = StreamEvent(finish_reason="stop", usage=Usage(10, 5, 3))


def restored(*events: StreamEvent) -> tuple[StreamEvent, ...]:
    stored = events_from_json(events_to_json(events))
    assert stored is not None
    return stored


def gathered(events: tuple[StreamEvent, ...]) -> Completion:
    gatherer = AnswerGatherer("model")
    for event in events:
        gatherer.add(event)
    return gatherer.completion()


def logprob(token: str, *others: str) -> TokenLogprob:
    return TokenLogprob(token, token.encode(), -0.25, tuple(logprob(other) for other in others))


def test_pieces_of_text_are_joined_and_nothing_is_lost() -> None:
    assert restored(StreamEvent("Hel"), StreamEvent("lo, "), StreamEvent("世界\ud83d"), END) == (
        StreamEvent("Hello, 世界\ud83d"),
        END,
    )


def test_reasoning_text_and_tool_calls_stay_apart_and_in_order() -> None:
    events = (
        StreamEvent(reasoning="Let me "),
        StreamEvent(reasoning="see."),
        StreamEvent("I will ask."),
        StreamEvent(tool_calls=(ToolCallPiece(0, "", "call_1", "weather"),)),
        StreamEvent(tool_calls=(ToolCallPiece(0, '{"city":'),)),
        StreamEvent(tool_calls=(ToolCallPiece(0, '"Rome"}'),)),
        StreamEvent(tool_calls=(ToolCallPiece(1, "{}", "call_2", "time"),)),
        StreamEvent(finish_reason="tool_calls", usage=Usage(10, 5)),
    )
    assert restored(*events) == (
        StreamEvent(reasoning="Let me see."),
        StreamEvent("I will ask."),
        StreamEvent(tool_calls=(ToolCallPiece(0, '{"city":"Rome"}', "call_1", "weather"),)),
        StreamEvent(tool_calls=(ToolCallPiece(1, "{}", "call_2", "time"),)),
        events[-1],
    )
    assert gathered(restored(*events)) == gathered(events)


def test_log_probabilities_keep_their_bytes_and_alternatives() -> None:
    half = TokenLogprob("\ufffd", b"\xe4\xb8", -1.5, (logprob("a"),))
    events = (
        StreamEvent("He", logprobs=(logprob("He", "He", "Ha"),)),
        StreamEvent("y", logprobs=(logprob("y"),)),
        StreamEvent(logprobs=(half,)),
        END,
    )
    assert gathered(restored(*events)) == gathered(events)


def test_progress_of_the_prompt_is_left_out() -> None:
    assert restored(StreamEvent(progress=PromptProgress(1, 2)), StreamEvent("a"), END) == (
        StreamEvent("a"),
        END,
    )


def test_an_end_that_carries_text_stays_whole() -> None:
    end = StreamEvent("b", finish_reason="length", usage=Usage(1, 2))
    assert restored(StreamEvent("a"), end) == (StreamEvent("a"), end)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[1]",
        b"[1, 2, 3]",
        b"[1, [7]]",
        b"[1, []]",
        b'[1, [{"text": "no end"}]]',
        b'[1, [{"finish": "stop"}]]',
        b'[1, [{"calls": [[]], "finish": "stop", "usage": [1, 2, 3]}]]',
        b'[1, [{"logprobs": [["a", "zz", 0, []]], "finish": "stop", "usage": [1, 2, 3]}]]',
        json.dumps([2, [{"finish": "stop", "usage": [1, 2, 3]}]]).encode(),
    ],
)
def test_what_is_not_a_whole_answer_in_this_form_is_none(data: bytes) -> None:
    assert events_from_json(data) is None
