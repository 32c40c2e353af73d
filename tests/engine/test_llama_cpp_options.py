"""How many tokens are computed and guessed at a time: a batch has to take less than a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.errors import ConfigurationError


def options(**changes: Any) -> LlamaCppOptions:
    return LlamaCppOptions("m", Path("m.gguf"), context_window=4096, **changes)


def test_a_processor_computes_few_tokens_at_a_time_and_a_graphics_card_many() -> None:
    assert options().effective_batch_tokens == 32
    assert options(gpu_layers=-1).effective_batch_tokens == 512
    assert options(mmproj_path=Path("p.gguf")).effective_batch_tokens == 512
    assert options(batch_tokens=128).effective_batch_tokens == 128


def test_a_batch_holds_a_token_of_every_slot() -> None:
    assert options(slots=64).effective_batch_tokens == 64


@pytest.mark.parametrize(
    ("slots", "batch", "guessed"),
    [(1, 32, 15), (2, 32, 15), (4, 32, 3), (8, 32, 3), (8, 512, 15), (16, 32, 0)],
)
def test_the_guesses_of_all_slots_fit_one_batch(slots: int, batch: int, guessed: int) -> None:
    asked = options(slots=slots, batch_tokens=batch, quote_speculation=True)
    assert asked.guessed_tokens == guessed
    assert slots * (guessed + 1) <= batch
    assert options(slots=slots, batch_tokens=batch).guessed_tokens == 0


def test_slots_that_are_saved_are_kept_apart_from_the_shared_cache(tmp_path: Path) -> None:
    assert options().effective_prompt_cache_mb == 256
    assert options(slot_folder=tmp_path).effective_prompt_cache_mb == 0


@pytest.mark.parametrize("wrong", [{"slots": 0}, {"threads": 0}, {"gpu_layers": -2}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="must be at least"):
        options(**wrong)
