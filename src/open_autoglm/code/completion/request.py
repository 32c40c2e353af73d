"""What the model is asked for a completion: the text around the place, and what is shown beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from open_autoglm.code.completion.end import CompletionEnd
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.window import WindowLimits, windowed
from open_autoglm.values import Sampling, TextRequest

RETRY_TEMPERATURE = 0.6


@dataclass(frozen=True, slots=True)
class CompletionLimits:
    """Bounds of one request."""

    window: WindowLimits = field(default_factory=WindowLimits)
    max_tokens: int = 128


def completion_request(
    place: Place, files: Sequence[tuple[str, str]] = (), limits: CompletionLimits | None = None
) -> TextRequest:
    """Greedy, so that the same keystroke gives the same answer. ``files`` are names and texts, in the order
    in which they change least first: what stands before the first change need not be computed again."""
    limits = limits or CompletionLimits()
    prefix, suffix = windowed(place, limits.window)
    return TextRequest(
        prompt=prefix,
        suffix=suffix,
        files=tuple(files),
        max_tokens=limits.max_tokens,
        stop=("\n",) if CompletionEnd(place).extent == "line" else (),
    )


def another_try(request: TextRequest, number: int) -> TextRequest:
    """The same request for another answer, with what is needed to rank it."""
    return replace(
        request, sampling=Sampling(temperature=RETRY_TEMPERATURE, top_p=0.95, seed=number), logprobs=0
    )
