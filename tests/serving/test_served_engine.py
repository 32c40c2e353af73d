"""A task beside chats: it goes through the same queue and leaves when it is cancelled."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from anyio.from_thread import BlockingPortal
from house import House, asking, chat, echo, slow, until
from pool_doubles import ScriptedLoader

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, EngineUnavailable, UnknownModel
from open_autoglm.serving.served_engine import ServedEngine
from open_autoglm.serving.service import ServiceOptions
from open_autoglm.values import ChatRequest

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def test_it_answers_counts_and_declares_as_the_model_does(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(slots=3, script=echo), tmp_path) as house:
        async with ServedEngine(house.service, "a") as engine:
            assert (engine.model, engine.capabilities.slots) == ("a", 3)
            assert (await engine.chat(chat("hello"))).text == "a heard hello"
            assert await engine.count_tokens(chat("one two")) > 2
            assert await engine.detokenize(await engine.tokenize("one two")) == "one two"
        with pytest.raises(EngineUnavailable, match="not open"):
            engine.capabilities  # noqa: B018 - reading it is the test


async def test_an_unknown_model_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(), tmp_path) as house:
        with pytest.raises(UnknownModel):
            await ServedEngine(house.service, "nobody").open()


async def test_its_requests_wait_behind_those_of_people(tmp_path: Path) -> None:
    loader = ScriptedLoader(slots=1, script=echo)
    order: list[str] = []

    async def ask_as_task(engine: ServedEngine) -> None:
        await engine.chat(chat("task"))
        order.append("task")

    async def ask_as_person(house: House) -> None:
        await house.ask(asking("a", "person"))
        order.append("person")

    async with House.of(loader, tmp_path) as house, ServedEngine(house.service, "a") as engine:
        async with anyio.create_task_group() as tasks, house.service.answer(asking("a", "first")):
            tasks.start_soon(ask_as_task, engine)
            await until(lambda: house.status("a").waiting == 1)
            tasks.start_soon(ask_as_person, house)
            await until(lambda: house.status("a").waiting == 2)
        assert order == ["person", "task"]


async def test_it_holds_no_lease_between_requests_so_that_other_models_have_their_turn(
    tmp_path: Path,
) -> None:
    async with House.of(ScriptedLoader(room=1, script=echo), tmp_path) as house:
        async with ServedEngine(house.service, "a") as engine:
            await engine.chat(chat("one"))
            await house.ask(asking("b"))
            assert (await engine.chat(chat("two"))).text == "a heard two"
        assert house.loader.opened == ["a", "b", "a"]


async def test_a_full_queue_is_waited_for_and_fails_no_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = ScriptedLoader(slots=1, script=slow)
    waited: list[float] = []
    waiting_over = anyio.Event()

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        await waiting_over.wait()

    async with House.of(loader, tmp_path, ServiceOptions(queue_limit=1)) as house:
        engine = ServedEngine(house.service, "a")
        await engine.open()
        answers: list[str] = []

        async def run_task() -> None:
            answers.append((await engine.chat(chat("task", max_tokens=1))).text)

        async with anyio.create_task_group() as tasks:
            async with anyio.create_task_group() as people:
                people.start_soon(house.ask, asking("a", "1"))
                people.start_soon(house.ask, asking("a", "2"))
                await until(lambda: house.status("a").waiting == 1)
                monkeypatch.setattr("open_autoglm.serving.served_engine.anyio.sleep", wait)
                tasks.start_soon(run_task)
                while not waited:
                    await anyio.lowlevel.checkpoint()
                monkeypatch.undo()
                people.cancel_scope.cancel()
            waiting_over.set()
        assert waited[0] >= 1
        assert answers == ["word"]


async def test_a_synchronous_task_uses_it_from_its_own_thread(tmp_path: Path) -> None:
    async with (
        House.of(ScriptedLoader(script=echo), tmp_path) as house,
        BlockingPortal() as portal,
    ):

        def task(requests: list[ChatRequest]) -> list[str]:
            with BlockingEngine(ServedEngine(house.service, "a"), portal) as model:
                return [completion.text for completion in model.map_chat(requests)]

        texts = await anyio.to_thread.run_sync(task, [chat(str(number)) for number in range(10)])
        assert texts == [f"a heard {number}" for number in range(10)]
        assert house.loader.opened == ["a"]
        assert house.loader.closed == []


async def test_a_cancelled_task_frees_its_slots(tmp_path: Path) -> None:
    loader = ScriptedLoader(slots=2, script=slow)
    async with House.of(loader, tmp_path) as house, BlockingPortal() as portal:
        engine = BlockingEngine(ServedEngine(house.service, "a"), portal)

        def task() -> None:
            with engine as model, pytest.raises(Cancelled):
                model.chat(chat("a long story"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, task)
            await until(lambda: loader.engines and loader.engines["a"].busy_slots == 1)
            engine.cancel()
        assert loader.engines["a"].busy_slots == 0
        assert house.status("a").busy == 0
