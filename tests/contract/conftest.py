"""The engines that every contract test runs on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from contenders import Contender, count_busy_slots, first_model_of, scripted_answer

from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.scripted import ScriptedEngine, default_capabilities
from open_autoglm.engine.upstream import UpstreamEngine, UpstreamOptions

SMALL_MODEL = "smollm2-135m-instruct"
WINDOW = 512
SLOTS = 2


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def llama_cpp(
    small_model_path: Path, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LlamaCppEngine]:
    """One loaded model for the whole session; tests that harm their worker start their own."""
    options = LlamaCppOptions(
        SMALL_MODEL,
        small_model_path,
        context_window=WINDOW,
        slots=SLOTS,
        slot_folder=tmp_path_factory.mktemp("saved") / "slots",
    )
    async with LlamaCppEngine(options) as engine:
        yield engine


@pytest.fixture(
    params=[
        "scripted",
        pytest.param("llama_cpp", marks=pytest.mark.model),
        pytest.param("upstream", marks=pytest.mark.model),
    ]
)
def contender(request: pytest.FixtureRequest) -> Contender:
    """Each engine in turn; the model is loaded only for those that need it."""
    found: Contender = request.getfixturevalue(f"{request.param}_contender")
    return found


@pytest.fixture
async def scripted_contender(tmp_path: Path) -> AsyncIterator[Contender]:
    capabilities = replace(default_capabilities(saved_slots=True), context_window=WINDOW, slots=SLOTS)
    async with ScriptedEngine(scripted_answer, capabilities=capabilities, slot_folder=tmp_path) as engine:

        async def busy_slots() -> int:
            return engine.busy_slots

        yield Contender(engine, busy_slots)


@pytest.fixture(scope="session")
async def llama_cpp_contender(llama_cpp: LlamaCppEngine) -> Contender:
    return Contender(llama_cpp, partial(count_busy_slots, llama_cpp))


@pytest.fixture(scope="session")
async def upstream_contender(llama_cpp: LlamaCppEngine) -> AsyncIterator[Contender]:
    """The same worker, reached as any other server would be."""
    assert llama_cpp.endpoint is not None
    options = UpstreamOptions(
        f"{llama_cpp.endpoint.address}/v1",
        await first_model_of(llama_cpp),
        llama_cpp.endpoint.api_key,
        dialect="llama.cpp",
        slots=SLOTS,
    )
    async with UpstreamEngine(options) as upstream:
        yield Contender(upstream, partial(count_busy_slots, llama_cpp))
