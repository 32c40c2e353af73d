"""The page over the real service and scripted engines, behind a real port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from live_server import live_server
from memory_bases import MemoryBases, memory_knowledge
from scripted_gateway import Answers, Loader, Names
from watching import watching_options

from open_autoglm.config import Settings
from open_autoglm.context.conversations import Conversations
from open_autoglm.documents.reader import DocumentReader
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.gateway.keys import KeyStore
from open_autoglm.jobs.code_fix import TASK as CODE
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import TASK, DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore
from open_autoglm.jobs.video_analysis import TASK as VIDEO
from open_autoglm.jobs.video_analysis import VideoAnalysis
from open_autoglm.local.catalog import load_catalog
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.video.limits import VideoLimits
from open_autoglm.web.parts import PageParts


@dataclass
class PageHouse:
    """What stands behind the page; ``parts`` is there while it is served."""

    settings: Settings
    answers: Answers = field(default_factory=Answers)
    engines: list[ScriptedEngine] = field(default_factory=list)
    bases: MemoryBases = field(default_factory=MemoryBases)
    parts: PageParts | None = None
    address: str = ""

    @asynccontextmanager
    async def open_parts(self) -> AsyncIterator[PageParts]:
        engines = self.engines or [ScriptedEngine(self.answers)]
        metrics = Metrics()
        documents = DocumentParse(DocumentReader, _no_model)
        videos = VideoAnalysis(watching_options, _no_model)
        codes = CodeFix(_no_model, runs_code=True)
        folder = self.settings.data_dir
        with (
            closing(Conversations(folder / "conversations.sqlite")) as conversations,
            closing(KeyStore(folder)) as keys,
            closing(JobStore(folder / "jobs")) as store,
            closing(ResultCache(folder / "results.sqlite", 1_000_000)) as results,
        ):
            jobs = JobRunner(store, {TASK: documents, VIDEO: videos, CODE: codes})
            async with (
                ModelPool(Loader(engines), metrics=metrics) as pool,
                jobs.running(),
                BlockingPortal() as portal,
            ):
                service = Service(Names(engines, {}), pool, results, ServiceOptions(), metrics=metrics)
                knowledge = memory_knowledge(self.bases, service, portal, self.settings)
                self.parts = PageParts(
                    settings=self.settings,
                    service=service,
                    conversations=conversations,
                    keys=keys,
                    jobs=jobs,
                    documents=documents,
                    videos=videos,
                    codes=codes,
                    knowledge=knowledge,
                    video_limits=VideoLimits(),
                    reader=DocumentReader,
                    catalog=load_catalog(),
                    metrics=metrics,
                )
                yield self.parts
                knowledge.close()

    @contextmanager
    def served(self, prepare: Callable[[FastAPI], None] = lambda _: None) -> Iterator[str]:
        """The address, without a slash, while the block runs."""
        from open_autoglm.web.mount import mount_page

        app = FastAPI()
        prepare(app)
        mount_page(app, self.settings, self.open_parts)
        with live_server(app) as self.address:
            yield self.address


def _no_model(*_: object) -> None:
    raise AssertionError("no test of the page has a document summarized by a model")
