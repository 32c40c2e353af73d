"""The composition root: settings become a reader, a model and its engine, or a service of many.

Nothing else composes.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio.to_thread

from open_autoglm.config import MEGABYTE, Settings, UpstreamSettings
from open_autoglm.context.conversations import Conversations
from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.documents.recognition import Recognition
from open_autoglm.engine.base import Engine
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.devices import engine_build, graphics_devices
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.upstream import UpstreamEngine, UpstreamOptions
from open_autoglm.local.catalog import Catalog, load_catalog
from open_autoglm.local.file_lock import exclusive_lock
from open_autoglm.local.hardware import Hardware, probe_hardware
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.placement import Placement, plan_placement
from open_autoglm.local.tiers import ChosenModel, choose_model
from open_autoglm.serving.model_directory import ModelDirectory
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.place_model import place_model
from open_autoglm.serving.prefix_store import PrefixStore
from open_autoglm.serving.resident import LoadedModel
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.serving.slot_keeper import SlotKeeper
from open_autoglm.telemetry.make_tracer import make_tracer
from open_autoglm.telemetry.metrics import Metrics, ModelGauges

if TYPE_CHECKING:  # video brings decoders along, which most commands start sooner without
    from open_autoglm.knowledge.bases import Bases
    from open_autoglm.knowledge.embedding.choose_embedder import ChosenEmbedder
    from open_autoglm.knowledge.embedding.shared_embedder import SharedEmbedder
    from open_autoglm.tasks.analyze_video import VideoOptions
    from open_autoglm.tasks.choose_detector import ChosenDetector, DetectorBackend
    from open_autoglm.video.limits import VideoLimits

logger = logging.getLogger(__name__)

SLOTS = 2
"""Sequences decoded at once. On two cores, two give 1.1 and four 1.3 times the tokens of one for the same
processor time; but all slots share the memory for context, and two leave each twice the window of four."""


class Runtime:
    """Builds the parts a task needs from the settings, each once and only when it is asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def catalog(self) -> Catalog:
        return load_catalog()

    @cached_property
    def hardware(self) -> Hardware:
        """What this machine has, and whether the installed engine can use its graphics card."""
        found = probe_hardware()
        return replace(found, engine_uses_gpu=bool(found.gpus and graphics_devices()))

    @cached_property
    def models(self) -> ModelStore:
        return ModelStore(self.settings.data_dir, self.catalog)

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        """The model that ``asked`` (else the setting ``model_path``) means here. Raises UnknownModel,
        ModelNotInstalled, ModelFileRejected."""
        return choose_model(
            asked or self.settings.model_path,
            self.catalog,
            self.models,
            self.hardware,
            offline=self.settings.offline,
        )

    def place(self, chosen: ChosenModel) -> Placement:
        """Where and how large the model runs on this machine."""
        return plan_placement(
            chosen,
            self.hardware,
            device_map=self.settings.device_map,
            context_window=self.settings.context_window,
            threads=self.settings.threads,
            slots=SLOTS,
            kv_cache_type=self.settings.kv_cache_type,
        )

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        """The model, loaded; unloaded when the block ends. Raises EngineStartFailed."""
        with BlockingEngine(LlamaCppEngine(self.engine_options(chosen, placement))) as engine:
            yield engine

    @contextmanager
    def open_upstream(self, name: str) -> Iterator[BlockingEngine]:
        """The model of that name in the setting ``upstreams``. Raises EngineStartFailed."""
        there = self.settings.upstreams[name]
        with BlockingEngine(UpstreamEngine(_upstream_options(name, there))) as engine:
            yield engine

    def engine_options(self, chosen: ChosenModel, placement: Placement) -> LlamaCppOptions:
        """How the model is started where nothing more is asked of it."""
        return LlamaCppOptions(
            model_name=chosen.name,
            model_path=chosen.path,
            mmproj_path=chosen.mmproj,
            context_window=placement.context_window,
            slots=placement.slots,
            threads=placement.threads,
            gpu_layers=placement.gpu_layers,
            kv_cache_type=self.settings.kv_cache_type,
            quote_speculation=True,
            start_timeout_s=self.settings.engine_start_timeout_s,
        )

    def document_reader(self, cores: int | None = None) -> DocumentReader:
        """Reads any file within the limits of the settings; finished pages are kept.

        ``cores`` is what it may use; None: those that are free.
        """
        settings = self.settings
        return DocumentReader(
            ReaderOptions(
                limits=ReadLimits(
                    max_file_mb=settings.max_file_mb,
                    max_pages=settings.max_pages,
                    page_timeout_s=settings.page_timeout_s,
                    worker_memory_mb=settings.worker_memory_mb,
                ),
                recognition=Recognition(
                    ocr_backend=settings.ocr_backend, formula_model=settings.formula_model
                ),
                cores=cores or self.hardware.free_physical_cores,
                store_folder=settings.data_dir / "documents" if settings.page_cache_mb else None,
                store_mb=settings.page_cache_mb,
            ),
        )

    def choose_detector(self, backend: DetectorBackend = "onnxruntime") -> ChosenDetector:
        """What the setting ``detector`` means here. Raises UnknownModel, ModelNotInstalled, InputMissing."""
        from open_autoglm.tasks.choose_detector import choose_detector

        return choose_detector(self.settings.detector, self.catalog, self.models, backend)

    def choose_embedder(self) -> ChosenEmbedder:
        """What the setting ``embedding_model`` means here. Raises UnknownModel, ModelNotInstalled,
        UsageError, InputMissing, ModelFileRejected."""
        from open_autoglm.knowledge.embedding.choose_embedder import choose_embedder

        threads = self.settings.threads or self.hardware.free_physical_cores
        return choose_embedder(self.settings, self.catalog, self.models, threads=max(1, threads))

    @cached_property
    def shared_embedder(self) -> SharedEmbedder:
        """The embedding model, one for all of this program; not loaded before it is used."""
        from open_autoglm.knowledge.embedding.shared_embedder import SharedEmbedder

        return SharedEmbedder(lambda: self.choose_embedder().open(), self.settings.model_idle_s)

    def embedder(self) -> SharedEmbedder:
        """The same, loaded; close it in the end. Raises as ``choose_embedder``, and EngineStartFailed."""
        self.shared_embedder.load()
        return self.shared_embedder

    def video_options(
        self,
        detector: ChosenDetector,
        *,
        detect_fps: float | None = None,
        resume: bool = True,
        beside: int = 1,
        max_live_s: float | None = None,
    ) -> VideoOptions:
        """How a recording is watched within the limits of the settings, ``beside`` of them at once.

        Zones, questions and the model are the caller's to set.
        """
        from open_autoglm.tasks.analyze_video import VideoOptions
        from open_autoglm.video.analysis import AnalysisPlan

        settings = self.settings
        plan = AnalysisPlan(
            detector=detector.choice,
            detect_fps=detect_fps,
            cores=max(1, (settings.threads or self.hardware.free_physical_cores) // beside),
            log_folder=settings.data_dir / "recordings",
            resume=resume,
            max_live_s=max_live_s,
            limits=self.video_limits,
        )
        return VideoOptions(plan, detector.used, language=settings.language)

    @property
    def video_limits(self) -> VideoLimits:
        from open_autoglm.video.limits import VideoLimits

        settings = self.settings
        return VideoLimits(
            max_frame_megapixels=settings.max_frame_megapixels,
            stall_timeout_s=settings.stall_timeout_s,
            live_give_up_s=settings.live_give_up_s,
        )

    def knowledge_bases(self) -> Bases:
        """Those of all owners; the caller closes them. Raises ExtraMissing and EngineUnavailable where the
        setting ``store`` names a server that can't be used."""
        from open_autoglm.knowledge.bases import Bases, BaseTools
        from open_autoglm.knowledge.chunking.chunk_document import chunk_document
        from open_autoglm.knowledge.retrieval.hybrid import HybridRetriever

        settings = self.settings
        tools = BaseTools(
            reader_for=self.document_reader,
            make_chunks=chunk_document,
            open_embedder=self.embedder,
            make_retriever=HybridRetriever,
            cores=lambda: settings.threads or self.hardware.free_physical_cores,
        )
        if settings.store is None:
            return Bases(settings.data_dir, tools)
        from open_autoglm.knowledge.base_places import QdrantPlace
        from open_autoglm.knowledge.store.qdrant_server import server_client

        return Bases(settings.data_dir, tools, QdrantPlace(server_client(settings.store)))

    def conversations(self) -> Conversations:
        """Those of the page and of the terminal; the caller closes them."""
        return Conversations(self.settings.data_dir / "conversations.sqlite")

    @asynccontextmanager
    async def serving(self, metrics: Metrics | None = None) -> AsyncIterator[Service]:
        """Models on demand with their queues and caches, until the block ends; then all are unloaded.

        Belongs to the running event loop. ``metrics`` is told what happens.
        """
        settings = self.settings
        metrics = metrics or Metrics()
        folder = settings.data_dir
        await anyio.to_thread.run_sync(lambda: self.hardware)  # looked at once, before anything is busy
        results = ResultCache(folder / "results.sqlite", settings.result_cache_mb * MEGABYTE)
        tracer = make_tracer(settings.otlp_endpoint, settings.trace_ratio)
        with (
            closing(results),
            closing(tracer),
            _prefix_store(folder / "prefixes", settings.prefix_store_mb) as prefixes,
        ):
            loader = _ServedModelLoader(self, prefixes)
            async with ModelPool(loader, idle_s=settings.model_idle_s, metrics=metrics) as pool:
                service = Service(
                    ModelDirectory(settings, self.catalog, self.models, lambda: self.hardware),
                    pool,
                    results,
                    ServiceOptions(
                        queue_limit=settings.queue_limit,
                        context_policy=settings.context_policy,
                        log_content=settings.log_prompts,
                        engine_settings=f"{engine_build()} {settings.kv_cache_type} {settings.device_map}",
                    ),
                    metrics=metrics,
                    tracer=tracer,
                )
                metrics.watch(partial(_measured, service))
                yield service


@contextmanager
def _prefix_store(folder: Path, megabytes: int) -> Iterator[PrefixStore]:
    """The store of saved states; while another process uses it, one that keeps nothing."""

    def give_way(owner: str) -> None:
        raise _InUse(owner)

    with ExitStack() as held:
        try:
            held.enter_context(exclusive_lock(folder.with_name(f"{folder.name}.lock"), give_way))
        except _InUse as owner:
            logger.info("process %s keeps the states of conversations; this one does without", owner)
            folder = Path(held.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
            megabytes = 0
        yield held.enter_context(closing(PrefixStore(folder, megabytes * MEGABYTE)))


class _InUse(Exception):
    """Another process has the store."""


class _ServedModelLoader:
    """Starts the engines of the model pool; placed beside each other, each with slots to be saved."""

    def __init__(self, runtime: Runtime, prefixes: PrefixStore) -> None:
        self._runtime = runtime
        self._prefixes = prefixes

    async def plan(self, model: ServedModel, others: Sequence[Placement]) -> Placement | None:
        if model.chosen is None:
            return None
        return await anyio.to_thread.run_sync(self._place, model.chosen, others)

    async def open(self, model: ServedModel, placement: Placement | None) -> LoadedModel:
        settings = self._runtime.settings
        engine = self._engine(model, placement)
        try:
            await engine.open()
            origin = StateOrigin(
                model.digest, engine_build(), settings.kv_cache_type, engine.capabilities.context_window
            )
            return LoadedModel(model, engine, SlotKeeper(engine, origin, self._prefixes))
        except BaseException:  # a cancelled start must not leave a process either
            await engine.close()
            raise

    def _place(self, chosen: ChosenModel, others: Sequence[Placement]) -> Placement:
        before, now = self._runtime.hardware, probe_hardware()
        now = replace(
            now,
            engine_uses_gpu=before.engine_uses_gpu,
            # One busy moment must not slow the model down for as long as it is loaded.
            free_physical_cores=max(before.free_physical_cores, now.free_physical_cores),
        )
        return place_model(chosen, now, self._runtime.settings, others)

    def _engine(self, model: ServedModel, placement: Placement | None) -> Engine:
        if model.chosen is None or placement is None:
            there = self._runtime.settings.upstreams[model.name]
            return UpstreamEngine(_upstream_options(model.name, there))
        options = self._runtime.engine_options(model.chosen, placement)
        return LlamaCppEngine(replace(options, slot_folder=self._prefixes.folder))


def _upstream_options(name: str, there: UpstreamSettings) -> UpstreamOptions:
    return UpstreamOptions(
        base_url=there.url,
        model=there.model or name,
        name=name,
        api_key=there.api_key.get_secret_value(),
        dialect=there.dialect,
        context_window=there.context_window,
        slots=there.slots,
        vision=there.vision,
        fill_in_middle=there.fill_in_middle,
    )


def _measured(service: Service) -> Iterable[ModelGauges]:
    """The models in memory, as the metrics speak of them."""
    for status in service.status():
        if status.slots:
            yield ModelGauges(
                model=status.name,
                slots=status.slots,
                slots_busy=status.busy,
                waiting=status.waiting,
                kv_tokens=status.slots * status.window if status.memory_bytes else 0,
                kv_tokens_used=status.held_tokens,
                memory_bytes=status.memory_bytes,
            )
