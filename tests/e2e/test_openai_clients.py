"""Programs that speak to OpenAI, unpatched, against this server.

What a model of 135 million parameters can't do with meaning (choose a tool, see) is answered by scripted
models over the same routes and a real connection.
"""

from __future__ import annotations

import base64
import json
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr
from scripted_gateway import Answers, ScriptedHouse
from served import Served

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.values import ChatRequest, ImagePart, TextPart, ToolCall

KEY = "not needed on this machine"
HELLO: Any = [{"role": "user", "content": "Say hello."}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALL = ToolCall("call_1", "weather", '{"city": "Oslo"}')


class Verdict(BaseModel):
    """A form so narrow that a small model fills it in few tokens."""

    friendly: bool
    tone: Literal["warm", "cold"]


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    """OpenAI's own client, for the small real model."""
    with openai.OpenAI(base_url=served.openai_url, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.fixture
def scripted_client(scripted: Served) -> Iterator[openai.OpenAI]:
    """The same for the scripted models."""
    with openai.OpenAI(base_url=scripted.openai_url, api_key=KEY, max_retries=0) as client:
        yield client


def langchain_of(served: Served, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(model=served.model, base_url=served.openai_url, api_key=SecretStr(KEY), **options)


# openai, with the small real model


@pytest.mark.model
def test_openai_answers_and_streams_the_same(client: openai.OpenAI, served: Served) -> None:
    asked: Any = {"model": served.model, "messages": HELLO, "max_tokens": 6, "temperature": 0}
    whole = client.chat.completions.create(**asked)
    assert whole.choices[0].message.content
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 6
    assert whole.choices[0].finish_reason == "length"
    chunks = list(
        client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.prompt_tokens == whole.usage.prompt_tokens


@pytest.mark.model
@pytest.mark.anyio
async def test_openai_answers_many_at_once(served: Served) -> None:
    import asyncio

    async with openai.AsyncOpenAI(base_url=served.openai_url, api_key=KEY, max_retries=0) as client:

        async def ask() -> str:
            stream = await client.chat.completions.create(
                model=served.model, messages=HELLO, max_tokens=4, temperature=0, stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        found = await asyncio.gather(*(ask() for _ in range(4)))
    assert len(set(found)) == 1
    assert found[0]


@pytest.mark.model
def test_openai_parses_an_answer_into_a_class(client: openai.OpenAI, served: Served) -> None:
    parsed = client.chat.completions.parse(
        model=served.model, messages=HELLO, response_format=Verdict, max_tokens=60, temperature=0
    )
    assert isinstance(parsed.choices[0].message.parsed, Verdict)


@pytest.mark.model
def test_openai_gets_log_probabilities(client: openai.OpenAI, served: Served) -> None:
    answer = client.chat.completions.create(
        model=served.model, messages=HELLO, max_tokens=2, temperature=0, logprobs=True, top_logprobs=2
    )
    assert answer.choices[0].logprobs is not None
    entries = answer.choices[0].logprobs.content or []
    assert len(entries) == 2
    assert all(entry.logprob <= 0 and len(entry.top_logprobs) == 2 for entry in entries)


@pytest.mark.model
def test_openai_completes_text(client: openai.OpenAI, served: Served) -> None:
    answer = client.completions.create(
        model=served.model, prompt="One, two, three,", max_tokens=4, temperature=0, logprobs=1
    )
    assert answer.choices[0].text
    assert answer.choices[0].logprobs is not None
    assert len(answer.choices[0].logprobs.tokens or []) == 4


@pytest.mark.model
def test_openai_responses_answers_streams_and_parses(client: openai.OpenAI, served: Served) -> None:
    asked: Any = {"model": served.model, "input": "Say hello.", "max_output_tokens": 6, "temperature": 0}
    whole = client.responses.create(**asked)
    assert whole.output_text
    assert whole.status == "incomplete"
    with client.responses.stream(**asked) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
    assert "".join(deltas) == whole.output_text
    parsed = client.responses.parse(
        model=served.model,
        input="Was that friendly?",
        text_format=Verdict,
        temperature=0,
        max_output_tokens=60,
    )
    assert isinstance(parsed.output_parsed, Verdict)


@pytest.mark.model
def test_openai_is_told_which_models_there_are(client: openai.OpenAI, served: Served) -> None:
    assert served.model in [model.id for model in client.models.list()]
    assert client.models.retrieve(served.model).id == served.model
    with pytest.raises(openai.NotFoundError, match=served.model):
        client.models.retrieve(served.model + "x")
    with pytest.raises(openai.NotFoundError, match=served.model):
        client.chat.completions.create(model=served.model + "x", messages=HELLO)


@pytest.mark.model
def test_a_form_that_the_small_model_is_held_to_comes_with_tools_too(
    client: openai.OpenAI, served: Served
) -> None:
    answer = client.chat.completions.create(
        model=served.model,
        messages=HELLO,
        tools=[WEATHER],
        tool_choice="required",
        max_tokens=60,
        temperature=0,
    )
    [call] = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "weather"
    assert isinstance(json.loads(call.function.arguments)["city"], str)


@pytest.mark.model
def test_a_model_that_fills_in_no_middle_says_so(client: openai.OpenAI, served: Served) -> None:
    with pytest.raises(openai.APIStatusError, match="fill_in_middle") as caught:
        client.completions.create(model=served.model, prompt="a(", suffix=")")
    assert caught.value.status_code == 501


# openai, with scripted models


def test_openai_calls_a_tool_and_hands_back_what_it_gave(
    scripted_client: openai.OpenAI, answers: Answers, house: ScriptedHouse
) -> None:
    answers.say(ScriptedAnswer(tool_calls=(CALL,)), "It is sunny.")
    first = scripted_client.chat.completions.create(model="scripted", messages=HELLO, tools=[WEATHER])
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    given = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
    messages: Any = [*HELLO, message, given]
    second = scripted_client.chat.completions.create(model="scripted", messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "It is sunny."
    request = house.asked[-1].request
    assert isinstance(request, ChatRequest)
    assert request.messages[1].tool_calls == (CALL,)
    assert request.messages[2].tool_call_id == "call_1"


def test_openai_gathers_a_streamed_tool_call(scripted_client: openai.OpenAI, answers: Answers) -> None:
    answers.say(ScriptedAnswer("I look. ", tool_calls=(CALL,)))
    with scripted_client.chat.completions.stream(model="scripted", messages=HELLO, tools=[WEATHER]) as stream:
        final = stream.get_final_completion()
    [call] = final.choices[0].message.tool_calls or []
    assert (call.id, call.function.name, call.function.arguments) == ("call_1", "weather", CALL.arguments)
    assert final.choices[0].message.content == "I look. "


def test_openai_fills_in_the_middle(scripted_client: openai.OpenAI, house: ScriptedHouse) -> None:
    answer = scripted_client.completions.create(model="scripted", prompt="a(", suffix=")", max_tokens=2)
    assert answer.choices[0].text == "Hello there"
    assert house.asked[-1].request.suffix == ")"  # type: ignore[union-attr]


def test_openai_responses_call_a_tool_and_go_on(
    scripted_client: openai.OpenAI, answers: Answers, house: ScriptedHouse
) -> None:
    tool: Any = {"type": "function", "strict": True, **WEATHER["function"]}
    answers.say(ScriptedAnswer(reasoning="Hm.", tool_calls=(CALL,)), "It is sunny.")
    first = scripted_client.responses.create(model="scripted", input="How is it?", tools=[tool])
    assert [item.type for item in first.output] == ["reasoning", "function_call"]
    given = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
    items: Any = [{"role": "user", "content": "How is it?"}, *first.output, given]
    second = scripted_client.responses.create(model="scripted", input=items, tools=[tool])
    assert second.output_text == "It is sunny."
    request = house.asked[-1].request
    assert isinstance(request, ChatRequest)
    assert [message.role for message in request.messages] == ["user", "assistant", "tool"]


def test_openai_is_told_which_model_embeds_and_does_not_try_again(scripted: Served) -> None:
    with (
        openai.OpenAI(base_url=scripted.openai_url, api_key=KEY, max_retries=5) as client,
        pytest.raises(openai.APIStatusError, match="No embedding model is named 'm'") as caught,
    ):
        client.embeddings.create(model="m", input="x")
    assert caught.value.status_code == 404


# The phone agent Open-AutoGLM: its request, as its own client sends it


def screenshot() -> bytes:
    """A PNG of about 1.2 MB, as a phone's screen gives: noise does not compress."""
    width, height = 700, 570
    noise = random.Random(3)
    rows = b"".join(b"\0" + noise.randbytes(width * 3) for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def phone_agent_request(model: str, picture: bytes) -> dict[str, Any]:
    url = "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": "Open the settings.\n\n** Screen Info **"},
    ]
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": "You operate a phone."},
            {"role": "user", "content": content},
        ],
        "max_tokens": 3000,
        "temperature": 0.0,
        "top_p": 0.85,
        "frequency_penalty": 0.2,
        "extra_body": {"skip_special_tokens": False},
        "stream": True,
    }


def test_the_phone_agent_is_answered_by_a_model_that_sees(
    scripted_client: openai.OpenAI, answers: Answers, house: ScriptedHouse
) -> None:
    action = '<think>The icon is there.</think><answer>do(action="Launch", app="Settings")</answer>'
    answers.say(action)
    picture = screenshot()
    assert len(picture) > 1_100_000
    stream = scripted_client.chat.completions.create(**phone_agent_request("seeing", picture))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert said == action
    request = house.asked[-1].request
    assert isinstance(request, ChatRequest)
    assert request.messages[1].parts == (
        ImagePart(picture, "image/png"),
        TextPart("Open the settings.\n\n** Screen Info **"),
    )
    assert (request.max_tokens, request.sampling.top_p, request.sampling.frequency_penalty) == (
        3000,
        0.85,
        0.2,
    )


@pytest.mark.model
def test_the_phone_agents_preflight_is_answered(client: openai.OpenAI, served: Served) -> None:
    answer = client.chat.completions.create(
        model=served.model,
        messages=[{"role": "user", "content": "Hi"}],
        max_tokens=5,
        temperature=0.0,
        stream=False,
    )
    assert answer.choices[0].message.content


@pytest.mark.model
def test_the_phone_agent_is_refused_clearly_by_a_model_that_can_not_see(
    client: openai.OpenAI, served: Served
) -> None:
    asked = phone_agent_request(served.model, screenshot()) | {"max_tokens": 5}
    with pytest.raises(openai.APIStatusError, match="vision") as caught:
        client.chat.completions.create(**asked)
    assert caught.value.status_code == 501


# langchain-openai


@pytest.mark.model
def test_langchain_invokes_streams_and_is_held_to_a_form(served: Served) -> None:
    chat = langchain_of(served, max_tokens=6, temperature=0)
    whole = chat.invoke("Say hello.")
    assert whole.content
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 6
    assert "".join(str(piece.content) for piece in chat.stream("Say hello.")) == whole.content
    structured = langchain_of(served, max_tokens=60, temperature=0).with_structured_output(Verdict)
    assert isinstance(structured.invoke("Was that friendly?"), Verdict)


def test_langchain_binds_tools(scripted: Served, answers: Answers) -> None:
    answers.say(ScriptedAnswer(tool_calls=(CALL,)), ScriptedAnswer(tool_calls=(CALL,)))
    bound = langchain_of(scripted).bind_tools([WEATHER])
    message = bound.invoke("How is it in Oslo?")
    assert [(call["name"], call["args"]) for call in message.tool_calls] == [("weather", {"city": "Oslo"})]
    gathered = None
    for piece in bound.stream("How is it in Oslo?"):
        gathered = piece if gathered is None else gathered + piece
    assert gathered is not None
    assert [call["args"] for call in gathered.tool_calls] == [{"city": "Oslo"}]


# simonw's llm


@pytest.mark.model
def test_llm_answers_on_the_command_line(served: Served, tmp_path: Path) -> None:
    here = {
        "model_id": "here",
        "model_name": served.model,
        "api_base": served.openai_url,
        "api_key_name": "here",
    }
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([here]), encoding="utf-8")  # JSON is YAML
    (tmp_path / "keys.json").write_text(json.dumps({"here": KEY}), encoding="utf-8")
    for streamed in ([], ["--no-stream"]):
        done = subprocess.run(
            [sys.executable, "-m", "llm", "-m", "here", "-o", "max_tokens", "6", *streamed, "Say hello."],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "LLM_USER_PATH": str(tmp_path)},
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


# llama.cpp's own clients, which name no model


@pytest.mark.model
def test_a_text_goes_to_the_models_own_tokens_and_back(served: Served, client: openai.OpenAI) -> None:
    text = "Flüsse und 河流."
    tokens = httpx.post(f"{served.address}/tokenize", json={"content": text}).json()["tokens"]
    assert httpx.post(f"{served.address}/detokenize", json={"tokens": tokens}).json() == {"content": text}
    by_tokens, by_text = (
        client.completions.create(model=served.model, prompt=prompt, max_tokens=3, temperature=0)
        for prompt in (tokens, text)
    )
    assert by_tokens.choices[0].text == by_text.choices[0].text
