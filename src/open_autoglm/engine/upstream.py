"""A model that another server holds: vLLM, Ray Serve, llama.cpp on another PC, any OpenAI-shaped URL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from open_autoglm.engine.base import Capabilities, Engine, SlotUse
from open_autoglm.engine.llama_cpp_client import LlamaCppClient
from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.engine.openai_format import DIALECTS
from open_autoglm.errors import (
    ConfigurationError,
    EngineError,
    EngineStartFailed,
    EngineUnavailable,
    NotSupported,
    OpenAutoGLMError,
)
from open_autoglm.values import EngineRequest, StreamEvent


@dataclass(frozen=True, slots=True)
class UpstreamOptions:
    """One row of data: where the server is and what it can do. Nothing is guessed from its name."""

    base_url: str
    """Ends where ``/chat/completions`` begins, for example ``http://10.0.0.5:8000/v1``."""
    model: str
    """Its name there."""
    api_key: str = field(default="", repr=False)
    dialect: str = "openai"
    """openai, llama.cpp or vllm: which fields the server adds to the plain format."""
    context_window: int | None = None
    """Empty: what the server's model list says (vLLM and llama.cpp do)."""
    slots: int = 4
    json_schema: bool = True
    vision: bool = False
    tools: bool = True
    text_completion: bool = True
    fill_in_middle: bool = False
    """In the plain format, with ``suffix``; llama.cpp is asked."""
    logprobs: bool = True
    idle_timeout_s: float = 600.0
    name: str = ""
    """Its name here, which errors say. Empty: the same as there."""


class UpstreamEngine(Engine):
    """The client that also talks to our own worker, pointed elsewhere."""

    def __init__(self, options: UpstreamOptions) -> None:
        if options.dialect not in DIALECTS:
            raise ConfigurationError(
                f"Upstream dialect is {options.dialect!r}.", hint=f"Use one of: {', '.join(DIALECTS)}."
            )
        self._options = options
        self._called = f"Upstream {options.name or options.model!r}"
        self._dialect = DIALECTS[options.dialect]
        self._capabilities: Capabilities | None = None
        self._client: OpenAIClient | None = None

    @property
    def model(self) -> str:
        return self._options.model

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise EngineUnavailable(f"{self._called} is not open.")
        return self._capabilities

    async def open(self) -> None:
        """Ask the server for its models. Raises EngineStartFailed when it is not there or lacks ours."""
        options = self._options
        client = self._client = self._new_client()
        try:
            rows = (await client.get("/models"))["data"]
            known = {str(row["id"]): row for row in rows}
        except EngineError as error:
            await self.close()
            raise EngineStartFailed(
                f"{self._called} at {options.base_url} can't be used: {error.message}", hint=error.hint
            ) from error
        except (KeyError, TypeError) as error:
            await self.close()
            raise EngineStartFailed(
                f"{self._called}: {options.base_url}/models is not a list of models.",
                hint="Its url has to end where /chat/completions begins.",
            ) from error
        if options.model not in known:
            await self.close()
            raise EngineStartFailed(
                f"{self._called} at {options.base_url} has no model {options.model!r}.",
                hint=f"It has: {', '.join(sorted(known)[:10])}.",
            )
        self._capabilities = Capabilities(
            context_window=options.context_window or self._stated_window(known[options.model]),
            slots=options.slots,
            json_schema=options.json_schema,
            grammar=self._dialect.grammar_field is not None,
            vision=options.vision,
            tools=options.tools,
            fill_in_middle=options.fill_in_middle or await self._fills_in(),
            text_completion=options.text_completion,
            logprobs=options.logprobs,
            exact_token_counts=self._dialect.count_path is not None,
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def count_tokens(self, request: EngineRequest) -> int:
        with self._named():
            return await self._opened().count_tokens(request)

    async def tokenize(self, text: str) -> tuple[int, ...]:
        with self._named():
            return await self._llama_cpp("tokenize").tokenize(text)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        with self._named():
            return await self._llama_cpp("detokenize").detokenize(tokens)

    async def stream(
        self, request: EngineRequest, *, slot: SlotUse | None = None, prompt_tokens: int | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        self.require_supported(request)
        client = self._opened()
        if self.capabilities.exact_token_counts:  # an estimate must not refuse what would have fitted
            counted = await self.count_tokens(request) if prompt_tokens is None else prompt_tokens
            self.require_room(request, counted)
        with self._named():
            async with aclosing(client.stream(request, slot=slot)) as events:
                async for event in events:
                    yield event

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What the client raises says "the engine"; whoever has several upstreams wants to know which."""
        try:
            yield
        except OpenAutoGLMError as error:
            if error.message.startswith("Upstream "):
                raise
            raise type(error)(f"{self._called}: {error.message}", hint=error.hint) from error

    def _new_client(self) -> OpenAIClient:
        options = self._options
        if self._dialect.llama_cpp:
            return LlamaCppClient(
                options.base_url,
                model=options.model,
                api_key=options.api_key,
                idle_timeout_s=options.idle_timeout_s,
            )
        return OpenAIClient(
            options.base_url,
            model=options.model,
            api_key=options.api_key,
            dialect=self._dialect,
            idle_timeout_s=options.idle_timeout_s,
        )

    async def _fills_in(self) -> bool:
        """Only llama.cpp tells which markers its model has; the plain format has no sign for it."""
        if not isinstance(self._client, LlamaCppClient):
            return False
        try:
            return (await self._client.learn()).markers is not None
        except EngineError as error:
            await self.close()
            raise EngineStartFailed(
                f"{self._called} at {self._options.base_url} is not what its dialect says: {error.message}",
                hint="Set dialect to openai.",
            ) from error

    def _llama_cpp(self, asked: str) -> LlamaCppClient:
        client = self._opened()
        if not isinstance(client, LlamaCppClient):
            raise NotSupported(
                f"{self._called} does not offer {asked}, which only llama.cpp's own server does.",
                hint="Set its dialect to llama.cpp if that answers there, or ask a model of this machine.",
            )
        return client

    def _opened(self) -> OpenAIClient:
        if self._client is None:
            raise EngineUnavailable(f"{self._called} is not open.")
        return self._client

    def _stated_window(self, row: dict[str, Any]) -> int:
        meta = row.get("meta")
        stated = row.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
        if not isinstance(stated, int):
            raise ConfigurationError(
                f"{self._called} at {self._options.base_url} does not say how large the window of "
                f"{self._options.model!r} is.",
                hint="Set context_window for it.",
            )
        return stated
