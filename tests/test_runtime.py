"""The whole service as the settings describe it, with a real model."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from open_autoglm.config import Settings
from open_autoglm.local.file_lock import exclusive_lock
from open_autoglm.runtime import Runtime
from open_autoglm.serving.request import ServedRequest
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.values import ChatRequest, Message

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def running_children() -> set[psutil.Process]:
    """Other tests may keep a server or an engine for the whole session."""
    return {child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.model
async def test_a_model_is_loaded_on_demand_answers_from_both_caches_and_leaves_nothing_behind(
    small_model_path: Path, tmp_path: Path
) -> None:
    settings = Settings(
        model_path=str(small_model_path), data_dir=tmp_path, context_window=1024, slots=2, threads=1
    )
    long = ChatRequest((Message("user", "Repeat: " + "the sea is blue. " * 80),), max_tokens=8)
    outcomes: list[str] = []
    cached: list[int] = []

    async def ask(runtime: Runtime) -> None:
        metrics = Metrics()
        async with runtime.serving(metrics) as service:
            assert service.status() == ()
            for use_cache in (True, True, False):
                asked = ServedRequest(small_model_path.stem, long, use_cache=use_cache)
                async with service.answer(asked) as answer:
                    events = [event async for event in answer.events]
                outcomes.append(answer.about.cache)
                assert events[-1].usage is not None
                cached.append(events[-1].usage.cached_tokens)
            (status,) = service.status()
            assert (status.name, status.slots, status.window) == (small_model_path.stem, 2, 1024)
            assert b'open_autoglm_slots{model="' in metrics.exposition()[0]

    before = running_children()
    for _ in range(2):  # the second time is another start of the program
        await ask(Runtime(settings))
    assert outcomes == ["miss", "hit", "off", "hit", "hit", "off"]
    assert cached[0] == 0
    assert cached[2] > 200  # the slot still held the prompt
    assert cached[5] > 200  # it was read from disk
    assert running_children() <= before


async def test_states_are_left_alone_while_another_process_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "prefixes"
    folder.mkdir()
    half_written = folder / "saving-0123.slot"
    half_written.touch()

    def never(owner: str) -> None:
        raise AssertionError(owner)

    with exclusive_lock(tmp_path / "prefixes.lock", never):
        async with Runtime(Settings(data_dir=tmp_path)).serving():
            assert half_written.exists()
    async with Runtime(Settings(data_dir=tmp_path)).serving():
        assert not half_written.exists()
