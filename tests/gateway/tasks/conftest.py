"""The gateway with jobs that run, over scripted engines, the real document reader and drawn videos."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from scripted_gateway import ScriptedHouse
from watching import let_workers_import_doubles, watching_options

from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.gateway.app import create_app
from open_autoglm.gateway.opening import JobModels, may_run_code
from open_autoglm.gateway.state import Gateway
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore
from open_autoglm.jobs.video_analysis import VideoAnalysis


@pytest.fixture
def app(house: ScriptedHouse, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    let_workers_import_doubles(monkeypatch)

    @asynccontextmanager
    async def open_gateway() -> AsyncIterator[Gateway]:
        async with house.open_gateway() as gateway, BlockingPortal() as portal:
            models = JobModels(gateway.service, portal, "scripted")
            documents = DocumentParse(lambda: DocumentReader(ReaderOptions(workers=1)), models.open)
            videos = VideoAnalysis(watching_options, models.open)
            codes = CodeFix(models.open, runs_code=may_run_code(house.settings))
            own = replace(gateway, documents=documents, videos=videos, codes=codes)
            with closing(JobStore(house.settings.data_dir / "run-jobs")) as store:
                jobs = JobRunner(store, own.tasks)
                async with jobs.running():
                    yield replace(own, jobs=jobs)

    return create_app(open_gateway)
