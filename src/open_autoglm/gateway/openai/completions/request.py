"""The body of a completion request. Source: OpenAI API reference, "Create completion" (legacy)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    MAX_ANSWERS,
    SamplingFields,
    ServingFields,
    Stop,
    StreamOptions,
    TokenLimit,
)
from open_autoglm.gateway.openai.tabby.schema import SegmentsRequest

MAX_PROMPTS = 32
MAX_LOGPROBS = 5
MAX_PROMPT_TOKENS = 1_000_000

TokenId = Annotated[int, Field(ge=0, le=2**53), AS_WHOLE]
TokenIds = Annotated[list[TokenId], Field(min_length=1, max_length=MAX_PROMPT_TOKENS, fail_fast=True)]
PromptKind = Literal["text", "texts", "tokens", "token_lists"]


def prompt_kind(value: Any) -> PromptKind:
    """The form of a prompt, so that an error tells of that one only."""
    if not isinstance(value, list):
        return "text"
    first = value[0] if value else ""
    if isinstance(first, list):
        return "token_lists"
    return "texts" if isinstance(first, str) else "tokens"


Prompt = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[Annotated[list[str], Field(min_length=1, max_length=MAX_PROMPTS)], Tag("texts")]
    | Annotated[TokenIds, Tag("tokens")]
    | Annotated[Annotated[list[TokenIds], Field(min_length=1, max_length=MAX_PROMPTS)], Tag("token_lists")],
    Discriminator(prompt_kind),
]


class CompletionRequest(ServingFields, SamplingFields):
    """Text to go on with. Fields that are not listed have no effect, and the answer names them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "autoglm-small", "prompt": "def add(a, b):\n", "suffix": "\n\nprint(add(1, 2))"}
            ]
        }
    )

    prompt: Prompt = Field(description="Text, token numbers of this model, or a list of either.")
    suffix: str | None = Field(
        default=None, description="What comes after the answer; needs a model that fills in the middle."
    )
    max_tokens: TokenLimit | None = Field(default=None, description="Left out: 16, as OpenAI has it.")
    n: Annotated[int, Field(ge=1, le=MAX_ANSWERS), AS_WHOLE] | None = None
    best_of: Annotated[int, Field(ge=1, le=MAX_ANSWERS), AS_WHOLE] | None = Field(
        default=None, description="The same as n: every answer is sent."
    )
    stop: Stop | None = None
    stream_options: StreamOptions | None = None
    logprobs: Annotated[int, Field(ge=0, le=MAX_LOGPROBS), AS_WHOLE] | None = None
    echo: bool | None = Field(default=None, description="The prompt stands before the answer.")
    grammar: str | None = Field(default=None, description="llama.cpp: GBNF that the answer follows.")
    json_schema: dict[str, Any] | None = Field(
        default=None, description="llama.cpp: what the answer has to look like."
    )


def _dialect(value: Any) -> Literal["openai", "tabby"]:
    return "tabby" if isinstance(value, dict) and "segments" in value else "openai"


AnyCompletionRequest = Annotated[
    Annotated[CompletionRequest, Tag("openai")] | Annotated[SegmentsRequest, Tag("tabby")],
    Discriminator(_dialect),
]
"""Two dialects share the path: OpenAI's, and that of Tabby's plugins."""
