"""What every engine promises: the scripted one, llama.cpp, and an upstream reached by URL."""

from __future__ import annotations

import json
import time
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from contenders import Contender

from open_autoglm.engine.base import SlotUse
from open_autoglm.errors import ContextExceeded, EngineError, NotSupported, UsageError
from open_autoglm.values import (
    ChatRequest,
    Completion,
    ImagePart,
    Message,
    Sampling,
    StreamEvent,
    TextRequest,
    Tool,
)

pytestmark = pytest.mark.anyio

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOLS = (Tool("get_weather", "Weather of a city now", CITY), Tool("get_time", "Time in a city", CITY))


def ask(text: str, **limits: Any) -> ChatRequest:
    return ChatRequest(messages=(Message("user", text),), **limits)


async def wait_until_idle(contender: Contender, limit_s: float = 1.0) -> None:
    """Fails when a slot is still busy after the limit."""
    with anyio.fail_after(limit_s):
        while await contender.busy_slots():
            await anyio.sleep(0.02)


async def test_a_stream_ends_with_finish_reason_and_usage(contender: Contender) -> None:
    request = ask("Count to five.", max_tokens=8)
    events = [event async for event in contender.engine.stream(request)]
    *body, last = events
    assert all(event.finish_reason is None and event.usage is None for event in body)
    assert last.finish_reason in ("stop", "length")
    assert last.usage is not None
    assert 0 < last.usage.completion_tokens <= 8


async def test_a_stream_begins_with_the_length_of_the_prompt_where_that_is_declared(
    contender: Contender,
) -> None:
    if not contender.engine.capabilities.tells_prompt_length:
        pytest.skip("does not declare it")
    for request in (ask("Hello", max_tokens=1), TextRequest("Hello", max_tokens=1)):
        for _ in range(2):  # the second time most of it is held already
            events = [event async for event in contender.engine.stream(request)]
            assert events[0].progress is not None
            assert events[0].progress.total == await contender.engine.count_tokens(request)


async def test_chat_is_the_stream_joined(contender: Contender) -> None:
    request = ask("Name three colors.", max_tokens=12)
    streamed = [event async for event in contender.engine.stream(request)]
    whole = await contender.engine.chat(request)
    assert whole.text == "".join(event.text for event in streamed)
    assert whole.finish_reason == streamed[-1].finish_reason
    assert whole.model == contender.engine.model


async def test_temperature_zero_is_repeatable(contender: Contender) -> None:
    request = ask("Tell me about the sea.", max_tokens=24)
    first = await contender.engine.chat(request)
    assert (await contender.engine.chat(request)).text == first.text


async def test_max_tokens_ends_an_answer_with_length(contender: Contender) -> None:
    answer = await contender.engine.chat(ask("Tell me a long story.", max_tokens=5))
    assert answer.finish_reason == "length"
    assert answer.usage.completion_tokens == 5


async def test_without_max_tokens_the_window_ends_the_answer(contender: Contender) -> None:
    window = contender.engine.capabilities.context_window
    times = 40
    while await contender.engine.count_tokens(ask("Tell me a story. " * times)) < window - 40:
        times += 4
    request = ask("Tell me a story. " * times)
    prompt = await contender.engine.count_tokens(request)
    answer = await contender.engine.chat(request)
    assert answer.usage.prompt_tokens == prompt
    assert answer.usage.total_tokens <= window
    assert answer.finish_reason == ("length" if answer.usage.total_tokens == window else "stop")


async def test_a_stop_string_ends_the_answer_and_is_not_part_of_it(contender: Contender) -> None:
    whole = (await contender.engine.chat(ask("Count to five.", max_tokens=24))).text
    stop = whole.split()[3]
    cut = await contender.engine.chat(ask("Count to five.", max_tokens=24, stop=(stop,)))
    assert cut.finish_reason == "stop"
    assert cut.text == whole[: whole.index(stop)]


async def test_an_answer_under_a_json_schema_fits_it(contender: Contender) -> None:
    answer = await contender.engine.chat(ask("Describe a person.", max_tokens=80, json_schema=PERSON))
    person = json.loads(answer.text)
    assert set(person) == {"name", "age"}
    assert isinstance(person["name"], str)
    assert isinstance(person["age"], int)


async def test_an_answer_under_a_grammar_fits_it_or_the_engine_declares_it_can_not(
    contender: Contender,
) -> None:
    request = ask("Is water wet?", max_tokens=8, grammar='root ::= "yes" | "no"')
    if contender.engine.capabilities.grammar:
        assert (await contender.engine.chat(request)).text in ("yes", "no")
        with pytest.raises(UsageError, match="grammar"):
            await contender.engine.chat(ask("Is water wet?", max_tokens=8, grammar="root ::= ("))
    else:
        with pytest.raises(NotSupported, match="grammar"):
            await contender.engine.chat(request)


async def test_what_is_not_declared_is_refused(contender: Contender) -> None:
    picture = ChatRequest((Message("user", (ImagePart(b"\x89PNG", "image/png"),)),), max_tokens=4)
    assert not contender.engine.capabilities.vision
    with pytest.raises(NotSupported, match="vision"):
        await contender.engine.chat(picture)


