"""What the model is asked for a completion: the text around the place, and what is shown beside it.

While somebody types, the text before the cursor grows and the text after it stays. A prompt is computed again
from its first change on, and models are trained to see prefix, suffix, middle in this order: so all of the
suffix would be computed again with each keystroke. Its first lines have to stand there; the others are shown
before the prefix, as a file of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from open_autoglm.code.completion.end import CompletionEnd
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.window import WindowLimits, windowed
from open_autoglm.values import Sampling, TextRequest

RETRY_TEMPERATURE = 0.6
NEAR_LINES = 3
NEAR_CHARACTERS = 120
"""Of the text after the cursor, what stands in its place in the prompt."""


@dataclass(frozen=True, slots=True)
class CompletionLimits:
    """Bounds of one request."""

    window: WindowLimits = field(default_factory=WindowLimits)
    max_tokens: int | None = 128


def completion_request(
    place: Place, files: Sequence[tuple[str, str]] = (), limits: CompletionLimits | None = None
) -> TextRequest:
    """Greedy, so that the same keystroke gives the same answer. ``files`` are names and texts, in the order
    in which they change least first: what stands before the first change need not be computed again."""
    limits = limits or CompletionLimits()
    prefix, suffix = windowed(place, limits.window)
    near, rest = near_and_rest(suffix)
    extension = place.language.extensions[0] if place.language is not None else ".txt"
    return TextRequest(
        prompt=prefix,
        suffix=near,
        files=(*files, (f"rest_of_file{extension}", rest)) if rest.strip() else tuple(files),
        max_tokens=limits.max_tokens,
        stop=("\n",) if CompletionEnd(place).extent == "line" else (),
    )


def near_and_rest(suffix: str) -> tuple[str, str]:
    """The lines right after the cursor, and those farther on."""
    lines = suffix.splitlines(keepends=True)
    near = ""
    for number, line in enumerate(lines[: NEAR_LINES + 1]):
        if number and len(near) + len(line) > NEAR_CHARACTERS:
            break
        near += line
    return near, suffix[len(near) :]


def another_try(request: TextRequest, number: int) -> TextRequest:
    """The same request for another answer, with what is needed to rank it."""
    return replace(
        request, sampling=Sampling(temperature=RETRY_TEMPERATURE, top_p=0.95, seed=number), logprobs=0
    )
