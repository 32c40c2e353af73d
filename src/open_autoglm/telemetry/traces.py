"""Traces of requests, with the names of OpenTelemetry's GenAI semantic conventions (version 1.36 and later).

Off by default. One span a request, ``chat {model}``, and below it one a stage. Spans are handles that are
passed on and ended where they began; none is ever made "current": a context variable set inside a generator
leaks into whoever resumes it, and can't be reset when it is closed somewhere else. Spans hold counts, names
and settings, never a word of prompt or answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, Self

from open_autoglm.values import EngineRequest, Usage

Operation = Literal["chat", "text_completion"]
Stage = Literal["cache", "admission", "context", "engine"]
Attribute = str | int | float | bool | tuple[str, ...]

PROVIDER = "open_autoglm"
OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
REQUEST_TEMPERATURE = "gen_ai.request.temperature"
REQUEST_TOP_P = "gen_ai.request.top_p"
REQUEST_TOP_K = "gen_ai.request.top_k"
REQUEST_FREQUENCY_PENALTY = "gen_ai.request.frequency_penalty"
REQUEST_PRESENCE_PENALTY = "gen_ai.request.presence_penalty"
REQUEST_SEED = "gen_ai.request.seed"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
ERROR_TYPE = "error.type"
REQUEST_ID = "open_autoglm.request_id"


class Span:
    """A stretch of time with attributes. This one keeps nothing: it stands in where traces are off."""

    def set(self, name: str, value: Attribute) -> None:
        """Note an attribute."""

    def fail(self, error: BaseException) -> None:
        """Mark the span as failed, with the kind of error and not its words."""

    def end(self) -> None:
        """Close the span; safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, GeneratorExit):
            self.fail(error)
        self.end()


class RequestSpan(Span):
    """The span of a whole request."""

    @contextmanager
    def stage(self, name: Stage) -> Iterator[Span]:
        """One stage of the request: it lasts as long as the block."""
        with self.begin_stage(name) as span:
            yield span

    def begin_stage(self, name: Stage) -> Span:
        """The same for a stage that does not fit a block; call ``end`` on it."""
        del name
        return Span()

    def asked(self, request: EngineRequest) -> None:
        """Note the settings of a request, without its text."""
        sampling = request.sampling
        self.set(REQUEST_TEMPERATURE, sampling.temperature)
        self.set(REQUEST_TOP_P, sampling.top_p)
        if sampling.top_k:
            self.set(REQUEST_TOP_K, sampling.top_k)
        if sampling.frequency_penalty:
            self.set(REQUEST_FREQUENCY_PENALTY, sampling.frequency_penalty)
        if sampling.presence_penalty:
            self.set(REQUEST_PRESENCE_PENALTY, sampling.presence_penalty)
        if sampling.seed is not None:
            self.set(REQUEST_SEED, sampling.seed)
        if request.max_tokens is not None:
            self.set(REQUEST_MAX_TOKENS, request.max_tokens)

    def answered(self, model: str, usage: Usage, finish_reason: str) -> None:
        """Note what came of it."""
        self.set(RESPONSE_MODEL, model)
        self.set(RESPONSE_FINISH_REASONS, (finish_reason,))
        self.set(INPUT_TOKENS, usage.prompt_tokens)
        self.set(OUTPUT_TOKENS, usage.completion_tokens)
        self.set(CACHED_TOKENS, usage.cached_tokens)


class Tracer:
    """Makes spans of requests. This one makes none that are kept, and costs next to nothing."""

    def request(self, operation: Operation, model: str) -> RequestSpan:
        """The span of a request for ``model`` as it was named, begun now; use it as a block or call ``end``.

        It goes on with the trace that the gateway noted for the current HTTP request, where there is one.
        """
        del operation, model
        return RequestSpan()

    def close(self) -> None:
        """Send what is still held; waits a few seconds at most."""
