"""The way of a request, whatever its dialect: model, cache, admission, context, slot, engine."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal

import anyio
import anyio.to_thread

from open_autoglm.context.certain_fit import counted, fits_certainly
from open_autoglm.context.policies import FittedRequest, plan_context
from open_autoglm.context.report import ContextPolicy, ContextReport
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.context.write_summary import Chat
from open_autoglm.engine.base import AnswerGatherer, Capabilities
from open_autoglm.errors import EngineStartFailed
from open_autoglm.serving.admission import AdmissionQueue
from open_autoglm.serving.model_directory import ModelDirectory
from open_autoglm.serving.model_facts import ModelFacts, ModelStatus
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import Answer, AnswerAbout, CacheOutcome, ServedRequest
from open_autoglm.serving.request_material import request_material
from open_autoglm.serving.resident import LoadedModel
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.slot_keeper import HeldSlot
from open_autoglm.telemetry.logs import log_content
from open_autoglm.telemetry.metrics import AnswerMeter, Metrics
from open_autoglm.telemetry.readable_prompt import readable_prompt
from open_autoglm.telemetry.traces import Operation, RequestSpan, Tracer
from open_autoglm.values import ChatRequest, Completion, EngineRequest, Message, StreamEvent, Usage

NAME_KEPT_S = 3.0
"""How long what a name means is believed without looking at the disk again."""
FIRST_SLOTS = 1
"""Requests let in for a model that was never loaded: one is enough to load it and learn its slots."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    queue_limit: int = 64
    """Requests that may wait for one model."""
    context_policy: ContextPolicy = "reject"
    """For requests that name none."""
    log_content: bool = False
    """Write prompts and answers into the log."""
    engine_settings: str = ""
    """Whatever beside the model's files changes its answers: what was kept with other ones is not found."""


