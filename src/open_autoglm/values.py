"""What is said to an engine and what it answers: frozen values, no identity, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "cancelled"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A run of text inside a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture inside a message: its bytes and media type, for example ``image/png``."""

    data: bytes
    media_type: str


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants to be called. ``arguments`` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for; ``parameters`` is the JSON schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. ``content`` is plain text or parts in the order they were given.

    An assistant's turn may carry ``tool_calls``; a turn of role ``tool`` answers the call ``tool_call_id``.
    """

    role: Role
    content: str | tuple[Part, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The content as parts, whichever form it was given in."""
        return (TextPart(self.content),) if isinstance(self.content, str) else self.content


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Temperature 0 is greedy and, with the same engine build, repeatable."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int | None = None
    logit_bias: tuple[tuple[int, float], ...] = ()
    """Pairs of token and what is added to its logit; -100 forbids it, 100 makes it certain."""

    @property
    def repeatable(self) -> bool:
        """Whether the same request gives the same answer again."""
        return self.temperature == 0 or self.seed is not None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request to an engine.

    ``max_tokens`` bounds the answer (None: until the window is full). ``json_schema`` and ``grammar``
    (GBNF) constrain the answer and exclude each other; an engine that can't refuses with NotSupported.
    """

    messages: tuple[Message, ...]
    max_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """``auto``, ``none``, ``required``, or the name of the one tool that must be called."""
    parallel_tool_calls: bool = True
    logprobs: int | None = None
    """Alternatives reported beside each token, 0 to 20; None: no log probabilities at all."""
    template_arguments: Mapping[str, Any] = field(default_factory=dict)
    """Handed to the chat template, for example ``{"enable_thinking": False}``."""


@dataclass(frozen=True, slots=True)
class TextRequest:
    """Text to go on with, past any chat template.

    With ``suffix`` the answer is what stands between ``prompt`` and ``suffix`` (fill in the middle), and
    ``files`` (name, text) are shown to the model before them.
    """

    prompt: str
    suffix: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    max_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str | None = None
    logprobs: int | None = None


EngineRequest = ChatRequest | TextRequest


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the engine itself counted them."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer, with the name of the model that gave it."""

    text: str
    finish_reason: FinishReason
    usage: Usage
    model: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One token of the answer with its natural log probability, and the likeliest others beside it."""

    token: str
    data: bytes
    """The token's own bytes: a token may end in the middle of a character."""
    logprob: float
    alternatives: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    """A piece of a tool call. The first one of each ``index`` carries ``id`` and ``name``."""

    index: int
    arguments: str = ""
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """How much of the prompt has been read, before the first token of the answer."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A piece of an answer. The last event carries ``finish_reason`` and ``usage``, and may carry text."""

    text: str = ""
    reasoning: str = ""
    """What the model thinks aloud before it answers; no part of the answer."""
    tool_calls: tuple[ToolCallPiece, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    progress: PromptProgress | None = None
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
