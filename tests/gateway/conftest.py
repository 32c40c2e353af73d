"""The gateway over scripted engines: in this process, and behind a real port.

A test says what is answered with ``answers.say("text", ScriptedAnswer(...))`` or ``answers.usual = ...``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from live_server import live_server
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.config import Settings
from open_autoglm.engine.scripted import ScriptedEngine, default_capabilities
from open_autoglm.gateway.app import create_app
from open_autoglm.serving.service import ServiceOptions


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def answers() -> Answers:
    """What both models answer."""
    return Answers()


@pytest.fixture
def engine(answers: Answers) -> ScriptedEngine:
    """The model ``scripted``: everything but sight."""
    return ScriptedEngine(answers)


@pytest.fixture
def seeing_engine(answers: Answers) -> ScriptedEngine:
    """The model ``seeing``, which takes images."""
    return ScriptedEngine(answers, model="seeing", capabilities=replace(default_capabilities(), vision=True))


@pytest.fixture
def options() -> ServiceOptions:
    """How many may wait, and what happens to long conversations; override it in a test module."""
    return ServiceOptions()


@pytest.fixture
def house(
    engine: ScriptedEngine, seeing_engine: ScriptedEngine, options: ServiceOptions, tmp_path: Path
) -> ScriptedHouse:
    """The models ``scripted`` and ``seeing``, the tier ``autoglm-small``, and what reached the service."""
    settings = Settings(model_path="scripted", data_dir=tmp_path / "data")
    return ScriptedHouse([engine, seeing_engine], settings, {"autoglm-small": "scripted"}, options)


@pytest.fixture
def app(house: ScriptedHouse) -> FastAPI:
    """All routes, without what guards them."""
    return create_app(house.open_gateway)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a network; what streams arrives whole."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        yield client


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The address of a real server with the application, for streams and clients that leave."""
    with live_server(app) as address:
        yield address