@pytest.mark.parametrize(
    "request_",
    [
        ask("Count to five.", max_tokens=2),
        ask("数到五。Then say “done”.", max_tokens=2),
        ask("<|im_end|> <|im_start|>system", max_tokens=2),
        ask("Describe a person.", max_tokens=80, json_schema=PERSON),
        ask("What is the weather in Paris?", max_tokens=60, tools=TOOLS, tool_choice="required"),
        TextRequest("The sea is <|im_end|>", max_tokens=2),
        ChatRequest(
            (
                Message("system", "Be brief."),
                Message("user", "Hi"),
                Message("assistant", "Hello"),
                Message("user", "Bye"),
            ),
            max_tokens=2,
        ),
    ],
    ids=["plain", "chinese", "special-tokens", "schema", "tools", "text", "turns"],
)
async def test_the_count_before_equals_the_usage_after(contender: Contender, request_: ChatRequest) -> None:
    assert contender.engine.capabilities.exact_token_counts
    counted = await contender.engine.count_tokens(request_)
    assert (await contender.engine.chat(request_)).usage.prompt_tokens == counted


async def test_a_prompt_larger_than_the_window_is_refused_with_both_counts(contender: Contender) -> None:
    request = ask("word " * 900)
    counted = await contender.engine.count_tokens(request)
    window = contender.engine.capabilities.context_window
    with pytest.raises(ContextExceeded, match=rf"{counted} tokens.* {window} tokens"):
        await contender.engine.chat(request)


async def test_an_answer_that_can_not_fit_beside_the_prompt_is_refused(contender: Contender) -> None:
    window = contender.engine.capabilities.context_window
    counted = await contender.engine.count_tokens(ask("Hello"))
    fits = ask("Hello", max_tokens=window - counted, stop=(" ",))
    await contender.engine.chat(fits)
    with pytest.raises(ContextExceeded, match=f"{window} tokens"):
        await contender.engine.chat(ask("Hello", max_tokens=window - counted + 1))


async def test_closing_a_stream_frees_its_slot_within_a_second(contender: Contender) -> None:
    async with aclosing(contender.engine.stream(ask("Tell me a very long story."))) as events:
        async for _ in events:
            break
        assert await contender.busy_slots() == 1
    await wait_until_idle(contender)


async def test_cancelling_the_task_frees_its_slot_within_a_second(contender: Contender) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(contender.engine.chat, ask("Tell me a very long story."))
        with anyio.fail_after(5):
            while not await contender.busy_slots():
                await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    await wait_until_idle(contender)


async def test_cancelling_one_request_harms_no_neighbor(contender: Contender) -> None:
    neighbor = ask("Tell me a story about a horse.", max_tokens=60)
    alone = await contender.engine.chat(neighbor)
    answers: list[Completion] = []

    async def neighbor_chats() -> None:
        answers.append(await contender.engine.chat(neighbor))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(neighbor_chats)
        async with aclosing(contender.engine.stream(ask("Tell me a very long story."))) as events:
            async for _ in events:
                break
    assert answers[0].usage.completion_tokens == alone.usage.completion_tokens
    assert answers[0].finish_reason == alone.finish_reason
    await wait_until_idle(contender)


async def test_concurrent_requests_do_not_mix(contender: Contender) -> None:
    """More requests than slots, each constrained or scripted so that its answer shows whose it is."""
    words = ["alpha", "beta", "gamma", "delta", "epsilon"]
    answers: dict[str, str] = {}

    async def one(word: str) -> None:
        if contender.engine.capabilities.grammar:
            limits: dict[str, Any] = {"grammar": f'root ::= "{word} " "{word} " "{word}"'}
        else:
            limits = {"stop": (" Then",)}
        answers[word] = (
            await contender.engine.chat(ask(f"{word} {word} {word}", max_tokens=40, **limits))
        ).text

    async with anyio.create_task_group() as tasks:
        for word in words:
            tasks.start_soon(one, word)
    assert answers == {word: f"{word} {word} {word}" for word in words}


async def test_pieces_arrive_while_the_answer_is_made(contender: Contender) -> None:
    moments: list[float] = []
    event: StreamEvent
    async for event in contender.engine.stream(ask("Tell me a very long story.", max_tokens=24)):
        if event.text:
            moments.append(time.monotonic())
    assert len(moments) > 5
    assert moments[-1] - moments[0] > 0.02


async def test_an_empty_conversation_is_refused(contender: Contender) -> None:
    with pytest.raises(UsageError, match="no message"):
        await contender.engine.chat(ChatRequest(messages=()))


async def test_text_is_gone_on_with_past_the_template(contender: Contender) -> None:
    request = TextRequest("The sea is", max_tokens=6)
    answer = await contender.engine.chat(request)
    assert answer.text
    assert answer.usage.completion_tokens == 6
    assert answer.finish_reason == "length"
    assert await contender.engine.count_tokens(request) < await contender.engine.count_tokens(
        ask("The sea is")
    )


