"""POST /v1/completions: text past any chat template, and places to fill in."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from scripted_gateway import Answers

from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.completions.render import Asked, CompletionStream, legacy_logprobs
from open_autoglm.gateway.openai.completions.request import CompletionRequest
from open_autoglm.gateway.openai.completions.translate import text_requests
from open_autoglm.gateway.openai.stamp import Stamp
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Sampling, StreamEvent, TextRequest, TokenLogprob, Usage

PATH = "/v1/completions"


def body(**fields: Any) -> CompletionRequest:
    return CompletionRequest.model_validate({"model": "scripted", "prompt": "Once", **fields})


def refusal(**fields: Any) -> str:
    with pytest.raises(FieldRefused) as caught:
        text_requests(body(**fields), ["Once"])
    return caught.value.parameter


def test_what_is_left_out_is_openais_default() -> None:
    assert text_requests(body(), ["Once"]) == [
        TextRequest("Once", max_tokens=16, sampling=Sampling(temperature=1.0))
    ]


def test_every_field_arrives() -> None:
    [request] = text_requests(
        body(suffix="end", max_tokens=9, stop="x", logprobs=2, json_schema={"type": "object"}), ["Once"]
    )
    assert (request.suffix, request.max_tokens, request.stop, request.logprobs) == ("end", 9, ("x",), 2)
    assert request.json_schema == {"type": "object"}


def test_each_prompt_has_n_answers_with_seeds_of_its_own() -> None:
    requests = text_requests(body(n=2, seed=1), ["a", "b"])
    assert [(one.prompt, one.sampling.seed) for one in requests] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"best_of": 3}, "best_of"),
        ({"best_of": 1, "n": 2}, "best_of"),
        ({"echo": True, "suffix": "x"}, "echo"),
        ({"echo": True, "logprobs": 0}, "echo"),
        ({"grammar": "root", "json_schema": {}}, "grammar"),
    ],
)
def test_what_can_not_be_had_together_is_refused(fields: Any, parameter: str) -> None:
    assert refusal(**fields) == parameter


def test_more_answers_than_one_request_may_have_are_refused() -> None:
    with pytest.raises(FieldRefused, match="more than 32"):
        text_requests(body(n=8), ["x"] * 5)


@pytest.mark.parametrize("prompt", [[], [1, "a"], [[]], [-1], [1.5], None, {"text": "a"}, [["a"]]])
def test_a_prompt_is_text_or_tokens_or_a_list_of_either(prompt: Any) -> None:
    with pytest.raises(ValidationError):
        body(prompt=prompt)


def test_legacy_log_probabilities_are_four_lists() -> None:
    entries = (
        TokenLogprob("He", b"He", -0.1, (TokenLogprob("He", b"He", -0.1),)),
        TokenLogprob("y", b"y", -2.0),
    )
    assert legacy_logprobs(entries, 5) == {
        "tokens": ["He", "y"],
        "token_logprobs": [-0.1, -2.0],
        "top_logprobs": [{"He": -0.1}, {}],
        "text_offset": [5, 7],
    }


def test_a_stream_of_two_prompts_counts_both() -> None:
    stream = CompletionStream(Stamp("cmpl-1", "fp"), Asked(("a", "b"), echo=True), include_usage=True)
    stream.begin(AnswerAbout("m", "", "off", None))
    last = StreamEvent(finish_reason="length", usage=Usage(4, 2))
    pieces = [stream.event(index, event) for index in (1, 0) for event in (StreamEvent(text="!"), last)]
    chunks = [json.loads(piece.removeprefix(b"data: ")) for piece in pieces]
    choices = [chunk["choices"][0] for chunk in chunks]
    assert [(choice["index"], choice["text"]) for choice in choices] == [
        (1, "b!"),
        (1, ""),
        (0, "a!"),
        (0, ""),
    ]
    assert choices[-1]["finish_reason"] == "length"
    assert b'"prompt_tokens":8,"completion_tokens":4' in stream.end()


@pytest.mark.anyio
async def test_it_answers_every_prompt(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"model": "scripted", "prompt": ["a", "b"], "echo": True})
    texts = [choice["text"] for choice in answer.json()["choices"]]
    assert texts == ["aHello there, friend.", "bHello there, friend."]
    assert answer.json()["object"] == "text_completion"


@pytest.mark.anyio
async def test_a_prompt_of_tokens_is_the_text_they_stand_for(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    tokens = (await client.post("/tokenize", json={"content": "Once upon"})).json()["tokens"]
    await client.post(PATH, json={"model": "scripted", "prompt": tokens})
    await client.post(PATH, json={"model": "scripted", "prompt": [tokens]})
    assert [request.prompt for request in engine.requests if isinstance(request, TextRequest)] == [
        "Once upon"
    ] * 2


@pytest.mark.anyio
async def test_an_unknown_token_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"model": "scripted", "prompt": [1, 2]})
    assert answer.status_code == 400


@pytest.mark.anyio
async def test_a_suffix_is_filled_up_to(client: httpx.AsyncClient, engine: ScriptedEngine) -> None:
    await client.post(PATH, json={"model": "scripted", "prompt": "a(", "suffix": ")", "max_tokens": 3})
    [request] = engine.requests
    assert request == TextRequest("a(", ")", max_tokens=3, sampling=Sampling(temperature=1.0))


@pytest.mark.anyio
async def test_a_stream_ends_with_done(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say("a b")
    answer = await client.post(PATH, json={"model": "scripted", "prompt": "x", "stream": True, "logprobs": 1})
    lines = answer.text.strip().split("\n\n")
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert [chunk["choices"][0]["text"] for chunk in chunks] == ["a", " b", ""]
    assert [chunk["choices"][0]["logprobs"]["text_offset"] for chunk in chunks[:-1]] == [[0], [1]]
    assert chunks[0]["open_autoglm"]["cache"] == "off"
