"""What the context manager did to a conversation, so that it can be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ContextPolicy = Literal["reject", "truncate", "summarize"]


@dataclass(frozen=True, slots=True)
class ContextReport:
    """Stands in the metadata of every answer."""

    policy: ContextPolicy
    window: int
    """Tokens of prompt and answer together."""
    prompt_tokens: int
    """Tokens of the prompt as it was sent to the engine."""
    original_tokens: int
    """Tokens of the prompt as it was asked; equal to ``prompt_tokens`` where nothing was done."""
    kept_messages: int
    dropped_messages: int = 0
    """Messages that were left out (truncate)."""
    summarized_messages: int = 0
    """Messages that stand in the prompt as a summary only (summarize)."""
    summary: str = ""

    @property
    def done(self) -> Literal["nothing", "truncated", "summarized"]:
        if self.summarized_messages:
            return "summarized"
        return "truncated" if self.dropped_messages else "nothing"