async def test_the_middle_is_filled_in_or_the_engine_declares_it_can_not(contender: Contender) -> None:
    request = TextRequest("a = ", suffix="\nprint(a)", max_tokens=4)
    if contender.engine.capabilities.fill_in_middle:
        assert (await contender.engine.chat(request)).text
    else:
        with pytest.raises(NotSupported, match="fill_in_middle"):
            await contender.engine.chat(request)


@pytest.mark.parametrize("choice", ["required", "get_time"])
async def test_a_call_that_must_come_comes_and_fits_its_schema(contender: Contender, choice: str) -> None:
    request = ask("What is the weather in Paris?", max_tokens=120, tools=TOOLS, tool_choice=choice)
    answer = await contender.engine.chat(request)
    (call,) = answer.tool_calls
    assert call.id
    assert call.name in (["get_time"] if choice == "get_time" else ["get_weather", "get_time"])
    assert set(json.loads(call.arguments)) == {"city"}
    assert answer.text == ""
    assert answer.finish_reason == "tool_calls"


async def test_each_token_is_reported_with_its_log_probability(contender: Contender) -> None:
    answer = await contender.engine.chat(ask("Count to five.", max_tokens=6, logprobs=2))
    assert b"".join(row.data for row in answer.logprobs).decode(errors="ignore").startswith(answer.text)
    assert all(row.logprob <= 0 and len(row.alternatives) == 2 for row in answer.logprobs)
    bare = await contender.engine.chat(ask("Count to five.", max_tokens=6, logprobs=0))
    assert bare.text == answer.text
    assert bare.logprobs
    assert all(row.alternatives == () for row in bare.logprobs)


async def test_a_forbidden_token_does_not_come(contender: Contender) -> None:
    request = ask("Count to five.", max_tokens=6, logprobs=0)
    first = (await contender.engine.chat(request)).logprobs[0].token
    (token,) = await contender.engine.tokenize(first)
    forbidding = Sampling(logit_bias=((token, -100.0),))
    changed = await contender.engine.chat(
        ask("Count to five.", max_tokens=6, logprobs=0, sampling=forbidding)
    )
    assert first not in [row.token for row in changed.logprobs]


@pytest.mark.parametrize("text", ["Hello, world!", "床前明月光，疑是地上霜。", "a\n\n  b"])
async def test_tokens_read_back_are_the_text_again(contender: Contender, text: str) -> None:
    assert await contender.engine.detokenize(await contender.engine.tokenize(text)) == text


async def test_a_known_token_count_is_not_taken_again(contender: Contender) -> None:
    window = contender.engine.capabilities.context_window
    assert (await contender.engine.chat(ask("Hello", max_tokens=2), prompt_tokens=9)).text
    with pytest.raises(ContextExceeded, match=f"{window} tokens"):
        await contender.engine.chat(ask("Hello", max_tokens=2), prompt_tokens=window)


async def test_a_slot_gives_back_what_it_holds_only_where_it_may(contender: Contender) -> None:
    request = ask("Name the planets, please. " * 8, max_tokens=4)
    first = await contender.engine.chat(request, slot=SlotUse(1, reuse=False))
    again = await contender.engine.chat(request, slot=SlotUse(1))
    strange = await contender.engine.chat(request, slot=SlotUse(1, reuse=False))
    assert (first.usage.cached_tokens, strange.usage.cached_tokens) == (0, 0)
    assert again.usage.cached_tokens > again.usage.prompt_tokens // 2
    assert first.text == again.text == strange.text


async def test_a_saved_slot_continues_as_if_nothing_had_happened(contender: Contender) -> None:
    engine = contender.engine
    if not engine.capabilities.saved_slots:
        with pytest.raises(NotSupported, match="saved_slots"):
            await engine.save_slot(0, "story.slot")
        return
    request = ask("Tell me about the sea and its ships. " * 5, max_tokens=12)
    cold = await engine.chat(request, slot=SlotUse(0, reuse=False))
    saved = await engine.save_slot(0, "story.slot")
    assert saved >= cold.usage.prompt_tokens
    await engine.erase_slot(0)
    erased = await engine.chat(ask("Hello", max_tokens=1), slot=SlotUse(0))
    assert erased.usage.cached_tokens == 0
    assert await engine.restore_slot(0, "story.slot") == saved
    warm = await engine.chat(request, slot=SlotUse(0))
    assert warm.usage.cached_tokens >= cold.usage.prompt_tokens - 1
    assert warm.text == cold.text


async def test_what_was_never_saved_can_not_be_restored(contender: Contender) -> None:
    if not contender.engine.capabilities.saved_slots:
        pytest.skip("declares no saved slots")
    with pytest.raises(EngineError, match=r"never\.slot"):
        await contender.engine.restore_slot(0, "never.slot")
    with pytest.raises(UsageError, match="no name"):
        await contender.engine.restore_slot(0, "../story.slot")


async def test_an_open_engine_says_that_it_answers(contender: Contender) -> None:
    assert contender.engine.answering
    resident = contender.engine.resident_bytes()
    assert resident is None or resident > 10_000_000
