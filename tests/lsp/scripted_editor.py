"""A language server over the real service and a scripted engine: no model, no child process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from editor_client import Serve
from scripted_gateway import Loader, Names

from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.engine.scripted import Script, ScriptedEngine
from open_autoglm.lsp.models import EditorModels
from open_autoglm.lsp.running import run_editor_server
from open_autoglm.lsp.server import EditorServer
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.service import Service, ServiceOptions

MODEL = "scripted"


def scripted(script: Script = (), engine: ScriptedEngine | None = None, *, asks_for: str = MODEL) -> Serve:
    """What answers an editor with the script; each file of a project may be opened in it."""
    engine = engine or ScriptedEngine(script, model=MODEL)

    @asynccontextmanager
    async def open_service() -> AsyncIterator[Service]:
        with TemporaryDirectory() as folder, closing(ResultCache(Path(folder) / "results", 0)) as results:
            async with ModelPool(Loader([engine])) as pool:
                yield Service(Names([engine], {}), pool, results, ServiceOptions())

    async def serve(reader: BinaryIO, writer: BinaryIO) -> int:
        async with EditorModels(open_service, asks_for) as models:
            with RepositoryIndexes() as indexes:
                return await run_editor_server(EditorServer("auto", indexes, models), reader, writer)

    return serve
