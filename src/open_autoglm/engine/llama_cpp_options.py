"""How one model is loaded by llama.cpp: the row that the composition root fills in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import ConfigurationError

AS_MANY_LAYERS_AS_FIT = -1
GUESSED_TOKENS = 15
"""Tokens guessed at a time with ``quote_speculation``."""


@dataclass(frozen=True, slots=True)
class LlamaCppOptions:
    """One model, loaded once, in one worker process.

    Every slot has its own ``context_window``: memory for the KV cache is
    ``slots x context_window x bytes per token of the model``, taken when the model is loaded.
    """

    model_name: str
    model_path: Path
    context_window: int
    """Tokens of prompt and answer together, in each slot. More than the model was trained for is cut."""
    slots: int = 2
    """Requests decoded at once; more wait in line inside the worker."""
    threads: int = 1
    """Computing threads. More than free physical cores is slower, not faster."""
    gpu_layers: int = 0
    """Layers on the graphics card; AS_MANY_LAYERS_AS_FIT lets llama.cpp measure its free memory."""
    mmproj_path: Path | None = None
    """The projector of a vision model; without it pictures are refused."""
    batch_tokens: int | None = None
    """Prompt tokens computed at a time. Empty: 32 on a processor, 512 with a graphics card or pictures.

    A cancelled request is let go between two batches, so a batch has to take less than a second.
    On two processor cores prefill was as fast with 32 as with 512."""
    quote_speculation: bool = False
    """Guess next tokens from the prompt (n-gram map); pays when the answer repeats its input."""
    prompt_cache_mb: int = 256
    """Memory for the KV states of earlier prompts, beside the slots. 0: none."""
    start_timeout_s: float = 180.0
    idle_timeout_s: float = 600.0
    """Seconds without any word from the worker before a request fails with EngineTimeout."""

    def __post_init__(self) -> None:
        for name, least in (("context_window", 1), ("slots", 1), ("threads", 1), ("gpu_layers", -1)):
            if getattr(self, name) < least:
                raise ConfigurationError(
                    f"Option {name} of model {self.model_name!r} is {getattr(self, name)}.",
                    hint=f"It must be at least {least}.",
                )

    @property
    def effective_batch_tokens(self) -> int:
        if self.batch_tokens is not None:
            return self.batch_tokens
        # Some vision models have to compute a whole picture in one batch.
        tokens = 32 if self.gpu_layers == 0 and self.mmproj_path is None else 512
        # llama.cpp ends the process when one batch can't hold every slot's guesses.
        return max(tokens, self.slots * (GUESSED_TOKENS + 1)) if self.quote_speculation else tokens
