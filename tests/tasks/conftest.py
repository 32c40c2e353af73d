"""An engine that answers by script, behind the synchronous face that tasks use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import Script, ScriptedEngine

OpenEngine = Callable[..., tuple[BlockingEngine, ScriptedEngine]]


@pytest.fixture
def scripted() -> Iterator[OpenEngine]:
    """``scripted(script, window=4096)``: the open engine, and the script that notes its requests."""
    with ExitStack() as stack:

        def open_engine(script: Script, window: int = 4096) -> tuple[BlockingEngine, ScriptedEngine]:
            capabilities = Capabilities(context_window=window, slots=2, json_schema=True, grammar=True)
            engine = ScriptedEngine(script, capabilities=capabilities)
            return stack.enter_context(BlockingEngine(engine)), engine

        yield open_engine
