"""llama.cpp's own routes, for editors and tools that know no model's name."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.llama_server.request import InfillRequest
from open_autoglm.gateway.openai.llama_server.translate import filling_of, is_truncated, text_request
from open_autoglm.values import Sampling, TextRequest

PLACE = {"input_prefix": "def add(", "input_suffix": "):\n"}


def translated(**fields: Any) -> TextRequest:
    body = InfillRequest.model_validate({**PLACE, **fields})
    return text_request(body, filling_of(body))


def test_what_is_left_out_is_greedy_and_ends_with_its_line() -> None:
    assert translated() == TextRequest("def add(", "):\n", sampling=Sampling(temperature=0), stop=("\n",))


def test_a_temperature_that_is_named_is_taken() -> None:
    assert translated(temperature=0.8).sampling.temperature == 0.8


def test_the_prompt_goes_on_after_the_prefix() -> None:
    assert translated(prompt="a, ").prompt == "def add(a, "


@pytest.mark.parametrize(("sent", "limit"), [(-1, None), (0, 0), (64, 64)])
def test_minus_one_token_is_no_limit(sent: int, limit: int | None) -> None:
    assert translated(n_predict=sent).max_tokens == limit


def test_other_files_are_shown_with_their_names() -> None:
    extra = [{"filename": "a.py", "text": "A"}, {"text": "B"}]
    assert translated(input_extra=extra).files == (("a.py", "A"), ("file 2", "B"))


def test_an_answer_with_a_given_form_is_left_as_it_is() -> None:
    body = InfillRequest.model_validate({**PLACE, "grammar": "root ::= [0-9]"})
    assert filling_of(body) is None
    assert translated(grammar="root ::= [0-9]", stop="x").stop == ("x",)


def test_of_many_other_files_the_newest_are_shown_and_that_is_told() -> None:
    extra = [{"filename": f"{number}.py", "text": "word = 1\n" * 100} for number in range(16)]
    body = InfillRequest.model_validate({**PLACE, "input_extra": extra})
    request = text_request(body, filling_of(body))
    assert [name for name, _ in request.files] == ["13.py", "14.py", "15.py"]
    assert is_truncated(body, request)
    assert not is_truncated(InfillRequest.model_validate(PLACE), translated())


def test_lines_farther_on_stand_before_the_prefix_where_they_need_not_be_computed_again() -> None:
    suffix = "\n" + "".join(f"line_{number} = {number}\n" for number in range(20))
    request = translated(input_suffix=suffix)
    assert request.suffix == "\nline_0 = 0\nline_1 = 1\nline_2 = 2\n"
    assert request.files[-1][1].startswith("line_3 = 3\n")


def test_two_forms_at_once_are_refused() -> None:
    with pytest.raises(FieldRefused, match="grammar"):
        translated(grammar="root", json_schema={})


@pytest.mark.anyio
async def test_infill_answers_with_the_configured_model(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    sent = {**PLACE, "n_predict": 3, "samplers": ["top_k"]}
    answer = (await client.post("/infill", json=sent)).json()
    assert answer["content"] == "Hello there,"
    assert answer["stop"] is True
    assert (answer["stop_type"], answer["tokens_predicted"]) == ("limit", 3)
    assert answer["open_autoglm"]["ignored_fields"] == ["samplers"]
    assert len(engine.requests) == 1


@pytest.mark.anyio
async def test_infill_streams_the_checked_completion_and_then_the_counts(client: httpx.AsyncClient) -> None:
    answer = await client.post("/infill", json={**PLACE, "stream": True})
    pieces = [json.loads(line.removeprefix("data: ")) for line in answer.text.strip().split("\n\n")]
    assert "".join(piece["content"] for piece in pieces) == "Hello there, friend."
    assert [piece["stop"] for piece in pieces] == [False, True]
    assert pieces[-1]["tokens_predicted"] == 5


@pytest.mark.anyio
async def test_a_model_may_be_named(client: httpx.AsyncClient) -> None:
    for path, body in (("/infill", PLACE), ("/tokenize", {"content": "x"}), ("/detokenize", {"tokens": [1]})):
        answer = await client.post(path, json={**body, "model": "nobody"})
        assert answer.status_code == 404


@pytest.mark.anyio
async def test_a_text_goes_to_tokens_and_back(client: httpx.AsyncClient) -> None:
    tokens = (await client.post("/tokenize", json={"content": "Hello there"})).json()["tokens"]
    assert len(tokens) == 2
    assert (await client.post("/detokenize", json={"tokens": tokens})).json() == {"content": "Hello there"}
    assert (await client.post("/detokenize", json={"tokens": []})).json() == {"content": ""}


@pytest.mark.anyio
async def test_tokens_can_be_told_with_their_text(client: httpx.AsyncClient) -> None:
    answer = await client.post("/tokenize", json={"content": "Hello there", "with_pieces": True})
    assert [token["piece"] for token in answer.json()["tokens"]] == ["Hello", " there"]


@pytest.mark.anyio
async def test_a_long_text_can_be_told_with_its_pieces(client: httpx.AsyncClient) -> None:
    answer = await client.post("/tokenize", json={"content": "word " * 5000, "with_pieces": True})
    assert "".join(token["piece"] for token in answer.json()["tokens"]) == "word " * 5000


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"add_special": True}, "add_special"),
        ({"parse_special": False}, "parse_special"),
    ],
)
async def test_what_tokenize_can_not_do_is_refused(
    client: httpx.AsyncClient, fields: dict[str, Any], parameter: str
) -> None:
    answer = await client.post("/tokenize", json={"content": "x", **fields})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == parameter
