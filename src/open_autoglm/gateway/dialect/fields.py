"""What requests of several dialects may carry, with its bounds.

Types are strict: ``"0.7"`` is no number. ``null`` means the same as leaving a field out. Fields that are
not named here are let through and named in the answer: see ``unread``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from open_autoglm.context.report import ContextPolicy

MAX_STOPS = 16
MAX_SEED = 2**63 - 1
MAX_TOKENS = 2**31 - 1
MAX_ANSWERS = 8
"""To one prompt."""
MAX_PARTS = 1000
"""Of one message."""

JsonObject = dict[str, JsonValue]


def _whole(value: Any) -> Any:
    """5.0 is a whole number to JSON, and some writers know no other."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_or_parts(value: Any) -> str:
    """The form of a content, so that an error tells of that one only."""
    return "text" if isinstance(value, str) else "parts"


AS_WHOLE = BeforeValidator(_whole)
"""Stands after the bounds, or the JSON schema would lose them."""
TokenLimit = Annotated[int, Field(ge=1, le=MAX_TOKENS), AS_WHOLE]
TokenNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$")]
Bias = Annotated[float, Field(ge=-100, le=100)]
StopString = Annotated[str, StringConstraints(min_length=1)]
Stop = StopString | Annotated[list[StopString], Field(max_length=MAX_STOPS)]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=500)]
ServiceTier = Literal["auto", "default", "flex", "priority", "scale", "fast"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class OpenFields(BaseModel):
    """A JSON object that may have more fields than we read."""

    model_config = ConfigDict(
        extra="allow", strict=True, allow_inf_nan=False, protected_namespaces=(), populate_by_name=True
    )


class SamplingFields(OpenFields):
    """How tokens are chosen: OpenAI's fields, and those that llama.cpp and vLLM add."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(
        default=None, description="0 is greedy. Left out: 1, as OpenAI has it."
    )
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    seed: Annotated[int, Field(ge=-MAX_SEED, le=MAX_SEED), AS_WHOLE] | None = Field(
        default=None, description="Makes the answer repeatable. -1 is no seed, as llama.cpp has it."
    )
    logit_bias: dict[TokenNumber, Bias] | None = Field(
        default=None, description="Token numbers of this model (see POST /tokenize) and their bias."
    )
    top_k: Annotated[int, Field(ge=-1, le=MAX_TOKENS), AS_WHOLE] | None = Field(
        default=None, description="llama.cpp, vLLM. 0 or -1: all tokens."
    )
    min_p: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, description="llama.cpp, vLLM.")
    repeat_penalty: Annotated[float, Field(gt=0, le=10)] | None = Field(
        default=None, description="llama.cpp."
    )
    repetition_penalty: Annotated[float, Field(gt=0, le=10)] | None = Field(
        default=None, description="vLLM's name of repeat_penalty."
    )


class StreamOptions(OpenFields):
    """What else a stream tells."""

    include_usage: bool | None = None


class ServingFields(OpenFields):
    """What is asked of the server, not of the model."""

    model: ModelName
    stream: bool | None = None
    service_tier: ServiceTier | None = Field(
        default=None, description="flex: answered after the requests of people who wait."
    )
    context_policy: ContextPolicy | None = Field(
        default=None,
        description="What happens to a conversation longer than the window. Left out: the header, then "
        "the setting.",
    )
