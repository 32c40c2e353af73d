"""What the page works with: of the gateway it stands under, and the conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import cast

from fastapi import FastAPI

from open_autoglm.gateway.keys import KeyStore
from open_autoglm.gateway.state import Gateway
from open_autoglm.runtime import Runtime
from open_autoglm.web.parts import PageParts


@asynccontextmanager
async def open_parts(app: FastAPI, runtime: Runtime, keys: KeyStore) -> AsyncIterator[PageParts]:
    """The parts of the page, until the block ends. The gateway of ``app`` is open by then."""
    gateway = cast(Gateway, app.state.gateway)
    with closing(runtime.conversations()) as conversations:
        yield PageParts(
            settings=gateway.settings,
            service=gateway.service,
            conversations=conversations,
            keys=keys,
            jobs=gateway.jobs,
            documents=gateway.documents,
            videos=gateway.videos,
            codes=gateway.codes,
            knowledge=gateway.knowledge,
            video_limits=runtime.video_limits,
            reader=runtime.document_reader,
            catalog=runtime.catalog,
            metrics=gateway.metrics,
        )
