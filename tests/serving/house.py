"""A service over scripted models, put together as the composition root does it, and requests to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from pool_doubles import ScriptedLoader, served, upstream

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.errors import UnknownModel
from open_autoglm.serving.model_facts import ModelStatus
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import AnswerAbout, ServedRequest
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.telemetry.traces import Tracer
from open_autoglm.values import ChatRequest, EngineRequest, Message, TextRequest


class Names:
    """Knows the models a, b and c, and the upstream far."""

    def resolve(self, name: str) -> ServedModel:
        if name == "far":
            return upstream(name)
        if name not in ("a", "b", "c"):
            raise UnknownModel(f"No model is named {name!r}.", hint="Did you mean a?")
        return served(name)


class House:
    """A service with all its parts, as the composition root builds it."""

    def __init__(self, service: Service, loader: ScriptedLoader, metrics: Metrics) -> None:
        self.service = service
        self.loader = loader
        self.metrics = metrics

    @classmethod
    @asynccontextmanager
    async def of(
        cls,
        loader: ScriptedLoader,
        folder: Path,
        options: ServiceOptions | None = None,
        tracer: Tracer | None = None,
        *,
        result_bytes: int = 1_000_000,
    ) -> AsyncIterator[House]:
        metrics = Metrics()
        results = ResultCache(folder / "results.sqlite", result_bytes)
        try:
            async with ModelPool(loader, metrics=metrics) as pool:
                service = Service(
                    Names(), pool, results, options or ServiceOptions(), metrics=metrics, tracer=tracer
                )
                yield cls(service, loader, metrics)
        finally:
            results.close()

    async def ask(self, asked: ServedRequest) -> tuple[AnswerAbout, str]:
        async with self.service.answer(asked) as answer:
            text = "".join([event.text async for event in answer.events])
            return answer.about, text

    def status(self, name: str) -> ModelStatus:
        return next(status for status in self.service.status() if status.name == name)

    def counted(self, line: str) -> float:
        rows = self.metrics.exposition()[0].decode().splitlines()
        return sum(float(row.rpartition(" ")[2]) for row in rows if row.startswith(f"open_autoglm_{line}"))


def chat(text: str, **settings: object) -> ChatRequest:
    return replace(ChatRequest((Message("user", text),)), **settings)


def asking(model: str, text: str = "hello", **settings: object) -> ServedRequest:
    return replace(ServedRequest(model, chat(text)), **settings)


def echo(name: str, request: EngineRequest) -> str:
    said = request.prompt if isinstance(request, TextRequest) else request.messages[-1].content
    return f"{name} heard {said}"


def slow(name: str, request: EngineRequest) -> ScriptedAnswer:
    return ScriptedAnswer("word " * 3000, token_delay_s=0.01)


async def until(condition: Callable[[], object]) -> None:
    with anyio.fail_after(10):
        while not condition():
            await anyio.sleep(0.001)
