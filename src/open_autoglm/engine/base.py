"""The engine protocol: what every engine promises, and what it declares it can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass

from open_autoglm.errors import NotSupported
from open_autoglm.values import ChatRequest, Completion, FinishReason, StreamEvent, Usage


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
    through ``open_autoglm.engine.blocking.BlockingEngine``. Closing the iterator of ``stream`` frees
    the slot within a second. Errors are those of ``open_autoglm.errors``, raised from their cause.
    """

    @property
    @abstractmethod
    def model(self) -> str:
        """The model's name as it stands in results, for example ``qwen2.5-coder-1.5b-instruct-q4_k_m``."""

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
    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Answer piece by piece. The last event carries finish reason and usage."""

    @abstractmethod
    async def count_tokens(self, request: ChatRequest) -> int:
        """Tokens of the prompt as the model's own chat template renders it."""

    async def chat(self, request: ChatRequest) -> Completion:
        """The whole answer at once."""
        pieces: list[str] = []
        finish: FinishReason = "stop"
        usage = Usage(prompt_tokens=0, completion_tokens=0)
        async for event in self.stream(request):
            pieces.append(event.text)
            finish = event.finish_reason or finish
            usage = event.usage or usage
        return Completion(text="".join(pieces), finish_reason=finish, usage=usage, model=self.model)

    def require(self, request: ChatRequest) -> None:
        """Refuse what this engine does not declare, before any work."""
        wanted = {
            "json_schema": request.json_schema is not None,
            "grammar": request.grammar is not None,
        }
        for capability, asked in wanted.items():
            if asked and not getattr(self.capabilities, capability):
                raise NotSupported(
                    f"Model {self.model!r} can't constrain its answer by {capability}.",
                    hint="Choose a model whose engine declares it, or leave the constraint out.",
                )
