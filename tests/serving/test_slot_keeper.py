"""Conversations go on where they stopped, also after a restart, and never in another owner's state."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from open_autoglm.engine.base import Capabilities, SlotUse
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import EngineError, EngineUnavailable
from open_autoglm.serving.prefix_store import PrefixStore
from open_autoglm.serving.prompt_text import prompt_text
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.slot_keeper import LEAST_SAVED_TOKENS, HeldSlot, SlotKeeper
from open_autoglm.values import (
    ChatRequest,
    Completion,
    EngineRequest,
    ImagePart,
    Message,
    PromptProgress,
    TextRequest,
)

pytestmark = pytest.mark.anyio

ORIGIN = StateOrigin("digest", "build", "f16", 4096)
LONG = " ".join(f"word{number}" for number in range(400))
SYSTEM = Message("system", " ".join(f"rule{number}" for number in range(300)))


def chat(*texts: str) -> ChatRequest:
    """A conversation whose turns alternate between user and assistant."""
    return ChatRequest(
        tuple(Message("assistant" if number % 2 else "user", text) for number, text in enumerate(texts))
    )


class Served:
    """An engine with its keeper, as a gateway holds them."""

    def __init__(self, engine: ScriptedEngine, keeper: SlotKeeper, store: PrefixStore | None) -> None:
        self.engine = engine
        self.keeper = keeper
        self.store = store

    async def ask(self, owner: str, request: EngineRequest) -> Completion:
        async with self.keeper.slot_for(owner, request) as held:
            completion = await self.engine.chat(request, slot=held.use)
            held.answered(completion)
        return completion

    async def cached(self, owner: str, request: EngineRequest) -> int:
        """Prompt tokens that were not computed again."""
        return (await self.ask(owner, request)).usage.cached_tokens

    async def settle(self) -> None:
        """Every save under way has come to its end."""
        await self.keeper.close()


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Each block is one run of the program on the same data folder."""

    @asynccontextmanager
    async def run(
        *,
        slots: int = 2,
        max_bytes: int = 1 << 30,
        kind: type[ScriptedEngine] = ScriptedEngine,
    ) -> AsyncIterator[Served]:
        store = PrefixStore(tmp_path / "states", max_bytes)
        capabilities = Capabilities(
            context_window=4096, slots=slots, saved_slots=True, vision=True, text_completion=True
        )
        engine = kind(lambda _: "I see.", capabilities=capabilities, slot_folder=tmp_path / "states")
        async with engine:
            keeper = SlotKeeper(engine, ORIGIN, store)
            try:
                yield Served(engine, keeper, store)
            finally:
                await keeper.close()
                store.close()

    return run


async def prompt_tokens(served: Served, request: EngineRequest) -> int:
    return await served.engine.count_tokens(request)


async def test_a_conversation_goes_on_in_the_slot_that_holds_it(serve: Serve) -> None:
    async with serve() as served:
        first = chat(LONG)
        await served.ask("anna", first)
        await served.ask("anna", chat("Something else"))
        following = chat(LONG, "I see.", "Go on.")
        assert await served.cached("anna", following) >= await prompt_tokens(served, first)


async def test_a_conversation_goes_on_after_a_restart(serve: Serve) -> None:
    async with serve() as served:
        await served.ask("anna", chat(LONG))
        before = await prompt_tokens(served, chat(LONG))
    async with serve() as served:
        async with served.keeper.slot_for("anna", chat(LONG, "I see.", "Go on.")) as held:
            assert held.restored_tokens > before
        assert await served.cached("anna", chat(LONG, "I see.", "Go on.")) >= before


async def test_each_turn_takes_the_place_of_the_one_before_on_disk(serve: Serve) -> None:
    async with serve() as served:
        await served.ask("anna", chat(LONG))
        await served.settle()
        await served.ask("anna", chat(LONG, "I see.", "Go on."))
        await served.settle()
        assert served.store is not None
        assert served.store.statistics.states == 1
        assert served.store.statistics.saved == 2


async def test_another_owner_computes_every_token_of_the_same_prompt(serve: Serve) -> None:
    """Not from the slot's memory, where only one is free, and not from disk."""
    async with serve(slots=1) as served:
        await served.ask("anna", chat(LONG))
        await served.settle()
        assert await served.cached("bert", chat(LONG)) == 0
        assert await served.cached("anna", chat(LONG)) > 0  # read from disk: bert took the slot
    async with serve() as served:
        assert await served.cached("carl", chat(LONG)) == 0


