"""The ``anthropic`` package, unpatched, against this server.

What a model of 135 million parameters can't do with meaning is answered by scripted models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from anthropic import (
    Anthropic,
    AsyncAnthropic,
    BadRequestError,
    NotFoundError,
    RateLimitError,
)
from anthropic.types import ToolParam, ToolUseBlock
from pydantic import BaseModel
from scripted_gateway import Answers
from served import Served

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.serving.service import ServiceOptions
from open_autoglm.values import ToolCall


class City(BaseModel):
    name: str


WEATHER: ToolParam = {
    "name": "weather",
    "description": "Tells the weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


KEY = "not needed on this machine"
HELLO: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(scripted: Served) -> Iterator[Anthropic]:
    with Anthropic(base_url=scripted.address, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.fixture
def real(served: Served) -> Iterator[Anthropic]:
    with Anthropic(base_url=served.address, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.mark.model
def test_a_real_model_answers_whole_and_streamed_alike(real: Anthropic, served: Served) -> None:
    prompt: Any = {"model": served.model, "system": "You name colours.", "messages": HELLO}
    greedy: Any = {"max_tokens": 12, "extra_body": {"temperature": 0}}  # this version takes no temperature
    whole = real.messages.create(**prompt, **greedy)
    assert whole.model == served.model
    assert 0 < whole.usage.output_tokens <= 12
    with real.messages.stream(**prompt, **greedy, extra_headers={"cache-control": "no-store"}) as stream:
        streamed = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert streamed == text_of(whole) == text_of(final)
    assert final.stop_reason == whole.stop_reason
    counted = real.messages.count_tokens(**prompt).input_tokens
    for usage in (whole.usage, final.usage):
        assert usage.input_tokens + (usage.cache_read_input_tokens or 0) == counted


@pytest.mark.model
def test_a_prompt_longer_than_the_window_is_a_bad_request_with_both_counts(
    real: Anthropic, served: Served
) -> None:
    long: Any = [{"role": "user", "content": "river " * 2 * served.window}]
    with pytest.raises(BadRequestError, match=f"window of {served.window} tokens") as raised:
        real.messages.create(model=served.model, max_tokens=10, messages=long)
    assert raised.value.type == "invalid_request_error"
    assert re.search(r"prompt has \d+ tokens", str(raised.value))
    assert raised.value.request_id


@pytest.mark.model
def test_more_tokens_may_be_asked_for_than_the_window_has(real: Anthropic, served: Served) -> None:
    answer = real.messages.create(
        model=served.model, max_tokens=8 * served.window, stop_sequences=["."], messages=HELLO
    )
    assert answer.stop_reason in ("end_turn", "model_context_window_exceeded")


def test_a_model_that_is_not_there_is_not_found(client: Anthropic) -> None:
    with pytest.raises(NotFoundError, match="Did you mean scripted") as raised:
        client.messages.create(model="scriptd", max_tokens=5, messages=HELLO)
    assert raised.value.type == "not_found_error"


def test_a_tool_is_called_and_its_result_goes_back(client: Anthropic, answers: Answers) -> None:
    call = ToolCall("c1", "weather", '{"city": "Rome"}')
    answers.say(ScriptedAnswer("I'll look.", tool_calls=(call,)), "It rains in Rome.")
    asked: Any = {"model": "scripted", "max_tokens": 50, "tools": [WEATHER]}
    called = client.messages.create(**asked, messages=HELLO)
    assert called.stop_reason == "tool_use"
    use = called.content[1]
    assert isinstance(use, ToolUseBlock)
    assert (use.name, use.input) == ("weather", {"city": "Rome"})
    result: Any = {"type": "tool_result", "tool_use_id": use.id, "content": "Rain."}
    said = client.messages.create(
        **asked, messages=[*HELLO, called.to_param(), {"role": "user", "content": [result]}]
    )
    assert text_of(said) == "It rains in Rome."


def test_thoughts_text_and_tool_calls_are_streamed(client: Anthropic, answers: Answers) -> None:
    calls = (ToolCall("c1", "weather", '{"city": "Rome"}'), ToolCall("c2", "weather", '{"city": "Bonn"}'))
    answers.say(ScriptedAnswer("Two cities.", reasoning="Let me think.", tool_calls=calls))
    with client.messages.stream(model="scripted", max_tokens=100, tools=[WEATHER], messages=HELLO) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_message()
    assert {"thinking", "text", "input_json", "content_block_stop", "message_stop"} <= kinds
    assert [block.type for block in final.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert text_of(final) == "Two cities."
    inputs = [block.input for block in final.content if isinstance(block, ToolUseBlock)]
    assert inputs == [{"city": "Rome"}, {"city": "Bonn"}]
    assert final.stop_reason == "tool_use"
    assert final.usage.output_tokens > 0


def test_an_answer_follows_a_schema(client: Anthropic, answers: Answers) -> None:
    answers.say('{"name": "Rome"}')
    parsed = client.messages.parse(model="scripted", max_tokens=50, messages=HELLO, output_format=City)
    assert parsed.parsed_output == City(name="Rome")


@pytest.mark.anyio
class TestAFullQueue:
    @pytest.fixture
    def options(self) -> ServiceOptions:
        return ServiceOptions(queue_limit=1)

    async def test_is_a_rate_limit(self, scripted: Served, answers: Answers) -> None:
        """Two slots and one place in the line take three of four requests, whichever they are."""
        refused: list[RateLimitError] = []
        asked: Any = {"model": "scripted", "max_tokens": 50, "messages": HELLO}

        async def ask() -> None:
            try:
                await client.messages.create(**asked)
            except RateLimitError as error:
                refused.append(error)
                tasks.cancel_scope.cancel()

        async with AsyncAnthropic(base_url=scripted.address, api_key=KEY, max_retries=0) as client:
            await client.messages.create(**asked)  # loads the model
            answers.usual = ScriptedAnswer("Slow.", token_delay_s=60.0)
            with anyio.fail_after(30):
                async with anyio.create_task_group() as tasks:
                    for _ in range(4):
                        tasks.start_soon(ask)
        assert len(refused) == 1
        assert int(refused[0].response.headers["retry-after"]) >= 1


@pytest.mark.anyio
async def test_the_asynchronous_client_streams(scripted: Served) -> None:
    async with (
        AsyncAnthropic(base_url=scripted.address, api_key=KEY) as client,
        client.messages.stream(model="scripted", max_tokens=50, messages=HELLO) as stream,
    ):
        assert [text async for text in stream.text_stream] == ["Hello", " there", ",", " friend", "."]


def text_of(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_models_are_listed_and_told_of_one_by_one(client: Anthropic) -> None:
    listed = [(model.id, model.type) for model in client.models.list()]
    assert ("scripted", "model") in listed
    assert client.models.retrieve("scripted").display_name == "Scripted"
