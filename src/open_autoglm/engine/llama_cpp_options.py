"""How one model is loaded by llama.cpp: the row that the composition root fills in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from open_autoglm.errors import ConfigurationError

AS_MANY_LAYERS_AS_FIT = -1
PROCESSOR_BATCH = 32
GRAPHICS_BATCH = 512
GUESSED_TOKENS = (15, 3)
"""How many tokens may be guessed at a time, best first: 3 gained more than 7, 15 as much as 31."""


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
    """Tokens computed at a time. Empty: 32 on a processor, 512 with a graphics card or pictures.

    A cancelled request is let go between two batches, so a batch has to take less than a second: on two
    cores 32 tokens of a 1.5B model take just that. Larger ones read prompts at most a fifth faster."""
    quote_speculation: bool = False
    """Guess next tokens from the prompt (n-gram map); pays when the answer repeats its input."""
    kv_cache_type: Literal["f16", "q8_0"] = "f16"
    """How keys and values are held: q8_0 takes 34 bytes for 32 of them instead of 64."""
    prompt_cache_mb: int = 256
    """Memory for the KV states of earlier prompts, beside the slots. 0: none. Not used with
    ``slot_folder``: it would hand one caller's text to another, and slots are kept apart by callers."""
    slot_folder: Path | None = None
    """Where slots are saved. Empty: they can't be. It is made with access for its owner only."""
    embedding: Literal["", "stated", "mean"] = ""
    """Turn texts into vectors, and nothing else: one of many as the model states, or their mean."""
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
    def effective_prompt_cache_mb(self) -> int:
        return self.prompt_cache_mb if self.slot_folder is None else 0

    @property
    def effective_batch_tokens(self) -> int:
        if self.batch_tokens is not None:
            return self.batch_tokens
        # Some vision models have to compute a whole picture in one batch.
        on_processor = self.gpu_layers == 0 and self.mmproj_path is None
        return max(PROCESSOR_BATCH if on_processor else GRAPHICS_BATCH, self.slots)

    @property
    def guessed_tokens(self) -> int:
        """Tokens guessed at a time; 0: none.

        llama.cpp ends the process when one batch can't hold the guesses of all slots, each with the
        token before them.
        """
        room = self.effective_batch_tokens // self.slots - 1
        fitting = (tokens for tokens in GUESSED_TOKENS if tokens <= room)
        return next(fitting, 0) if self.quote_speculation else 0