class Service:
    """Answers requests with the models of a pool. All methods belong to one event loop."""

    def __init__(
        self,
        directory: ModelDirectory,
        pool: ModelPool,
        results: ResultCache,
        options: ServiceOptions,
        *,
        metrics: Metrics | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._directory = directory
        self._pool = pool
        self._results = results
        self._options = options
        self._metrics = metrics or Metrics()
        self._tracer = tracer or Tracer()
        self._summaries = SummaryMemory()
        self._queues: dict[str, AdmissionQueue] = {}
        self._names: dict[str, tuple[float, ServedModel]] = {}
        self._looking_up = anyio.Lock()

    @asynccontextmanager
    async def answer(self, asked: ServedRequest) -> AsyncIterator[Answer]:
        """Begin an answer; leaving the block frees its slot within a second, whatever it was doing.

        Entering waits for the model, for a place and for the context, and raises whatever goes wrong
        before the first token: UnknownModel, QueueFull, ContextExceeded, NotSupported, EngineStartFailed.
        """
        model = await self.resolve(asked.model)
        meter = self._metrics.answer(model.name)
        operation: Operation = "chat" if isinstance(asked.request, ChatRequest) else "text_completion"
        async with AsyncExitStack() as held:
            span = held.enter_context(self._tracer.request(operation, asked.model))
            span.asked(asked.request)
            self._log("prompt", lambda: readable_prompt(asked.request))
            work = _Work(asked, model, self._material(model, asked), meter, span)
            stored = self._stored(work)
            if stored is not None:
                answer = Answer(AnswerAbout(model.name, model.reason, "hit", None), _replay(stored, meter))
            else:
                answer = await self._begin(work, held)
            await held.enter_async_context(aclosing(answer.events))
            yield answer

    async def resolve(self, name: str) -> ServedModel:
        """What a name means. Raises UnknownModel with the nearest names, ModelNotInstalled."""
        if (known := self._known(name)) is not None:
            return known
        async with self._looking_up:  # one thread at a time is enough for everybody
            if (known := self._known(name)) is not None:
                return known
            model = await anyio.to_thread.run_sync(self._directory.resolve, name)
            self._names[name] = (time.monotonic() + NAME_KEPT_S, model)
            return model

    async def count_tokens(self, model: str, request: EngineRequest) -> int:
        """Tokens of the prompt, exactly as the model's own template renders it."""
        async with self._pool.lease(await self.resolve(model)) as loaded:
            loaded.engine.require_supported(request)
            return await loaded.engine.count_tokens(request)

    async def tokenize(self, model: str, text: str) -> tuple[int, ...]:
        """The model's own tokens of a text; loads the model."""
        async with self._pool.lease(await self.resolve(model)) as loaded:
            return await loaded.engine.tokenize(text)

    async def detokenize(self, model: str, tokens: Sequence[int]) -> str:
        """The text of the model's own tokens; loads the model."""
        async with self._pool.lease(await self.resolve(model)) as loaded:
            return await loaded.engine.detokenize(tokens)

    async def capabilities(self, model: str) -> Capabilities:
        """What the model can do and how large its window is; loads the model."""
        async with self._pool.lease(await self.resolve(model)) as loaded:
            return loaded.engine.capabilities

    async def models(self) -> tuple[ModelFacts, ...]:
        """Every name that can be asked for now: installed models, tiers that mean one, upstreams."""
        return await anyio.to_thread.run_sync(self._directory.facts)

    async def describe(self, name: str) -> ModelFacts:
        """The facts of one name. Raises UnknownModel with the nearest names."""
        return await anyio.to_thread.run_sync(self._directory.describe, name)

    def recall_summary(self, owner: str, messages: Sequence[Message], report: ContextReport) -> None:
        """Take over the summary of an earlier answer to ``messages``: a restart has forgotten it."""
        self._summaries.recall(owner, messages, report)

    def status(self) -> tuple[ModelStatus, ...]:
        """The models in memory, on their way there, or down."""
        return tuple(self._with_queue(status) for status in self._pool.status())

    async def load(self, model: str) -> None:
        """Have the model ready, so that the first request does not wait for it."""
        served = await self.resolve(model)
        async with self._pool.lease(served) as loaded:
            self._queue(served).resize(loaded.engine.capabilities.slots)

    async def keep(self, model: str, stay_s: float) -> None:
        """From its next answer on, have the model stay idle for ``stay_s``; infinite: for ever."""
        self._pool.keep(await self.resolve(model), stay_s)

    async def unload(self, model: str) -> None:
        """Let the model go once it has finished its answers."""
        await self._pool.unload((await self.resolve(model)).name)

    def _known(self, name: str) -> ServedModel | None:
        until, model = self._names.get(name, (0.0, None))
        return model if time.monotonic() < until else None

    def _material(self, model: ServedModel, asked: ServedRequest) -> bytes | None:
        """What the answer depends on; None where it must not be kept."""
        if not (
            self._results.keeps
            and asked.use_cache
            and asked.over is None
            and model.digest
            and asked.request.sampling.repeatable
        ):
            return None
        limit = "cut by the window" if asked.ends_with_window else "whole"
        digest = f"{model.digest} {self._options.engine_settings} {limit}"
        return request_material(digest, asked.request, self._policy(asked))

    def _stored(self, work: _Work) -> tuple[StreamEvent, ...] | None:
        if work.material is None:
            return None
        with work.span.stage("cache"):
            events = self._results.get(work.asked.owner, work.material)
        self._metrics.result_cache(work.model.name, "miss" if events is None else "hit")
        return events

    async def _begin(self, work: _Work, held: AsyncExitStack) -> Answer:
        """Place, model, context, slot and first event; what is taken is given back by ``held``."""
        asked, model = work.asked, work.model
        began = time.monotonic()
        with work.span.stage("admission"):
            queue = self._queue(model)
            await held.enter_async_context(queue.place(asked.priority))
            try:
                loaded = await held.enter_async_context(self._pool.lease(model))
            except EngineStartFailed as error:  # the others in line wait for the same load
                queue.dismiss(error)
                raise
            queue.resize(loaded.engine.capabilities.slots)
        queue_s = time.monotonic() - began
        work.meter.queued()
        loaded.engine.require_supported(asked.request)
        with work.span.stage("context"):
            bounded = fits_certainly(asked.request, self._policy(asked), loaded.engine)
            fitted = bounded or await self._fitted(asked, loaded)
        events = self._computed(
            work,
            loaded,
            _bounded(fitted, asked, exact=loaded.engine.capabilities.exact_token_counts),
            fitted.report.prompt_tokens,
        )
        await held.enter_async_context(aclosing(events))
        first = await anext(events)  # so that what goes wrong before it is raised here
        if bounded is not None:
            fitted = await counted(bounded, first, loaded.engine)
        outcome: CacheOutcome = "off" if work.material is None else "miss"
        about = AnswerAbout(model.name, model.reason, outcome, fitted.report, queue_s)
        return Answer(about, _following(first, events))

    async def _fitted(self, asked: ServedRequest, loaded: LoadedModel) -> FittedRequest:
        """The request as its policy makes it fit the window."""
        plan = await plan_context(
            replace(asked.request, max_tokens=None) if asked.ends_with_window else asked.request,
            self._policy(asked),
            loaded.engine,
            owner=asked.owner,
            memory=self._summaries,
        )
        return await plan.apply(_in_slot_of(loaded, asked.owner))

    async def _computed(
        self, work: _Work, loaded: LoadedModel, request: EngineRequest, prompt_tokens: int
    ) -> AsyncGenerator[StreamEvent, None]:
        """The engine's events; the last one comes when the answer is kept."""
        kept: list[StreamEvent] = []
        counted = _Counted()
        with work.span.stage("engine"):
            async with (
                loaded.slots.slot_for(work.asked.owner, request) as slot,
                aclosing(loaded.engine.stream(request, slot=slot.use, prompt_tokens=prompt_tokens)) as events,
            ):
                async for event in events:
                    counted.add(event)
                    if event.progress is not None:
                        slot.read(event.progress)
                        yield event
                        continue
                    work.meter.token()
                    is_over = work.asked.over is not None and work.asked.over(event.text)
                    if is_over:
                        event = counted.last(event)
                    kept.append(event)
                    if event.finish_reason is not None:
                        self._finished(work, slot, kept)
                    yield event
                    if is_over:  # leaving the block has the engine let go of the rest
                        return

    def _finished(self, work: _Work, slot: HeldSlot, events: Sequence[StreamEvent]) -> None:
        """Keep the whole answer for whoever asks the same or goes on from it, and count it."""
        completion = _completion(work.model.name, events)
        slot.answered(completion)
        if work.material is not None:
            self._results.put(work.asked.owner, work.material, events)
        self._log("answer", lambda: completion.text)
        usage = completion.usage
        work.meter.finished(usage)
        work.span.answered(work.model.name, usage, completion.finish_reason)
        read = min(slot.restored_tokens, usage.cached_tokens)
        self._metrics.prefix_reused(work.model.name, read, "disk")
        self._metrics.prefix_reused(work.model.name, usage.cached_tokens - read, "slot")

    def _log(self, kind: Literal["prompt", "answer"], text: Callable[[], str]) -> None:
        if self._options.log_content:
            log_content(kind, text())

    def _policy(self, asked: ServedRequest) -> ContextPolicy:
        return asked.context_policy or self._options.context_policy

    def _queue(self, model: ServedModel) -> AdmissionQueue:
        if model.name not in self._queues:
            self._queues[model.name] = AdmissionQueue(model.name, FIRST_SLOTS, self._options.queue_limit)
        return self._queues[model.name]

    def _with_queue(self, status: ModelStatus) -> ModelStatus:
        queue = self._queues.get(status.name)
        if queue is None:
            return status
        return replace(status, busy=queue.busy, waiting=queue.waiting)


@dataclass(frozen=True, slots=True)
class _Work:
    """One request on its way."""

    asked: ServedRequest
    model: ServedModel
    material: bytes | None
    meter: AnswerMeter
    span: RequestSpan


class _Counted:
    """The tokens of an answer that the engine does not come to count, because it is ended here."""

    def __init__(self) -> None:
        self._prompt = self._cached = self._answer = 0

    def add(self, event: StreamEvent) -> None:
        if event.progress is not None:
            self._cached = self._cached if self._prompt else event.progress.done
            self._prompt = event.progress.total
        elif event.text:
            self._answer += 1

    def last(self, event: StreamEvent) -> StreamEvent:
        """``event`` as the last one of its answer."""
        if event.finish_reason is not None:
            return event
        usage = Usage(self._prompt, self._answer, self._cached)
        return replace(event, finish_reason="stop", usage=usage)


def _bounded(fitted: FittedRequest, asked: ServedRequest, *, exact: bool) -> EngineRequest:
    """The fitted request; its answer as long as was asked for, or as the window has room.

    Where counts are not ``exact``, only what is certain is done: no answer is longer than the window.
    """
    limit = asked.request.max_tokens
    if limit is None or not asked.ends_with_window:
        return fitted.request
    room = fitted.report.window - fitted.report.prompt_tokens if exact else fitted.report.window
    return replace(fitted.request, max_tokens=limit if limit < room else None)


def _in_slot_of(loaded: LoadedModel, owner: str) -> Chat:
    """Answers requests of the context manager in a slot that is the owner's, too."""

    async def chat(request: ChatRequest) -> Completion:
        async with loaded.slots.slot_for(owner, request) as slot:
            completion = await loaded.engine.chat(request, slot=slot.use)
            slot.answered(completion)
            return completion

    return chat


def _completion(model: str, events: Sequence[StreamEvent]) -> Completion:
    gathered = AnswerGatherer(model)
    for event in events:
        gathered.add(event)
    return gathered.completion()


async def _replay(events: Sequence[StreamEvent], meter: AnswerMeter) -> AsyncGenerator[StreamEvent, None]:
    meter.token()
    for event in events:
        yield event


async def _following(
    first: StreamEvent, rest: AsyncGenerator[StreamEvent, None]
) -> AsyncGenerator[StreamEvent, None]:
    yield first
    async for event in rest:
        yield event
