"""What /infill answers, as its JSON looks. ``stop_type`` is ``eos`` also where a stop string ended it."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.answer_fields import AboutBody

StopType = Literal["eos", "limit"]


class InfillBody(TypedDict):
    """The text that was filled in, and how much was read and written."""

    index: int
    content: str
    stop: Literal[True]
    model: str
    stop_type: StopType
    truncated: Literal[False]
    tokens_predicted: int
    tokens_evaluated: int
    tokens_cached: int
    open_autoglm: AboutBody


class InfillPiece(TypedDict):
    index: int
    content: str
    stop: Literal[False]
    model: str
    open_autoglm: NotRequired[AboutBody]
