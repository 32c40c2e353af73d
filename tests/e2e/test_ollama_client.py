"""The ``ollama`` package, unpatched, against this server.

What a model of 135 million parameters can't do with meaning is answered by scripted models.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ollama import AsyncClient, Client, ResponseError
from pydantic import BaseModel
from scripted_gateway import Answers, ScriptedHouse
from served import Served

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.values import ChatRequest, ImagePart, Message, TextPart, ToolCall

HELLO: Any = [{"role": "user", "content": "Hello"}]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class City(BaseModel):
    name: str


@pytest.fixture
def client(scripted: Served) -> Iterator[Client]:
    with Client(scripted.address) as client:
        yield client


@pytest.fixture
def real(served: Served) -> Iterator[Client]:
    with Client(served.address) as client:
        yield client


@pytest.mark.model
def test_a_real_model_chats_whole_and_streamed_alike(real: Client, served: Served) -> None:
    asked: Any = {"messages": HELLO, "options": {"temperature": 0, "num_predict": 8}}
    whole = real.chat(served.model, **asked)
    assert whole.message.content
    assert (whole.done_reason, whole.eval_count) == ("length", 8)
    pieces = list(real.chat(f"{served.model}:latest", **asked, stream=True))
    assert "".join(piece.message.content or "" for piece in pieces) == whole.message.content
    last = pieces[-1]
    assert last.prompt_eval_count == whole.prompt_eval_count
    assert last.total_duration and last.eval_duration
    assert last.total_duration > last.eval_duration


@pytest.mark.model
def test_a_real_model_generates_with_and_without_its_template(real: Client, served: Served) -> None:
    options = {"temperature": 0, "num_predict": 4}
    framed = real.generate(served.model, "One, two, three,", options=options)
    raw = real.generate(served.model, "One, two, three,", raw=True, options=options)
    assert framed.response and raw.response
    assert framed.prompt_eval_count and raw.prompt_eval_count
    assert framed.prompt_eval_count > raw.prompt_eval_count


@pytest.mark.model
def test_a_real_model_is_held_to_a_schema(real: Client, served: Served) -> None:
    schema = {"type": "object", "properties": {"red": {"type": "boolean"}}, "required": ["red"]}
    answer = real.chat(
        served.model, messages=HELLO, format=schema, options={"temperature": 0, "num_predict": 60}
    )
    assert isinstance(json.loads(answer.message.content or "")["red"], bool)


@pytest.mark.model
def test_a_real_model_is_listed_shown_and_running(real: Client, served: Served) -> None:
    (listed,) = (model for model in real.list().models if model.model == served.model)
    assert listed.size
    assert listed.size > 50_000_000
    shown = real.show(served.model)
    assert shown.modelinfo
    architecture = shown.modelinfo["general.architecture"]
    assert shown.modelinfo[f"{architecture}.context_length"] == 8192
    assert "completion" in (shown.capabilities or ())
    real.generate(served.model, keep_alive="10m")
    (running,) = real.ps().models
    assert (running.model, running.context_length) == (served.model, served.window)


@pytest.mark.model
def test_a_larger_window_than_that_of_a_real_model_is_refused(real: Client, served: Served) -> None:
    with pytest.raises(ResponseError, match=f"window of {served.window} tokens") as raised:
        real.chat(served.model, messages=HELLO, options={"num_ctx": 2 * served.window})
    assert raised.value.status_code == 400


def test_a_tool_is_called_and_its_result_goes_back(
    client: Client, answers: Answers, house: ScriptedHouse
) -> None:
    def weather(city: str) -> str:
        """Tell the weather.

        Args:
            city: where
        """
        return f"Rain in {city}."

    answers.say(ScriptedAnswer(tool_calls=(ToolCall("c1", "weather", '{"city": "Rome"}'),)), "Wet.")
    called = client.chat("scripted", messages=HELLO, tools=[weather])
    (call,) = called.message.tool_calls or ()
    assert (call.function.name, call.function.arguments) == ("weather", {"city": "Rome"})
    result = {"role": "tool", "tool_name": "weather", "content": weather(**call.function.arguments)}
    said = client.chat("scripted", messages=[*HELLO, called.message, result], tools=[weather])
    assert said.message.content == "Wet."
    request = house.asked[-1].request
    assert isinstance(request, ChatRequest)
    _, asked, answered = request.messages
    assert answered.content == "Rain in Rome."
    assert answered.tool_call_id == asked.tool_calls[0].id


def test_thoughts_and_tool_calls_are_streamed(client: Client, answers: Answers) -> None:
    answers.say(
        ScriptedAnswer("So.", reasoning="Hm.", tool_calls=(ToolCall("c1", "now", "{}"),)),
    )
    tool: Any = {"type": "function", "function": {"name": "now", "description": "The time."}}
    pieces = list(client.chat("scripted", messages=HELLO, tools=[tool], stream=True))
    assert "".join(piece.message.thinking or "" for piece in pieces) == "Hm."
    assert "".join(piece.message.content or "" for piece in pieces) == "So."
    calls = [call.function.name for piece in pieces for call in piece.message.tool_calls or ()]
    assert calls == ["now"]
    assert [piece.done for piece in pieces][-1]


def test_an_answer_follows_a_schema(client: Client, answers: Answers) -> None:
    answers.say('{"name": "Rome"}')
    answer = client.chat("scripted", messages=HELLO, format=City.model_json_schema())
    assert City.model_validate_json(answer.message.content or "") == City(name="Rome")


def test_a_picture_is_sent_as_the_client_encodes_it(client: Client, house: ScriptedHouse) -> None:
    client.generate("seeing", "What is it?", images=[PIXEL])
    request = house.asked[-1].request
    assert isinstance(request, ChatRequest)
    assert request.messages == (Message("user", (ImagePart(PIXEL, "image/png"), TextPart("What is it?"))),)


def test_the_middle_is_filled_in_with_log_probabilities(client: Client) -> None:
    answer = client.generate("scripted", "def f(", suffix="return x", logprobs=True, top_logprobs=2)
    assert answer.response == "Hello there, friend."
    assert len(answer.logprobs or ()) == 5


def test_what_is_not_here_is_a_response_error(client: Client) -> None:
    for status, ask in (
        (404, lambda: client.chat("scriptd", messages=HELLO)),
        (404, lambda: list(client.chat("scriptd", messages=HELLO, stream=True))),
        (404, lambda: client.show("scriptd")),
        (404, lambda: client.embed("scripted", "text")),
        (404, lambda: client.embeddings("scripted", "text")),
        (501, lambda: client.pull("scripted")),
        (501, lambda: list(client.pull("scripted", stream=True))),
        (501, lambda: client.push("scripted")),
        (501, lambda: client.create("mine", from_="scripted")),
        (501, lambda: client.copy("scripted", "mine")),
        (501, lambda: client.delete("scripted")),
    ):
        with pytest.raises(ResponseError) as raised:
            ask()
        assert raised.value.status_code == status
        assert "{" not in raised.value.error


@pytest.mark.anyio
async def test_the_asynchronous_client_streams(scripted: Served) -> None:
    async with AsyncClient(scripted.address) as client:
        pieces = [piece async for piece in await client.chat("scripted", messages=HELLO, stream=True)]
    assert "".join(piece.message.content or "" for piece in pieces) == "Hello there, friend."
