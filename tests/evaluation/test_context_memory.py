"""What a growing conversation takes, on an engine whose tokens can be counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import ContextExceeded
from open_autoglm.evaluation.context_memory import (
    ContextMeasure,
    TurnMeasure,
    measure_context,
    tokens_needed,
)
from open_autoglm.evaluation.sample_conversation import sample_conversation
from open_autoglm.text_language import language_of
from open_autoglm.values import ChatRequest

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[ScriptedEngine]:
    capabilities = Capabilities(context_window=4096, slots=1, saved_slots=True)
    async with ScriptedEngine(
        lambda _: "Certainly.", capabilities=capabilities, slot_folder=tmp_path
    ) as opened:
        yield opened


def test_the_sample_grows_by_turns_in_two_languages() -> None:
    longest = sample_conversation(40)
    for turns in (1, 5, 20):
        shorter = sample_conversation(turns)
        assert [message.role for message in shorter] == ["system", *["user", "assistant"] * turns][:-1]
        assert longest[: len(shorter)] == shorter
    languages = {language_of(str(message.content)) for message in longest[1:]}
    assert languages == {"zh", "en"}


async def test_each_length_is_counted_and_only_its_last_question_computed(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    told: list[int] = []
    measure = await measure_context(
        engine, [6, 2, 4], kv_cache_type="f16", slot_folder=tmp_path, on_turns=told.append
    )
    assert told == [2, 4, 6]
    assert (measure.kv_cache_type, measure.window, measure.resident_bytes_empty) == ("f16", 4096, None)
    for turn in measure.turns:
        request = ChatRequest(sample_conversation(turn.turns))
        assert turn.prompt_tokens == await engine.count_tokens(request)
        question = await engine.count_tokens(replace(request, messages=request.messages[-1:]))
        assert 0 < turn.computed_tokens <= question
        assert turn.kv_bytes > 0
    assert not list(tmp_path.iterdir())


async def test_a_conversation_that_does_not_fit_is_refused_before_any_work(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    needed = await tokens_needed(engine, 200)
    with pytest.raises(ContextExceeded, match=rf"200 turns have {needed} tokens.*window of 4096"):
        await measure_context(
            engine, [5, 200], kv_cache_type="f16", slot_folder=tmp_path, on_turns=lambda _: None
        )
    assert not engine.requests


def test_growth_is_told_from_the_shortest_to_the_longest() -> None:
    turns = (
        TurnMeasure(5, 600, 60_500, 1_000_000, 0.1, 60),
        TurnMeasure(25, 2600, 260_500, 1_200_000, 0.1, 60),
    )
    measure = ContextMeasure("f16", 4096, 900_000, turns)
    assert (measure.kv_bytes_per_token, measure.tokens_per_turn) == (100, 100)
    assert (measure.kv_bytes_per_turn, measure.resident_bytes_per_turn) == (10_000, 10_000)
    alone = ContextMeasure("f16", 4096, None, turns[:1])
    assert alone.tokens_per_turn == 120
    assert alone.resident_bytes_per_turn is None
