"""Puts the language server together and runs it over the program's own streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.config import Settings
from open_autoglm.lsp.models import EditorModels
from open_autoglm.lsp.running import run_editor_server
from open_autoglm.lsp.server import EditorServer
from open_autoglm.lsp.streams import own_streams

if TYPE_CHECKING:
    from open_autoglm.serving.service import Service


def serve_editor(settings: Settings, test: str | None = None) -> int:
    """The exit code, once the editor has gone."""
    return asyncio.run(serve_streams(settings, *own_streams(), test))


async def serve_streams(
    settings: Settings, reader: BinaryIO, writer: BinaryIO, test: str | None = None
) -> int:
    """The same over other streams."""
    async with EditorModels(partial(_open_service, settings), settings.model_path) as models:
        with RepositoryIndexes() as indexes:
            server = EditorServer(settings.language, indexes, models, test)
            return await run_editor_server(server, reader, writer)


@asynccontextmanager
async def _open_service(settings: Settings) -> AsyncIterator[Service]:
    # Imported with the first request for a model: it takes as long as all else that an editor waits for.
    from open_autoglm.runtime import Runtime

    async with Runtime(settings).serving() as service:
        yield service
