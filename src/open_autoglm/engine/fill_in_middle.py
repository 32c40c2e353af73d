"""How models that fill in the middle want their prompt: one row of markers per family.

llama.cpp's own ``/infill`` keeps only as much of prefix and suffix as fits one batch, in silence; so the
prompt is put together here. The order, prefix, suffix, middle, is the one the models were trained on
(Bavarian et al. 2022, "Efficient Training of Language Models to Fill in the Middle").
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from open_autoglm.values import TextRequest

Tokenize = Callable[[str, bool], Awaitable[Sequence[int]]]
"""Text to tokens; with True the text's markers are read as such."""


@dataclass(frozen=True, slots=True)
class Markers:
    """The markers of one family; ``repository`` and ``file`` are empty where it knows no other files."""

    prefix: str
    suffix: str
    middle: str
    repository: str = ""
    file: str = ""


FAMILIES = (
    Markers("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>"),  # Qwen
    Markers("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # CodeGemma
    Markers("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<repo_name>", "<file_sep>"),  # StarCoder2
    Markers("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder, Stable Code
    Markers("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # SantaCoder
    Markers("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # DeepSeek Coder
    Markers("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),  # GLM
    Markers("▁<PRE>", "▁<SUF>", "▁<MID>"),  # CodeLlama
)
REPOSITORY_NAME = "project"


async def find_markers(tokenize: Tokenize) -> Markers | None:
    """The family whose markers are tokens of this model, each a single one; None: it can't fill in."""
    for family in FAMILIES:
        used = filter(None, (family.prefix, family.suffix, family.middle, family.repository, family.file))
        if all([len(await tokenize(marker, True)) == 1 for marker in used]):
            return family
    return None


async def fill_in_prompt(request: TextRequest, markers: Markers, tokenize: Tokenize) -> list[int]:
    """The whole prompt as tokens. Markers inside the caller's own text stay plain text."""

    async def marker(text: str) -> list[int]:
        return list(await tokenize(text, True))

    async def plain(text: str) -> list[int]:
        return list(await tokenize(text, False)) if text else []

    prompt: list[int] = []
    for number, (name, text) in enumerate(request.files):
        if markers.file:
            if number == 0:
                prompt += [*await marker(markers.repository), *await plain(f"{REPOSITORY_NAME}\n")]
            prompt += [*await marker(markers.file), *await plain(f"{name}\n{text}")]
        else:
            prompt += await plain(f"{name}\n{text}\n\n")
    if markers.file and request.files:
        prompt += [*await marker(markers.file), *await plain("current\n")]
    prompt += [*await marker(markers.prefix), *await plain(request.prompt)]
    prompt += [*await marker(markers.suffix), *await plain(request.suffix or "")]
    return [*prompt, *await marker(markers.middle)]
