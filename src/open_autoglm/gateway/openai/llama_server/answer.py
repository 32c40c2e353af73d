"""What /infill answers, as its JSON looks. ``stop_type`` is ``eos`` also where a stop string ended it."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.answer_fields import AboutBody

StopType = Literal["eos", "limit"]


class Timings(TypedDict):
    """Tokens and milliseconds of both phases; ``prompt_n`` counts those that were computed."""

    prompt_n: int
    prompt_ms: float
    prompt_per_token_ms: float
    prompt_per_second: float
    predicted_n: int
    predicted_ms: float
    predicted_per_token_ms: float
    predicted_per_second: float


class Completed(TypedDict):
    """What was done to the model's answer before it was shown."""

    check: Literal["parsed", "faulty", "unchecked", "kept"]
    """``kept``: it is the rest of an earlier suggestion that is being typed."""
    language: str | None
    candidates: int


class InfillBody(TypedDict):
    """The text that was filled in, and how much was read and written."""

    index: int
    content: str
    stop: Literal[True]
    model: str
    stop_type: StopType
    truncated: bool
    """Whether not all of what was sent could be shown to the model in good time."""
    tokens_predicted: int
    tokens_evaluated: int
    tokens_cached: int
    timings: NotRequired[Timings]
    completion: NotRequired[Completed]
    """Not for answers that a grammar or schema constrains: they are left as they are."""
    open_autoglm: AboutBody


ChosenFields = dict[str, Any]
"""Where ``response_fields`` are given: these, by their paths."""


class InfillPiece(TypedDict):
    index: int
    content: str
    stop: Literal[False]
    model: str
    open_autoglm: NotRequired[AboutBody]
