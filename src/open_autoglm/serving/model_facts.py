"""What can be said of a model: what it is, and how it does now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ModelState = Literal["unloaded", "loading", "ready", "answering", "draining", "down"]
"""``down``: loaded, but its worker has died and is not back yet, or its last start failed."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A name that a request may ask for."""

    name: str
    title: str
    kind: Literal["model", "tier", "upstream"]
    means: str
    """The model that answers under this name: the same name, but for a tier."""
    size_bytes: int = 0
    sha256: str = ""
    """Digest of the weights; empty where it is not known (a path, an upstream)."""
    modified: datetime | None = None
    """When it was installed, in UTC."""
    family: str = ""
    parameters: str = ""
    """For people, for example ``1.5B``."""
    quantization: str = ""
    context_length: int = 0
    """Tokens it was trained for; 0 where that is not known."""
    capabilities: tuple[str, ...] = ()
    """Of ``completion``, ``chat``, ``tools``, ``fill_in_middle``, ``vision``, ``reasoning``, ``code``,
    ``embed``."""
    licence: str = ""
    template: str = ""
    """Its chat template, where it is known without loading."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model in memory, on its way there, or down."""

    name: str
    state: ModelState
    reason: str
    """Why this model was chosen, or why it is down."""
    device: str = "cpu"
    memory_bytes: int = 0
    window: int = 0
    slots: int = 0
    busy: int = 0
    waiting: int = 0
    held_tokens: int = 0
    """Tokens that all slots together hold in the KV cache."""
    idle_s: float = 0.0
    unload_in_s: float | None = None
    """Seconds until it is unloaded if nobody asks; None: it stays."""
