"""The composition root: settings become a reader, a chosen model and an engine. Nothing else composes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

from open_autoglm.config import Settings
from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.documents.recognition import Recognition
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.devices import graphics_devices
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.local.catalog import Catalog, load_catalog
from open_autoglm.local.hardware import Hardware, probe_hardware
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.placement import Placement, plan_placement
from open_autoglm.local.tiers import ChosenModel, choose_model

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
        )

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        """The model, loaded; unloaded when the block ends. Raises EngineStartFailed."""
        options = LlamaCppOptions(
            model_name=chosen.name,
            model_path=chosen.path,
            mmproj_path=chosen.mmproj,
            context_window=placement.context_window,
            slots=placement.slots,
            threads=placement.threads,
            gpu_layers=placement.gpu_layers,
            quote_speculation=True,
            start_timeout_s=self.settings.engine_start_timeout_s,
        )
        with BlockingEngine(LlamaCppEngine(options)) as engine:
            yield engine

    def document_reader(self) -> DocumentReader:
        """Reads any file within the limits of the settings; finished pages are kept."""
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
                cores=self.hardware.free_physical_cores,
                store_folder=settings.data_dir / "documents" if settings.page_cache_mb else None,
                store_mb=settings.page_cache_mb,
            ),
        )
