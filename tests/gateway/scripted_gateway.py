"""The gateway with its real service over scripted engines: no model, no network, no child process."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from anyio.from_thread import BlockingPortal
from memory_bases import MemoryBases, memory_knowledge

from open_autoglm.config import Settings
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import ModelNotInstalled, UnknownModel
from open_autoglm.gateway.embeddings import Embeddings
from open_autoglm.gateway.state import Gateway
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore
from open_autoglm.jobs.video_analysis import VideoAnalysis
from open_autoglm.knowledge.embedding.choose_embedder import ChosenEmbedder
from open_autoglm.knowledge.embedding.model_embedder import ModelEmbedder
from open_autoglm.knowledge.embedding.shared_embedder import SharedEmbedder
from open_autoglm.local.placement import Placement
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import Answer, ServedRequest
from open_autoglm.serving.resident import LoadedModel
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.serving.slot_keeper import SlotKeeper
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.values import EngineRequest

CACHE_BYTES = 1_000_000
DIGEST = "ab" * 32


class Answers:
    """A script that a test can write while it runs: what was said to come next, else the usual."""

    def __init__(self, usual: str | ScriptedAnswer = "Hello there, friend.") -> None:
        self.usual = usual
        self._next: deque[str | ScriptedAnswer] = deque()

    def say(self, *answers: str | ScriptedAnswer) -> None:
        self._next.extend(answers)

    def __call__(self, request: EngineRequest) -> str | ScriptedAnswer:
        return self._next.popleft() if self._next else self.usual


class Names:
    """The engines by the names of their models, and ``tiers`` that mean one of them."""

    def __init__(self, engines: Sequence[ScriptedEngine], tiers: Mapping[str, str]) -> None:
        self._engines = {engine.model: engine for engine in engines}
        self._tiers = dict(tiers)

    def resolve(self, name: str) -> ServedModel:
        means = self._tiers.get(name, name)
        if means not in self._engines:
            near = difflib.get_close_matches(name, [*self._engines, *self._tiers], n=3, cutoff=0.4)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"It can be: {', '.join(self._engines)}."
            raise UnknownModel(f"No model is named {name[:100]!r}.", hint=hint)
        return ServedModel(means, f"{name}: asked for", digest=DIGEST)

    def facts(self) -> tuple[ModelFacts, ...]:
        return tuple(self.describe(name) for name in (*self._tiers, *self._engines))

    def describe(self, name: str) -> ModelFacts:
        means = self.resolve(name).name
        return ModelFacts(
            name=name,
            title=means.title(),
            kind="model" if name == means else "tier",
            means=means,
            size_bytes=1000,
            sha256=DIGEST,
            modified=datetime(2026, 1, 2, tzinfo=UTC),
            family="scripted",
            parameters="1B",
            quantization="Q4_0",
            context_length=4096,
            capabilities=("completion", "chat", "tools"),
            licence="Apache-2.0",
        )


class Loader:
    """Opens the engine of a name; all of them fit."""

    def __init__(self, engines: Sequence[ScriptedEngine]) -> None:
        self._engines = {engine.model: engine for engine in engines}

    async def plan(self, model: ServedModel, others: object) -> Placement | None:
        return None

    async def open(self, model: ServedModel, placement: Placement | None) -> LoadedModel:
        engine = self._engines[model.name]
        await engine.open()
        origin = StateOrigin(model.digest, "test", "f16", engine.capabilities.context_window)
        return LoadedModel(model, engine, SlotKeeper(engine, origin, None))


class RecordingService(Service):
    """Remembers what the routes made of each request."""

    asked: list[ServedRequest]

    @asynccontextmanager
    async def answer(self, asked: ServedRequest) -> AsyncIterator[Answer]:
        self.asked.append(asked)
        async with super().answer(asked) as answer:
            yield answer


@dataclass
class ScriptedHouse:
    """What stands behind the routes in a test."""

    engines: Sequence[ScriptedEngine]
    settings: Settings
    tiers: Mapping[str, str] = field(default_factory=dict)
    options: ServiceOptions = field(default_factory=ServiceOptions)
    asked: list[ServedRequest] = field(default_factory=list)
    """Every request that reached the service, in order."""
    bases: MemoryBases = field(default_factory=MemoryBases)

    embedder: ModelEmbedder | None = None
    """What embeds, under the name ``vectors``; without it none is installed."""

    def choose_embedder(self) -> ChosenEmbedder:
        embedder = self.embedder
        if embedder is None:
            raise ModelNotInstalled("Model 'e5' is not installed.", hint="Run `open-autoglm-cli pull e5`.")
        return ChosenEmbedder("vectors", "Vectors", lambda: embedder)

    @asynccontextmanager
    async def open_gateway(self) -> AsyncIterator[Gateway]:
        folder: Path = self.settings.data_dir
        folder.mkdir(parents=True, exist_ok=True)
        results = ResultCache(folder / "results.sqlite", CACHE_BYTES)
        jobs = JobStore(folder / "jobs")
        with ExitStack() as stack:
            stack.enter_context(closing(results))
            stack.enter_context(closing(jobs))
            async with ModelPool(Loader(self.engines)) as pool, BlockingPortal() as portal:
                service = RecordingService(Names(self.engines, self.tiers), pool, results, self.options)
                service.asked = self.asked
                knowledge = stack.enter_context(
                    closing(memory_knowledge(self.bases, service, portal, self.settings))
                )
                yield Gateway(
                    self.settings,
                    service,
                    JobRunner(jobs, {}),
                    DocumentParse(_none, _none),
                    VideoAnalysis(_no_detector, _none),
                    CodeFix(_none, runs_code=False),
                    knowledge,
                    Metrics(),
                    Embeddings(
                        self.settings.embedding_model,
                        self.choose_embedder,
                        SharedEmbedder(lambda: self.choose_embedder().open()),
                    ),
                )


def _none(*_: object) -> None:
    raise AssertionError("these tests read no document")


def _no_detector(*_: object) -> None:
    raise ModelNotInstalled("No detector is installed.", hint="These tests watch no recording.")