async def test_a_slot_is_told_not_to_reuse_what_somebody_else_left(serve: Serve) -> None:
    async with serve(slots=1) as served:
        await served.ask("anna", chat(LONG))
        async with served.keeper.slot_for("bert", chat(LONG)) as held:
            assert held.use == SlotUse(0, reuse=False)


async def test_a_request_that_never_began_does_not_make_a_slot_its_owners(serve: Serve) -> None:
    """What another owner left still lies in the slot, and the next request must not find it."""
    async with serve(slots=1) as served:
        await served.ask("anna", chat(LONG))
        async with served.keeper.slot_for("bert", chat(LONG)):
            pass  # refused, or broken off before the engine heard of it
        assert await served.cached("bert", chat(LONG)) == 0


async def test_two_conversations_share_the_prefill_of_their_system_prompt(serve: Serve) -> None:
    async with serve() as served:
        shared = await prompt_tokens(served, ChatRequest((SYSTEM,)))
        first, second = (ChatRequest((SYSTEM, Message("user", text))) for text in (LONG, "Something else"))
        await served.ask("anna", first)
        await served.settle()
        assert await served.cached("anna", second) >= shared
        again = ChatRequest((*first.messages, Message("assistant", "I see."), Message("user", "Go on.")))
        assert await served.cached("anna", again) >= await prompt_tokens(served, first)


async def test_conversations_that_take_turns_in_one_slot_are_read_back_from_disk(serve: Serve) -> None:
    other = LONG.replace("word", "term")
    async with serve(slots=1) as served:
        for text in (LONG, other):
            await served.ask("anna", chat(text))
            await served.settle()
        for text in (LONG, other, LONG):
            assert await served.cached("anna", chat(text, "I see.", "Go on.")) >= 400


