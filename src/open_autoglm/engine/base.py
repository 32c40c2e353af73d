"""The engine protocol: what every engine promises, and what it declares it can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from open_autoglm.errors import ContextExceeded, NotSupported, UsageError
from open_autoglm.values import (
    ChatRequest,
    Completion,
    EngineRequest,
    FinishReason,
    ImagePart,
    StreamEvent,
    TextRequest,
    TokenLogprob,
    ToolCall,
    Usage,
)


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
    text_completion: bool = False
    logprobs: bool = False
    saved_slots: bool = False
    """The state of a slot can be written to a file and read back: see ``save_slot``."""
    exact_token_counts: bool = True
    """False where the engine can only estimate; callers then keep a margin."""
    tells_prompt_length: bool = False
    """A stream begins with ``progress``: the tokens of the prompt, before any is computed."""


@dataclass(frozen=True, slots=True)
class SlotUse:
    """Which slot computes a request, and whether it may keep what it still holds of the same prompt.

    Only the caller knows whose text a slot holds; ``reuse`` is false where it was somebody else's.
    """

    slot: int
    reuse: bool = True


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
    def stream(
        self, request: EngineRequest, *, slot: SlotUse | None = None, prompt_tokens: int | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. The last event carries finish reason and usage.

        ``slot`` None: the engine chooses, and reuses what it can. ``prompt_tokens`` is what
        ``count_tokens`` answered for this same request, or more; without it the prompt is counted again.

        A reader that stops early closes the generator (``contextlib.aclosing``). Raises, before any
        work: NotSupported, and ContextExceeded when prompt and ``max_tokens`` don't fit the window.
        """

    @abstractmethod
    async def count_tokens(self, request: EngineRequest) -> int:
        """Tokens of the prompt, in a chat as the model's own template renders it."""

    async def tokenize(self, text: str) -> tuple[int, ...]:  # noqa: ARG002 - refuses any
        """The model's own tokens of a text, markers read as such. Raises NotSupported."""
        raise self._lacks("tokenize")

    async def detokenize(self, tokens: Sequence[int]) -> str:  # noqa: ARG002 - refuses any
        """The text of tokens. Raises NotSupported."""
        raise self._lacks("detokenize")

    async def save_slot(self, slot: int, name: str) -> int:  # noqa: ARG002 - refuses any
        """Write the state of an idle slot to file ``name`` in the engine's slot folder.

        Answers the tokens it holds. Raises NotSupported where ``saved_slots`` is not declared.
        """
        raise self._lacks("saved_slots")

    async def restore_slot(self, slot: int, name: str) -> int:  # noqa: ARG002 - refuses any
        """Read a saved state into an idle slot; answers its tokens. Raises EngineError if it can't be."""
        raise self._lacks("saved_slots")

    async def erase_slot(self, slot: int) -> None:  # noqa: ARG002 - refuses any
        """Forget what an idle slot holds."""
        raise self._lacks("saved_slots")

    @property
    def answering(self) -> bool:
        """Whether a request would be answered now, without waiting for a restart."""
        return True

    @property
    def incarnation(self) -> int:
        """Another number after each start of the worker, whose slots then hold nothing."""
        return 0

    def resident_bytes(self) -> int | None:
        """Memory that the loaded model takes on this machine now; None where it can't be known."""
        return None

    async def chat(
        self, request: EngineRequest, *, slot: SlotUse | None = None, prompt_tokens: int | None = None
    ) -> Completion:
        """The whole answer at once."""
        gathered = AnswerGatherer(self.model)
        async with aclosing(self.stream(request, slot=slot, prompt_tokens=prompt_tokens)) as events:
            async for event in events:
                gathered.add(event)
        return gathered.completion()

    def require_supported(self, request: EngineRequest) -> None:
        """Refuse what makes no sense or is not declared, before any work."""
        if isinstance(request, ChatRequest) and not request.messages:
            raise UsageError("A chat request has no message.")
        if request.json_schema is not None and request.grammar is not None:
            raise UsageError("A request carries both json_schema and grammar.", hint="Choose one of them.")
        wanted = {
            "json_schema": request.json_schema is not None,
            "grammar": request.grammar is not None,
            "logprobs": request.logprobs is not None,
        }
        if isinstance(request, TextRequest):
            wanted["text_completion"] = request.suffix is None
            wanted["fill_in_middle"] = request.suffix is not None
        else:
            wanted["tools"] = bool(request.tools)
            wanted["vision"] = any(
                isinstance(part, ImagePart) for message in request.messages for part in message.parts
            )
        for capability, asked in wanted.items():
            if asked and not getattr(self.capabilities, capability):
                raise NotSupported(
                    f"The request needs {capability}, which model {self.model!r} does not declare.",
                    hint="Choose a model whose engine declares it, or leave it out of the request.",
                )

    def require_room(self, request: EngineRequest, prompt_tokens: int) -> None:
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

    def _lacks(self, capability: str) -> NotSupported:
        return NotSupported(f"The engine of model {self.model!r} does not offer {capability}.")

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


class AnswerGatherer:
    """Puts the pieces of a stream together again."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, ToolCall] = {}
        self._logprobs: list[TokenLogprob] = []
        self._finish: FinishReason = "stop"
        self._usage = Usage(prompt_tokens=0, completion_tokens=0)

    def add(self, event: StreamEvent) -> None:
        self._text.append(event.text)
        self._reasoning.append(event.reasoning)
        self._logprobs.extend(event.logprobs)
        for piece in event.tool_calls:
            call = self._calls.get(piece.index, ToolCall("", "", ""))
            self._calls[piece.index] = ToolCall(
                piece.id or call.id, piece.name or call.name, call.arguments + piece.arguments
            )
        self._finish = event.finish_reason or self._finish
        self._usage = event.usage or self._usage

    def completion(self) -> Completion:
        """What has come so far; whole once the last event was added."""
        return Completion(
            text="".join(self._text),
            finish_reason=self._finish,
            usage=self._usage,
            model=self._model,
            reasoning="".join(self._reasoning),
            tool_calls=tuple(call for _, call in sorted(self._calls.items())),
            logprobs=tuple(self._logprobs),
        )
