"""SIGKILL of a real worker in the middle of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio
import psutil
import pytest
from house import House, asking
from pool_doubles import placement

from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.errors import EngineUnavailable
from open_autoglm.local.placement import Placement
from open_autoglm.serving.request import ServedRequest
from open_autoglm.serving.resident import LoadedModel
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.slot_keeper import SlotKeeper
from open_autoglm.values import ChatRequest, Message, Usage

pytestmark = [pytest.mark.anyio, pytest.mark.model]


class SameFileLoader:
    """Loads one small file under every name, each in a worker of its own."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self.engines: dict[str, LlamaCppEngine] = {}

    async def plan(self, model: ServedModel, others: Sequence[Placement]) -> Placement | None:
        return placement(slots=2)

    async def open(self, model: ServedModel, placement: Placement | None) -> LoadedModel:
        options = LlamaCppOptions(
            model.name, self._path, context_window=512, slots=2, slot_folder=self._folder / model.name
        )
        engine = LlamaCppEngine(options)
        await engine.open()
        self.engines[model.name] = engine
        origin = StateOrigin(model.digest, "test", "f16", 512)
        return LoadedModel(model, engine, SlotKeeper(engine, origin, None))


def story(model: str, tokens: int) -> ServedRequest:
    words = Message("user", "Write a long story about the sea.")
    return asking(model, request=ChatRequest((words,), max_tokens=tokens), use_cache=False)


async def test_its_requests_fail_the_next_succeeds_and_another_model_never_notices(
    small_model_path: Path, tmp_path: Path
) -> None:
    loader = SameFileLoader(small_model_path, tmp_path)
    usages: dict[str, Usage | None] = {}

    async def tell(house: House, asked: ServedRequest) -> None:
        async with house.service.answer(asked) as answer:
            async for event in answer.events:
                usages[asked.model] = event.usage

    async with House.of(loader, tmp_path) as house:
        for name in ("a", "b"):
            await house.service.load(name)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tell, house, story("b", 100))
            with pytest.raises(EngineUnavailable, match=r"worker of model 'a' was killed"):
                async with house.service.answer(story("a", 400)) as answer:
                    async for event in answer.events:
                        if event.text:
                            psutil.Process(loader.engines["a"].endpoint.pid).kill()
                            break
                    async for _ in answer.events:
                        pass
            assert house.status("a").busy == 0
            await tell(house, story("a", 20))
        assert {name: usage and usage.completion_tokens for name, usage in usages.items()} == {
            "a": 20,
            "b": 100,
        }
