"""Engines whose tokens can be counted by hand, and conversations to fit into them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from talks import summarize

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.scripted import Script, ScriptedEngine

OpenEngine = Callable[..., "ScriptedEngine"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def engine() -> AsyncIterator[Callable[..., object]]:
    """``await engine(window=400)``: an open engine that answers a request for a summary with one."""
    async with AsyncExitStack() as stack:

        async def open_engine(
            window: int = 400, script: Script = summarize, *, exact: bool = True
        ) -> ScriptedEngine:
            capabilities = Capabilities(
                context_window=window, slots=2, text_completion=True, exact_token_counts=exact
            )
            return await stack.enter_async_context(ScriptedEngine(script, capabilities=capabilities))

        yield open_engine
