"""An editor's server that asks a gateway which runs already: its model is held once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from editor_client import editing_here
from live_server import live_server
from scripted_gateway import Answers, ScriptedHouse
from test_completing import INLINE, TEXT, complete

from open_autoglm.cli.lsp import behind_gateway
from open_autoglm.config import Settings
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.gateway.app import create_app
from open_autoglm.lsp.opening import serve_streams


def test_completions_come_from_the_gateways_model(tmp_path: Path) -> None:
    engine = ScriptedEngine(Answers("a + b\n"))
    house = ScriptedHouse([engine], Settings(model_path="scripted", data_dir=tmp_path / "served"))

    async def scenario(address: str) -> None:
        own = Settings(model_path="scripted", data_dir=tmp_path / "data")
        settings = behind_gateway(own, address)
        serve = lambda reader, writer: serve_streams(settings, reader, writer)  # noqa: E731
        async with editing_here(tmp_path, serve, capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            assert await complete(editor, uri) == ["a + b"]
            assert editor.messages == []

    with live_server(create_app(house.open_gateway)) as address:
        asyncio.run(scenario(address))
    (request,) = engine.requests
    assert request.suffix == "\n"  # type: ignore[union-attr]
