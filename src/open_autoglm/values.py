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
class Message:
    """One turn of a conversation. ``content`` is plain text or parts in the order they were given."""

    role: Role
    content: str | tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Temperature 0 is greedy and, with the same engine build, repeatable."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int | None = None


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


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A piece of an answer. The last event carries ``finish_reason`` and ``usage``, and may carry text."""

    text: str = ""
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
