"""The gateway with jobs that run, over scripted engines and the real document reader."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from scripted_gateway import ScriptedHouse

from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.gateway.app import create_app
from open_autoglm.gateway.opening import JobModels
from open_autoglm.gateway.state import Gateway
from open_autoglm.jobs.document_parse import TASK, DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore


@pytest.fixture
def app(house: ScriptedHouse) -> FastAPI:
    @asynccontextmanager
    async def open_gateway() -> AsyncIterator[Gateway]:
        async with house.open_gateway() as gateway, BlockingPortal() as portal:
            models = JobModels(gateway.service, portal, "scripted")
            documents = DocumentParse(lambda: DocumentReader(ReaderOptions(workers=1)), models.open)
            with closing(JobStore(house.settings.data_dir / "run-jobs")) as store:
                jobs = JobRunner(store, {TASK: documents})
                async with jobs.running():
                    yield replace(gateway, jobs=jobs, documents=documents)

    return create_app(open_gateway)
