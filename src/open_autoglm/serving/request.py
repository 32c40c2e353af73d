"""A request on its way through the gateway, and what comes back beside the answer's own text."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal

from open_autoglm.context.report import ContextPolicy, ContextReport
from open_autoglm.values import EngineRequest, StreamEvent

Priority = Literal["interactive", "batch"]
CacheOutcome = Literal["hit", "miss", "off"]
LOCAL_OWNER = "local"
"""Whoever sits at this machine, where no key is asked for."""


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """What a caller wants of a model. Any API dialect comes down to this."""

    model: str
    """As the caller named it: a tier, a name of the catalogue, an upstream or a path."""
    request: EngineRequest
    owner: str = LOCAL_OWNER
    """Id of the key; caches and slots are private to it."""
    priority: Priority = "interactive"
    context_policy: ContextPolicy | None = None
    """None: what the settings say for programs."""
    use_cache: bool = True
    over: Callable[[str], bool] | None = None
    """Told each piece of the answer as it comes; where it says True the answer is over, and what would come
    after it is not computed. Such an answer is not kept."""
    ends_with_window: bool = False
    """Whether the answer may end where the window does, before ``max_tokens``; else that is refused."""


@dataclass(frozen=True, slots=True)
class AnswerAbout:
    """What is known of an answer before its first token."""

    model: str
    """The model that answers; never another than was asked for, but a tier's name becomes a model's."""
    reason: str
    """Why this model: one printable sentence."""
    cache: CacheOutcome
    context: ContextReport | None
    """None where the answer came from the cache, or for text past a chat template that fits."""
    queue_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that has begun. Its events are read inside the block that opened it."""

    about: AnswerAbout
    events: AsyncGenerator[StreamEvent, None]
