"""With llama.cpp: a conversation goes on after a restart as if there had been none, for its owner alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.serving.prefix_store import PrefixStore
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.slot_keeper import SlotKeeper
from open_autoglm.values import ChatRequest, Completion, Message

pytestmark = [pytest.mark.anyio, pytest.mark.model]

WINDOW = 1024
STORY = " ".join(f"On day {day} the ship sailed {day * 7} miles to the east." for day in range(1, 36))
QUESTION = Message("user", STORY + " Where did the ship go?")
GO_ON = Message("user", "And how far did it sail on day 9?")


class Conversation:
    """A loaded model that answers one owner's turns."""

    def __init__(self, engine: LlamaCppEngine, keeper: SlotKeeper) -> None:
        self._engine = engine
        self.keeper = keeper

    async def ask(self, owner: str, *messages: Message) -> Completion:
        request = ChatRequest(messages, max_tokens=16)
        async with self.keeper.slot_for(owner, request) as held:
            completion = await self._engine.chat(request, slot=held.use)
            held.answered(completion)
        return completion


@asynccontextmanager
async def program(model: Path, folder: Path) -> AsyncIterator[Conversation]:
    """One run of the program on a data folder, with a worker process of its own."""
    options = LlamaCppOptions("small", model, context_window=WINDOW, slots=1, slot_folder=folder)
    origin = StateOrigin("digest", "build", options.kv_cache_type, WINDOW)
    with closing(PrefixStore(folder, 1 << 30)) as store:
        async with LlamaCppEngine(options) as engine:
            keeper = SlotKeeper(engine, origin, store)
            yield Conversation(engine, keeper)
            await keeper.close()


async def test_after_a_restart_the_answer_is_the_same_and_the_prompt_is_not_computed_again(
    small_model_path: Path, tmp_path: Path
) -> None:
    async with program(small_model_path, tmp_path / "one") as before:
        first = await before.ask("anna", QUESTION)
        await before.keeper.close()
        shutil.copytree(tmp_path / "one", tmp_path / "two")
        turns = (QUESTION, Message("assistant", first.text), GO_ON)
        without_restart = await before.ask("anna", *turns)
    async with program(small_model_path, tmp_path / "two") as after:
        restarted = await after.ask("anna", *turns)
    assert restarted.text == without_restart.text
    assert restarted.usage == without_restart.usage
    assert restarted.usage.prompt_tokens > 600
    assert restarted.usage.prompt_tokens - restarted.usage.cached_tokens < 30


async def test_another_owners_same_prompt_is_computed_from_its_first_token(
    small_model_path: Path, tmp_path: Path
) -> None:
    async with program(small_model_path, tmp_path) as served:
        await served.ask("anna", QUESTION)
        await served.keeper.close()
        assert (await served.ask("bert", QUESTION)).usage.cached_tokens == 0
        assert (await served.ask("anna", QUESTION)).usage.cached_tokens > 600
