"""Servers that real clients talk to: the installed program with the small model, and scripted models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from live_server import live_server
from running_program import serving
from scripted_gateway import Answers, ScriptedHouse
from served import Served

from open_autoglm.config import Settings
from open_autoglm.engine.scripted import ScriptedEngine, default_capabilities
from open_autoglm.gateway.app import create_app
from open_autoglm.serving.service import ServiceOptions

SMALL_WINDOW = 1024


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def served(small_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program as it is installed, with the small real model."""
    arguments = ("--model-path", small_model_path, "--context-window", str(SMALL_WINDOW), "--slots", "2")
    with serving(tmp_path_factory.mktemp("served"), *arguments) as address:
        yield Served(address, small_model_path.stem, SMALL_WINDOW)


@pytest.fixture
def answers() -> Answers:
    """What the scripted models answer."""
    return Answers()


@pytest.fixture
def options() -> ServiceOptions:
    """How many may wait; override it where a test is about that."""
    return ServiceOptions()


@pytest.fixture
def house(answers: Answers, options: ServiceOptions, tmp_path: Path) -> ScriptedHouse:
    """The models ``scripted`` and ``seeing``, and what reached the service."""
    seeing = replace(default_capabilities(), vision=True)
    engines = [ScriptedEngine(answers), ScriptedEngine(answers, model="seeing", capabilities=seeing)]
    settings = Settings(model_path="scripted", data_dir=tmp_path / "house")
    return ScriptedHouse(engines, settings, {"autoglm-small": "scripted"}, options)


@pytest.fixture
def scripted(house: ScriptedHouse) -> Iterator[Served]:
    """All routes over a real connection, with models that answer what a test tells them to."""
    with live_server(create_app(house.open_gateway)) as address:
        yield Served(address, "scripted", default_capabilities().context_window)
