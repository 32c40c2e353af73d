"""What stands behind the routes, put together when the server starts and taken apart when it stops."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta

import anyio
import anyio.to_thread
from anyio.from_thread import BlockingPortal

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.embeddings import Embeddings
from open_autoglm.gateway.guards.host_check import is_loopback
from open_autoglm.gateway.knowledge.answers import KnowledgeQuestions
from open_autoglm.gateway.knowledge.knowledge import Knowledge
from open_autoglm.gateway.knowledge.open_bases import open_bases
from open_autoglm.gateway.knowledge.page_picture import PictureMaker
from open_autoglm.gateway.model_used import model_used
from open_autoglm.gateway.public_message import public_text
from open_autoglm.gateway.state import Gateway
from open_autoglm.jobs.code_fix import TASK as CODE
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import TASK as DOCUMENT
from open_autoglm.jobs.document_parse import DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore
from open_autoglm.jobs.job_task import JobTask, OpenedModel
from open_autoglm.jobs.video_analysis import TASK as VIDEO
from open_autoglm.jobs.video_analysis import VideoAnalysis
from open_autoglm.runtime import Runtime
from open_autoglm.serving.served_engine import ServedEngine
from open_autoglm.serving.service import Service
from open_autoglm.telemetry.metrics import Metrics

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_gateway(
    runtime: Runtime, metrics: Metrics, load: Sequence[str] = ()
) -> AsyncIterator[Gateway]:
    """Everything, until the block ends. Models named in ``load`` are loaded meanwhile."""
    settings = runtime.settings
    async with runtime.serving(metrics) as service, BlockingPortal() as portal:
        models = JobModels(service, portal, settings.model_path)
        documents = DocumentParse(runtime.document_reader, models.open, told=public_text)
        videos = VideoAnalysis(
            lambda fps: runtime.video_options(runtime.choose_detector(), detect_fps=fps),
            models.open,
            told=public_text,
        )
        codes = CodeFix(models.open, runs_code=may_run_code(settings), told=public_text)
        with closing(JobStore(settings.data_dir / "jobs")) as store:
            keep = timedelta(days=settings.job_keep_days) if settings.job_keep_days else None
            work: dict[str, JobTask] = {DOCUMENT: documents, VIDEO: videos, CODE: codes}
            jobs = JobRunner(store, work, keep=keep)
            knowledge = Knowledge(
                open_bases(runtime),
                KnowledgeQuestions(service, portal),
                PictureMaker(runtime.document_reader),
                settings.data_dir,
                settings.max_file_mb * MEGABYTE,
            )
            embeddings = Embeddings(
                settings.embedding_model, runtime.choose_embedder, runtime.shared_embedder
            )
            try:
                knowledge.take_up()
                async with jobs.running(), anyio.create_task_group() as tasks:
                    for name in load:
                        tasks.start_soon(_load, service, name)
                    yield Gateway(
                        settings, service, jobs, documents, videos, codes, knowledge, metrics, embeddings
                    )
                    tasks.cancel_scope.cancel()
            finally:  # threads that read and embed must not outlive a server that fails
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(knowledge.close)
                    await anyio.to_thread.run_sync(runtime.shared_embedder.close)


def may_run_code(settings: Settings) -> bool:
    """Whether code that others hand in is run here, in the sandbox."""
    if settings.run_code == "auto":
        return is_loopback(settings.local_api_host)
    return settings.run_code == "always"


class JobModels:
    """Lends jobs, which run in threads, the models of the service, which lives in the event loop."""

    def __init__(self, service: Service, portal: BlockingPortal, usual: str) -> None:
        self._service = service
        self._portal = portal
        self._usual = usual

    @contextmanager
    def open(self, asked: str | None, owner: str) -> Iterator[OpenedModel]:
        name = asked or self._usual
        with BlockingEngine(ServedEngine(self._service, name, owner), self._portal) as engine:
            served = self._portal.call(self._service.resolve, name)
            device = next((one.device for one in self._service.status() if one.name == served.name), "")
            yield OpenedModel(engine, model_used(name, served, device))


async def _load(service: Service, name: str) -> None:
    """A model that can't be loaded doesn't end the server: whoever asks for it is told why."""
    try:
        await service.load(name)
    except OpenAutoGLMError as error:
        logger.warning("%s was not loaded: %s", name, error)
