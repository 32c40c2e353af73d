"""llama.cpp's own completion format: requests written, chunks read as its server sent them."""

from __future__ import annotations

import json

import pytest

from open_autoglm.engine.llama_cpp_format import completion_body, completion_event
from open_autoglm.engine.openai_format import DIALECTS
from open_autoglm.errors import ContextExceeded, EngineError
from open_autoglm.values import PromptProgress, Sampling, StreamEvent, TextRequest, TokenLogprob, Usage

DIALECT = DIALECTS["llama.cpp"]


def test_a_completion_without_limits() -> None:
    body = completion_body(TextRequest("The sea"), "The sea", DIALECT)
    assert (body["prompt"], body["n_predict"], body["stream"]) == ("The sea", -1, True)
    assert (body["temperature"], body["top_k"], body["min_p"]) == (0.0, 0, 0.0)
    assert not {"stop", "json_schema", "grammar", "n_probs", "logit_bias"} & set(body)


def test_a_completion_with_everything() -> None:
    request = TextRequest(
        "The sea",
        max_tokens=5,
        stop=("\n",),
        json_schema={"type": "object"},
        logprobs=0,
        sampling=Sampling(seed=3, logit_bias=((40, -100.0), (41, 2.5))),
    )
    body = completion_body(request, (1, 2), DIALECT)
    assert (body["prompt"], body["n_predict"], body["stop"]) == ([1, 2], 5, ["\n"])
    assert body["json_schema"] == {"type": "object"}
    assert body["n_probs"] == 1
    assert body["logit_bias"] == [[40, False], [41, 2.5]]


@pytest.mark.parametrize(
    ("chunk", "event"),
    [
        ({"content": " is", "stop": False}, StreamEvent(" is")),
        ({"content": "", "stop": False}, None),
        (
            {"content": "", "stop": False, "prompt_progress": {"total": 9, "cache": 1, "processed": 4}},
            StreamEvent(progress=PromptProgress(4, 9)),
        ),
        (
            {
                "content": " a",
                "stop": False,
                "completion_probabilities": [
                    {
                        "token": " a",
                        "bytes": [32, 97],
                        "logprob": -0.5,
                        "top_logprobs": [{"token": " b", "bytes": [32, 98], "logprob": -1.0}],
                    }
                ],
            },
            StreamEvent(
                " a", logprobs=(TokenLogprob(" a", b" a", -0.5, (TokenLogprob(" b", b" b", -1.0),)),)
            ),
        ),
        (
            {
                "content": "",
                "stop": True,
                "stop_type": "limit",
                "tokens_evaluated": 9,
                "tokens_predicted": 5,
                "timings": {"cache_n": 3},
            },
            StreamEvent(finish_reason="length", usage=Usage(9, 5, 3)),
        ),
    ],
    ids=["text", "nothing", "progress", "logprobs", "end"],
)
def test_chunks(chunk: dict[str, object], event: StreamEvent | None) -> None:
    assert completion_event(json.dumps(chunk)) == event


@pytest.mark.parametrize("stop_type", ["eos", "word", "none"])
def test_other_ends_are_stops(stop_type: str) -> None:
    last = {"stop": True, "stop_type": stop_type, "tokens_evaluated": 1, "tokens_predicted": 1}
    event = completion_event(json.dumps(last | {"timings": {"cache_n": 0}}))
    assert event is not None
    assert event.finish_reason == "stop"


@pytest.mark.parametrize("data", ["not JSON", "[]", '{"stop": true}', '{"completion_probabilities": [{}]}'])
def test_what_is_not_a_chunk_is_an_engine_error(data: str) -> None:
    with pytest.raises(EngineError, match="not a completion"):
        completion_event(data)


def test_an_error_inside_a_stream_is_raised() -> None:
    error = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "too long"}}
    with pytest.raises(ContextExceeded, match="too long"):
        completion_event(json.dumps(error))
