"""The scripted engine: what it adds to the contract that tests/contract holds it to."""

from __future__ import annotations

import time

import pytest

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine, split_tokens
from open_autoglm.errors import EngineError, EngineStartFailed, EngineUnavailable, NotSupported
from open_autoglm.values import ChatRequest, ImagePart, Message, TextPart

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
