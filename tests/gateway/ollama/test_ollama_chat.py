"""``/api/chat`` and ``/api/generate`` over HTTP, with scripted models behind them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from scripted_gateway import Answers

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.values import ChatRequest, ImagePart, Message, TextPart, TextRequest, ToolCall

pytestmark = pytest.mark.anyio

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
HELLO = [{"role": "user", "content": "Hello"}]


def body(**fields: Any) -> dict[str, Any]:
    return {"model": "scripted", "messages": HELLO, "stream": False, **fields}


async def running(client: httpx.AsyncClient) -> list[str]:
    return [model["name"] for model in (await client.get("/api/ps")).json()["models"]]


async def test_a_chat_streams_lines_unless_told_otherwise(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json={"model": "scripted", "messages": HELLO})
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "".join(line["message"]["content"] for line in lines) == "Hello there, friend."
    assert [line["done"] for line in lines] == [False] * 5 + [True]
    assert lines[-1]["eval_count"] == 5
    assert lines[-1]["total_duration"] >= lines[-1]["eval_duration"] > 0


async def test_a_whole_answer_has_durations_that_add_up(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/chat", json=body())).json()
    assert answer["message"] == {"role": "assistant", "content": "Hello there, friend."}
    parts = (answer["load_duration"], answer["prompt_eval_duration"], answer["eval_duration"])
    assert all(part > 0 for part in parts)
    assert sum(parts) == answer["total_duration"]


async def test_the_tag_latest_means_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json=body(model="autoglm-small:latest"))
    assert answer.json()["model"] == "scripted"


@pytest.mark.parametrize("path", ["chat", "generate"])
async def test_any_other_name_is_not_found_and_the_nearest_is_told(
    client: httpx.AsyncClient, path: str
) -> None:
    for stream in (False, True):
        asked = body(model="scripted:7b", prompt="Hello", stream=stream)
        answer = await client.post(f"/api/{path}", json=asked)
        assert answer.status_code == 404
        assert answer.json()["error"].startswith('model "scripted:7b" not found. Did you mean scripted')


async def test_a_body_is_json_whatever_its_type_says(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/chat",
        content=json.dumps(body()),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200


async def test_half_a_character_is_refused_whatever_the_type_says(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/chat",
        content=json.dumps(body(format={"description": "\ud800"})),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400
    assert "half a character" in answer.json()["error"]


async def test_tools_are_called(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say(ScriptedAnswer(tool_calls=(ToolCall("c1", "weather", '{"city":"Rome"}'),)))
    answer = (await client.post("/api/chat", json=body(tools=[WEATHER]))).json()
    function = {"name": "weather", "arguments": {"city": "Rome"}}
    assert answer["message"]["tool_calls"] == [{"id": "c1", "function": function}]
    assert answer["done_reason"] == "stop"


async def test_a_picture_reaches_a_model_that_can_see(
    client: httpx.AsyncClient, seeing_engine: ScriptedEngine
) -> None:
    picture = base64.b64encode(PIXEL).decode()
    asked = body(model="seeing", messages=[{"role": "user", "content": "What?", "images": [picture]}])
    assert (await client.post("/api/chat", json=asked)).status_code == 200
    request = seeing_engine.requests[0]
    assert isinstance(request, ChatRequest)
    assert request.messages == (Message("user", (ImagePart(PIXEL, "image/png"), TextPart("What?"))),)
    answer = await client.post("/api/chat", json={**asked, "model": "scripted"})
    assert answer.status_code == 501
    assert "vision" in answer.json()["error"]


@pytest.mark.parametrize(("picture", "status"), [("not base64", 422), ("aGVsbG8=", 415)])
async def test_what_is_no_picture_is_refused(client: httpx.AsyncClient, picture: str, status: int) -> None:
    messages = [{"role": "user", "images": [picture]}]
    answer = await client.post("/api/chat", json=body(model="seeing", messages=messages))
    assert answer.status_code == status


async def test_a_window_larger_than_the_loaded_one_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/chat", json=body(options={"num_ctx": 4096}))).status_code == 200
    answer = await client.post("/api/chat", json=body(options={"num_ctx": 8192}))
    assert answer.status_code == 400
    assert "num_ctx is 8192" in answer.json()["error"]
    assert "window of 4096" in answer.json()["error"]


async def test_a_conversation_longer_than_the_window_is_refused_or_cut_as_asked(
    client: httpx.AsyncClient,
) -> None:
    turns = [{"role": role, "content": "word " * 900} for role in ("user", "assistant") * 3]
    long = body(messages=[*turns, *HELLO])
    refused = await client.post("/api/chat", json=long)
    assert refused.status_code == 400
    assert "window of 4096 tokens" in refused.json()["error"]
    cut = await client.post("/api/chat", json={**long, "truncate": True})
    assert cut.json()["open_autoglm"]["context"]["done"] == "truncated"


async def test_more_tokens_may_be_asked_for_than_the_window_has(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json=body(options={"num_predict": 100_000}))
    assert (answer.status_code, answer.json()["done_reason"]) == (200, "stop")


async def test_a_failure_in_the_middle_of_a_stream_is_its_last_line(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    answers.say(ScriptedAnswer("One two three", error=EngineUnavailable("Died."), tokens_before_error=2))
    answer = await client.post("/api/chat", json=body(stream=True))
    assert answer.status_code == 200
    assert json.loads(answer.text.splitlines()[-1]) == {"error": "Died."}


@pytest.mark.parametrize(("path", "empty"), [("chat", {"messages": []}), ("generate", {"prompt": ""})])
async def test_asking_nothing_loads_the_model_and_lets_it_go(
    client: httpx.AsyncClient, engine: ScriptedEngine, path: str, empty: dict[str, Any]
) -> None:
    loaded = await client.post(f"/api/{path}", json={"model": "scripted", **empty})
    assert loaded.json()["done_reason"] == "load"
    assert await running(client) == ["scripted"]
    unloaded = await client.post(f"/api/{path}", json={"model": "scripted", **empty, "keep_alive": 0})
    assert unloaded.json()["done_reason"] == "unload"
    assert await running(client) == []
    assert engine.requests == []


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_that_is_not_to_be_kept_goes_after_its_answer(
    client: httpx.AsyncClient, stream: bool
) -> None:
    await client.post("/api/chat", json=body())
    answer = await client.post("/api/chat", json=body(stream=stream, keep_alive="0s"))
    assert answer.status_code == 200
    assert await running(client) == []


@pytest.mark.parametrize(
    ("keep_alive", "year"), [("-1m", "23"), (-1, "23"), ("87600h", "2036"), (1e15, "23")]
)
async def test_a_model_stays_as_long_as_it_is_asked_to(
    client: httpx.AsyncClient, keep_alive: Any, year: str
) -> None:
    await client.post("/api/chat", json=body(keep_alive=keep_alive))
    (model,) = (await client.get("/api/ps")).json()["models"]
    assert model["expires_at"].startswith(year)


async def test_a_duration_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json=body(keep_alive="soon"))
    assert answer.status_code == 400
    assert "keep_alive is 'soon'" in answer.json()["error"]


async def test_generate_answers_a_prompt(client: httpx.AsyncClient, engine: ScriptedEngine) -> None:
    answer = await client.post(
        "/api/generate", json={"model": "scripted", "prompt": "Hello", "stream": False}
    )
    assert answer.json()["response"] == "Hello there, friend."
    assert isinstance(engine.requests[0], ChatRequest)


async def test_generate_fills_in_the_middle(client: httpx.AsyncClient, engine: ScriptedEngine) -> None:
    asked = {"model": "scripted", "prompt": "def f(", "suffix": "return x", "stream": False}
    assert (await client.post("/api/generate", json=asked)).status_code == 200
    request = engine.requests[0]
    assert isinstance(request, TextRequest)
    assert (request.prompt, request.suffix) == ("def f(", "return x")


async def test_log_probabilities_come_with_the_pieces(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json=body(logprobs=True, top_logprobs=2))
    entries = answer.json()["logprobs"]
    assert [entry["token"] for entry in entries] == ["Hello", " there", ",", " friend", "."]
    assert len(entries[0]["top_logprobs"]) == 2
