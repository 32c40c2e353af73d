"""The scripted engine: what it adds to the contract that tests/contract holds it to."""

from __future__ import annotations

import time
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from open_autoglm.engine.base import Capabilities, SlotUse
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.engine.scripted_tokens import split_tokens
from open_autoglm.errors import (
    EngineError,
    EngineStartFailed,
    EngineUnavailable,
    NotSupported,
    UsageError,
)
from open_autoglm.values import (
    ChatRequest,
    ImagePart,
    Message,
    PromptProgress,
    Sampling,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def ask(text: str) -> ChatRequest:
    return ChatRequest((Message("user", text),))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("第1页 共2页", ["第", "1", "页", " 共", "2", "页"]),
        ("  two\n\nlines ", ["  two", "\n\nlines", " "]),
        ("", []),
    ],
)
def test_tokens_joined_are_the_text_again(text: str, pieces: list[str]) -> None:
    assert split_tokens(text) == pieces
    assert "".join(pieces) == text


async def test_a_list_answers_in_order_and_says_when_it_is_used_up() -> None:
    async with ScriptedEngine(["one", "two"]) as engine:
        assert (await engine.chat(ask("a"))).text == "one"
        assert (await engine.chat(ask("b"))).text == "two"
        with pytest.raises(EngineError, match="2 answers"):
            await engine.chat(ask("c"))
        assert [request.messages[0].content for request in engine.requests] == ["a", "b", "c"]


async def test_it_can_fail_in_the_middle_of_an_answer() -> None:
    broken = ScriptedAnswer("one two three", error=EngineUnavailable("gone"), tokens_before_error=2)
    async with ScriptedEngine([broken, "fine"]) as engine:
        pieces = []
        with pytest.raises(EngineUnavailable, match="gone"):
            async for event in engine.stream(ask("a")):
                pieces.append(event.text)
        assert pieces == ["one", " two"]
        assert engine.busy_slots == 0
        assert (await engine.chat(ask("b"))).text == "fine"


async def test_it_can_be_slow() -> None:
    async with ScriptedEngine([ScriptedAnswer("a b c", token_delay_s=0.03)]) as engine:
        started = time.monotonic()
        await engine.chat(ask("x"))
        assert time.monotonic() - started >= 0.08


async def test_it_can_refuse_to_start() -> None:
    engine = ScriptedEngine([], start_error=EngineStartFailed("no memory"))
    with pytest.raises(EngineStartFailed, match="no memory"):
        await engine.open()


async def test_a_closed_engine_answers_nothing() -> None:
    engine = ScriptedEngine(["a"])
    with pytest.raises(EngineUnavailable):
        await engine.chat(ask("x"))


async def test_a_schema_is_refused_when_not_declared_and_checked_when_it_is() -> None:
    request = ChatRequest((Message("user", "x"),), json_schema={"type": "object"})
    async with ScriptedEngine(["{}"], capabilities=Capabilities(context_window=100)) as plain:
        with pytest.raises(NotSupported, match="json_schema"):
            await plain.chat(request)
    async with ScriptedEngine(["{}", "not JSON"]) as able:
        assert (await able.chat(request)).text == "{}"
        with pytest.raises(EngineError, match="not JSON"):
            await able.chat(request)


async def test_pictures_are_counted_when_vision_is_declared() -> None:
    message = Message("user", (ImagePart(b"", "image/png"), TextPart("What is it?")))
    capabilities = Capabilities(context_window=200, vision=True)
    async with ScriptedEngine(["a cat"], capabilities=capabilities) as engine:
        assert await engine.count_tokens(ChatRequest((message,))) == 4 + 64 + 4
        assert (await engine.chat(ChatRequest((message,)))).text == "a cat"


ADD = Tool("add", "", {"type": "object"})
CALL = ToolCall("c1", "add", '{"a": 1}')


async def test_it_thinks_answers_and_calls_in_that_order() -> None:
    answer = ScriptedAnswer("I add.", reasoning="Hm.", tool_calls=(CALL,))
    async with ScriptedEngine([answer]) as engine:
        request = ChatRequest((Message("user", "1 + 1"),), tools=(ADD,))
        events = [event async for event in engine.stream(request)]
        kinds = [
            "reasoning" if event.reasoning else "text" if event.text else "call"
            for event in events
            if event.finish_reason is None
        ]
        assert kinds == sorted(kinds, key=["reasoning", "text", "call"].index)
        assert events[-1].finish_reason == "tool_calls"


async def test_calls_are_put_together_again() -> None:
    async with ScriptedEngine([ScriptedAnswer(tool_calls=(CALL, CALL))]) as engine:
        whole = await engine.chat(ChatRequest((Message("user", "1 + 1"),), tools=(ADD,)))
        assert whole.tool_calls == (CALL, CALL)
        assert (whole.text, whole.finish_reason) == ("", "tool_calls")


@pytest.mark.parametrize(
    ("tools", "choice", "calls"),
    [((), "auto", (CALL,)), ((ADD,), "none", (CALL,)), ((ADD,), "required", ()), ((ADD,), "other", (CALL,))],
    ids=["not offered", "forbidden", "missing", "another"],
)
async def test_a_script_that_no_engine_could_follow_is_a_mistake(
    tools: tuple[Tool, ...], choice: str, calls: tuple[ToolCall, ...]
) -> None:
    async with ScriptedEngine([ScriptedAnswer("x", tool_calls=calls)]) as engine:
        with pytest.raises(EngineError, match="not what the request allows"):
            await engine.chat(ChatRequest((Message("user", "x"),), tools=tools, tool_choice=choice))


