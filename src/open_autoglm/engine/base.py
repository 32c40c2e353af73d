"""The engine protocol: what every engine promises, and what it declares it can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from open_autoglm.errors import ContextExceeded, NotSupported, UsageError
from open_autoglm.values import ChatRequest, Completion, FinishReason, ImagePart, StreamEvent, Usage


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do with its loaded model. Declared, never guessed by callers."""

    context_window: int
    """Tokens of prompt and answer together, for one sequence."""
    slots: int = 1
    """Sequences decoded at once; more requests wait."""
    json_schema: bool = False
    grammar: bool = False
    vision: bool = False
    tools: bool = False
    fill_in_middle: bool = False
    embeddings: bool = False
    exact_token_counts: bool = True
    """False where the engine can only estimate; callers then keep a margin."""


class Engine(ABC):
    """One loaded model that answers chat requests.

    Engines are asynchronous because their streams meet the network; synchronous callers hold one
    through ``open_autoglm.engine.blocking.BlockingEngine``. Closing the iterator of ``stream``, or
    cancelling the task that reads it, frees the slot within a second. Errors are those of
    ``open_autoglm.errors``, raised from their cause. ``async with engine:`` opens and closes it.
    """

    @property
    @abstractmethod
    def model(self) -> str:
        """The model's name as it stands in results, for example ``qwen2.5-coder-1.5b-instruct``."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """Valid once the engine is open."""

    @abstractmethod
    async def open(self) -> None:
        """Load the model. Raises EngineStartFailed with a readable reason, within the start limit."""

    @abstractmethod
    async def close(self) -> None:
        """Stop cleanly; safe to call twice. No process stays behind."""

    @abstractmethod
    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. The last event carries finish reason and usage.

        A reader that stops early closes the generator (``contextlib.aclosing``). Raises, before any
        work: NotSupported, and ContextExceeded when prompt and ``max_tokens`` don't fit the window.
        """

    @abstractmethod
    async def count_tokens(self, request: ChatRequest) -> int:
        """Tokens of the prompt as the model's own chat template renders it."""

    async def chat(self, request: ChatRequest) -> Completion:
        """The whole answer at once."""
        pieces: list[str] = []
        finish: FinishReason = "stop"
        usage = Usage(prompt_tokens=0, completion_tokens=0)
        async with aclosing(self.stream(request)) as events:
            async for event in events:
                pieces.append(event.text)
                finish = event.finish_reason or finish
                usage = event.usage or usage
        return Completion(text="".join(pieces), finish_reason=finish, usage=usage, model=self.model)

    def require_supported(self, request: ChatRequest) -> None:
        """Refuse what makes no sense or is not declared, before any work."""
        if not request.messages:
            raise UsageError("A chat request has no message.")
        if request.json_schema is not None and request.grammar is not None:
            raise UsageError("A request carries both json_schema and grammar.", hint="Choose one of them.")
        wanted = {
            "json_schema": request.json_schema is not None,
            "grammar": request.grammar is not None,
            "vision": any(
                isinstance(part, ImagePart)
                for message in request.messages
                if not isinstance(message.content, str)
                for part in message.content
            ),
        }
        for capability, asked in wanted.items():
            if asked and not getattr(self.capabilities, capability):
                raise NotSupported(
                    f"The request needs {capability}, which model {self.model!r} does not declare.",
                    hint="Choose a model whose engine declares it, or leave it out of the request.",
                )

    def require_room(self, request: ChatRequest, prompt_tokens: int) -> None:
        """Refuse a prompt that, with the answer asked for, is larger than the window."""
        window = self.capabilities.context_window
        answer_tokens = 1 if request.max_tokens is None else request.max_tokens
        if prompt_tokens + answer_tokens <= window:
            return
        asked = "at least one token" if request.max_tokens is None else f"{answer_tokens} tokens"
        raise ContextExceeded(
            f"The prompt has {prompt_tokens} tokens and the answer may take {asked}, "
            f"but model {self.model!r} has a window of {window} tokens.",
            hint="Shorten the prompt, lower max_tokens or raise context_window.",
        )

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:  # a cancelled start must not leave a process either
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