async def test_short_conversations_are_not_saved(serve: Serve) -> None:
    async with serve() as served:
        await served.ask("anna", chat("word " * (LEAST_SAVED_TOKENS // 2)))
        await served.settle()
        assert served.store is not None
        assert served.store.statistics.saved == 0


async def test_an_answer_that_is_on_disk_already_is_not_saved_again(serve: Serve) -> None:
    async with serve() as served:
        for _ in range(2):
            await served.ask("anna", chat(LONG))
            await served.settle()
        assert served.store is not None
        assert served.store.statistics.saved == 1


async def test_conversations_with_pictures_are_held_in_memory_only(serve: Serve) -> None:
    request = ChatRequest((Message("user", (*chat(LONG).messages[0].parts, ImagePart(b"png", "image/png"))),))
    async with serve() as served:
        await served.ask("anna", request)
        await served.settle()
        assert served.store is not None
        assert served.store.statistics.saved == 0
        assert await served.cached("anna", request) > 0


async def test_text_past_a_chat_template_goes_on_too(serve: Serve) -> None:
    async with serve() as served:
        await served.ask("anna", TextRequest(LONG))
    async with serve() as served:
        assert await served.cached("anna", TextRequest(LONG + "I see. And")) >= 399


async def test_a_request_that_is_broken_off_leaves_the_conversation_before_it(serve: Serve) -> None:
    async with serve(slots=1) as served:
        await served.ask("anna", chat(LONG))
        await served.settle()
        following = chat(LONG, "I see.", "Go on.")
        async with (
            served.keeper.slot_for("anna", following) as held,
            aclosing(served.engine.stream(following, slot=held.use)) as events,
        ):
            await anext(events)
        assert served.store is not None
        assert served.store.statistics.saved == 1
        assert await served.cached("anna", following) >= 400


class RestartingEngine(ScriptedEngine):
    """Its worker can be replaced by one whose slots are empty."""

    starts = 1

    @property
    def incarnation(self) -> int:
        return self.starts

    async def restart(self) -> None:
        self.starts += 1
        await self.open()


async def test_after_the_worker_died_conversations_come_from_disk(serve: Serve) -> None:
    async with serve(kind=RestartingEngine) as served:
        assert isinstance(served.engine, RestartingEngine)
        await served.ask("anna", chat(LONG))
        await served.settle()
        await served.engine.restart()
        async with served.keeper.slot_for("anna", chat(LONG)) as held:
            assert held.restored_tokens > 400


class DyingEngine(ScriptedEngine):
    """llama.cpp ends its process where a state is not what it expects."""

    async def restore_slot(self, slot: int, name: str) -> int:
        raise EngineUnavailable("The worker was killed by SIGABRT.")


async def test_a_state_that_ends_the_worker_is_read_only_once(serve: Serve) -> None:
    async with serve() as served:
        await served.ask("anna", chat(LONG))
    async with serve(kind=DyingEngine) as served:
        assert await served.cached("anna", chat(LONG)) == 0
        assert served.store is not None
        assert served.store.statistics.damaged == 1


async def test_a_state_whose_place_is_taken_while_it_is_looked_at_gives_way_to_the_later_one(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = chat(LONG, "I see.", "Go on.")
    async with serve(slots=1) as served:
        await served.ask("anna", chat(LONG))
        await served.settle()
        assert served.store is not None
        store = served.store
        earlier = store.longest(ORIGIN, "anna", prompt_text(following).text)
        await served.ask("anna", following)
        await served.settle()
        await served.ask("bert", chat("Something else"))
        answers = [earlier]
        later = store.longest
        monkeypatch.setattr(store, "longest", lambda *which: answers.pop() if answers else later(*which))
        async with served.keeper.slot_for("anna", following) as held:
            assert held.restored_tokens > await prompt_tokens(served, following)


async def test_a_damaged_file_costs_its_state_and_the_request_is_answered(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve() as served:
        await served.ask("anna", chat(LONG))
    (path,) = (tmp_path / "states").glob("*.slot")
    path.write_bytes(path.read_bytes()[::-1])
    async with serve() as served:
        with caplog.at_level(logging.WARNING):
            assert await served.cached("anna", chat(LONG)) == 0
        assert "damaged or missing" in caplog.text


class RefusingEngine(ScriptedEngine):
    """As with a full disk, or a state of another build."""

    async def save_slot(self, slot: int, name: str) -> int:
        await super().save_slot(slot, name)
        raise EngineError("No space left on device.")

    async def restore_slot(self, slot: int, name: str) -> int:
        raise EngineError("The state does not fit.")


async def test_where_states_cannot_be_saved_it_is_said_once_and_answers_go_on(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(kind=RefusingEngine) as served:
        with caplog.at_level(logging.WARNING):
            for text in (LONG, LONG + " more", LONG + " and more"):
                await served.ask("anna", chat(text))
                await served.settle()
        assert await served.cached("anna", chat(LONG + " and more")) >= 400
    assert caplog.text.count("No space left") == 1
    assert list((tmp_path / "states").glob("*.slot")) == []


async def test_a_state_that_the_engine_refuses_is_dropped_and_the_prompt_is_computed(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve() as served:
        await served.ask("anna", chat(LONG))
    async with serve(kind=RefusingEngine) as served:
        with caplog.at_level(logging.WARNING):
            async with served.keeper.slot_for("anna", chat(LONG)) as held:
                assert (held.use, held.restored_tokens) == (SlotUse(0, reuse=False), 0)
        assert "does not fit" in caplog.text
        assert served.store is not None
        assert served.store.statistics.states == 0


class SlowEngine(ScriptedEngine):
    """Saves when it is told to."""

    saving: anyio.Event
    may_save: anyio.Event

    async def open(self) -> None:
        await super().open()
        self.saving, self.may_save = anyio.Event(), anyio.Event()

    async def save_slot(self, slot: int, name: str) -> int:
        self.saving.set()
        await self.may_save.wait()
        return await super().save_slot(slot, name)


async def test_saving_holds_up_neither_its_own_answer_nor_others(serve: Serve) -> None:
    async with serve(kind=SlowEngine) as served:
        assert isinstance(served.engine, SlowEngine)
        await served.ask("anna", chat(LONG))
        await served.engine.saving.wait()
        async with served.keeper.slot_for("bert", chat("Something else")) as held:
            assert held.use == SlotUse(1, reuse=False)
        served.engine.may_save.set()


async def test_the_next_turn_waits_until_its_slot_is_saved(serve: Serve) -> None:
    following = chat(LONG, "I see.", "Go on.")
    held: list[HeldSlot] = []

    async def go_on(served: Served) -> None:
        async with served.keeper.slot_for("anna", following) as slot:
            held.append(slot)

    async with serve(kind=SlowEngine) as served:
        assert isinstance(served.engine, SlowEngine)
        await served.ask("anna", chat(LONG))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(go_on, served)
            await anyio.wait_all_tasks_blocked()
            assert held == []
            served.engine.may_save.set()
        assert held[0].use == SlotUse(0, reuse=True)


async def test_no_two_requests_hold_one_slot_and_the_third_of_two_waits(serve: Serve) -> None:
    async with serve(slots=2) as served, served.keeper.slot_for("anna", chat("one")) as first:
        async with served.keeper.slot_for("anna", chat("one")) as second:
            assert first.use is not None
            assert second.use is not None
            assert first.use.slot != second.use.slot
            with anyio.move_on_after(0.05) as waited:
                async with served.keeper.slot_for("anna", chat("one")):
                    pytest.fail("there are two slots")
            assert waited.cancelled_caught
        async with served.keeper.slot_for("anna", chat("one")) as third:
            assert third.use is not None


async def test_without_a_store_slots_are_still_chosen_by_owner(serve: Serve) -> None:
    async with serve(max_bytes=0, slots=1) as served:
        await served.ask("anna", chat(LONG))
        assert await served.cached("anna", chat(LONG)) > 0
        assert await served.cached("bert", chat(LONG)) == 0


async def test_an_engine_without_slots_of_its_own_gets_none(serve: Serve) -> None:
    async with serve() as served:
        plain = ScriptedEngine(
            ["I see."], capabilities=replace(served.engine.capabilities, saved_slots=False)
        )
        async with plain, SlotKeeper(plain, ORIGIN, None).slot_for("anna", chat("one")) as held:
            assert held.use is None


def place(prefix: str, suffix: str = "\nreturn page\n") -> TextRequest:
    return TextRequest(prefix, suffix, files=(("pages.py", LONG),))


class TypingEngine(ScriptedEngine):
    """Fills in, and takes a moment for each token that it reads."""

    def __init__(
        self, script: Callable[[object], str], *, capabilities: Capabilities, slot_folder: Path
    ) -> None:
        super().__init__(
            script,
            capabilities=replace(capabilities, fill_in_middle=True, tells_prompt_length=True),
            slot_folder=slot_folder,
            prefill_delay_s=0.0001,
        )


async def test_what_was_read_before_a_keystroke_broke_it_off_is_not_read_again(serve: Serve) -> None:
    async with serve(kind=TypingEngine, slots=1) as served:
        await served.ask("bert", chat("Something else"))
        async with (
            served.keeper.slot_for("anna", place("page = l")) as held,
            aclosing(served.engine.stream(place("page = l"), slot=held.use)) as events,
        ):
            async for event in events:
                assert event.progress is not None
                held.read(event.progress)
                if event.progress.done:
                    break
        assert await served.cached("anna", place("page = lo")) > 300


async def test_nothing_of_it_is_kept_before_the_slot_has_let_go_of_another_owners(serve: Serve) -> None:
    async with serve(kind=TypingEngine, slots=1) as served:
        await served.ask("bert", place("page = l"))
        async with served.keeper.slot_for("anna", place("page = l")) as held:
            assert held.use == SlotUse(0, reuse=False)
        assert await served.cached("anna", place("page = l")) == 0


async def test_a_keystrokes_state_is_not_written_to_disk(serve: Serve) -> None:
    async with serve(kind=TypingEngine) as served:
        await served.ask("anna", place("page = l"))
        await served.settle()
        assert served.store is not None
        assert served.store.longest(ORIGIN, "anna", prompt_text(place("page = l")).text)[0] is None
        await served.ask("anna", chat(LONG))
        await served.settle()
        assert served.store.longest(ORIGIN, "anna", prompt_text(chat(LONG)).text)[0] is not None


async def test_a_keystroke_waits_for_the_slot_of_the_one_before_it(serve: Serve) -> None:
    slots: list[SlotUse | None] = []

    async def type_on(served: Served) -> None:
        async with served.keeper.slot_for("anna", place("page = lo")) as held:
            slots.append(held.use)

    async with serve(kind=TypingEngine) as served:
        async with anyio.create_task_group() as tasks:
            async with served.keeper.slot_for("anna", place("page = l")) as before:
                tasks.start_soon(type_on, served)
                await anyio.wait_all_tasks_blocked()
                assert slots == []
                before.read(PromptProgress(300, 400))
            assert before.use is not None
        assert [use.slot for use in slots if use is not None] == [before.use.slot]


async def test_it_does_not_wait_for_long_nor_for_others(serve: Serve) -> None:
    async with serve(kind=TypingEngine) as served, served.keeper.slot_for("anna", place("page = l")) as first:
        with anyio.fail_after(5):
            async with served.keeper.slot_for("bert", place("page = l")) as other:
                assert first.use != other.use
            async with served.keeper.slot_for("anna", place("page = lo")) as second:
                assert first.use != second.use