async def test_a_suffix_and_other_files_count() -> None:
    async with ScriptedEngine(["a"]) as engine:
        assert await engine.count_tokens(TextRequest("a b")) == 2
        assert await engine.count_tokens(TextRequest("a b", suffix="c", files=(("f", "d"),))) == 2 + 1 + 3 + 3


async def test_a_forbidden_token_is_left_out() -> None:
    async with ScriptedEngine(["one two three"]) as engine:
        (two,) = await engine.tokenize(" two")
        request = ChatRequest(
            (Message("user", "x"),), sampling=Sampling(logit_bias=((two, -100.0), (5, -100.0)))
        )
        assert (await engine.chat(request)).text == "one three"


async def test_tokens_have_the_same_numbers_in_every_engine() -> None:
    first, second = ScriptedEngine([]), ScriptedEngine([])
    tokens = await first.tokenize("第一 page")
    assert await second.tokenize("第一 page") == tokens
    with pytest.raises(UsageError, match="not in the vocabulary"):
        await second.detokenize([12345])


async def test_the_next_turn_finds_what_its_slot_already_holds() -> None:
    async with ScriptedEngine(["Hello, friend.", "Fine."]) as engine:
        question = Message("user", "Hi")
        first = await engine.chat(ChatRequest((question,)), slot=SlotUse(1))
        more = (question, Message("assistant", first.text), Message("user", "How are you?"))
        second = await engine.chat(ChatRequest(more), slot=SlotUse(1))
        assert first.usage.cached_tokens == 0
        assert second.usage.cached_tokens == first.usage.total_tokens + 2  # and the answer's opening


async def test_without_a_choice_the_slot_that_holds_most_of_the_prompt_is_taken() -> None:
    async with ScriptedEngine(lambda request: "ok") as engine:
        await engine.chat(ask("a b c d e f"), slot=SlotUse(1))
        assert (await engine.chat(ask("a b c d e g"))).usage.cached_tokens == 2 + 5


async def test_each_prompt_token_that_is_not_held_takes_its_time() -> None:
    async with ScriptedEngine(lambda request: "ok", prefill_delay_s=0.005) as engine:
        request = ask("word " * 40)

        async def prefill_s() -> float:
            started = time.monotonic()
            read: list[PromptProgress] = []
            async with aclosing(engine.stream(request)) as events:
                async for event in events:
                    read += [event.progress] if event.progress else []
                    if len(read) == 2:
                        break
            assert read[-1].done == read[-1].total
            return time.monotonic() - started

        cold, warm = await prefill_s(), await prefill_s()
        assert cold >= 0.2
        assert warm < cold / 2


async def test_an_answer_that_was_left_stays_in_its_slot_as_far_as_it_came() -> None:
    async with ScriptedEngine(["one two three", "x"]) as engine:
        async with aclosing(engine.stream(ask("a"), slot=SlotUse(0))) as events:
            await anext(events)
        assert engine.busy_slots == 0
        more = (*ask("a").messages, Message("assistant", "one four"))
        usage = (await engine.chat(ChatRequest(more), slot=SlotUse(0))).usage
        assert usage.cached_tokens == 5 + 2 + 1  # the prompt, the opening, "one"


async def test_a_slot_is_waited_for_while_another_is_free() -> None:
    async with ScriptedEngine([ScriptedAnswer("a b c", token_delay_s=0.02), "second"]) as engine:
        order: list[str] = []

        async def ask_slot_0() -> None:
            order.append((await engine.chat(ask("x"), slot=SlotUse(0))).text)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask_slot_0)
            while not engine.busy_slots:
                await anyio.sleep(0)
            tasks.start_soon(ask_slot_0)
        assert order == ["a b c", "second"]


async def test_a_slot_that_does_not_exist_is_refused() -> None:
    async with ScriptedEngine(["a"]) as engine:
        with pytest.raises(UsageError, match="no slot 7"):
            await engine.chat(ask("x"), slot=SlotUse(7))


async def test_saved_slots_are_for_the_same_model_only(tmp_path: Path) -> None:
    async with ScriptedEngine(["a"], slot_folder=tmp_path) as engine:
        await engine.chat(ask("x"), slot=SlotUse(0))
        held = await engine.save_slot(0, "x.slot")
        assert await engine.restore_slot(1, "x.slot") == held
    async with ScriptedEngine(["a"], model="another", slot_folder=tmp_path) as other:
        with pytest.raises(EngineError, match="'scripted'"):
            await other.restore_slot(0, "x.slot")
    (tmp_path / "x.slot").write_text("{", encoding="utf-8")
    async with ScriptedEngine(["a"], slot_folder=tmp_path) as engine:
        with pytest.raises(EngineError, match=r"x\.slot can't be read"):
            await engine.restore_slot(0, "x.slot")


async def test_without_a_folder_no_slot_is_saved() -> None:
    async with ScriptedEngine(["a"]) as engine:
        assert not engine.capabilities.saved_slots
        with pytest.raises(NotSupported, match="saved_slots"):
            await engine.save_slot(0, "x.slot")
