"""The bodies of llama.cpp's routes. Source: llama.cpp, tools/server/README.md.

Its clients send no model: then the one of the setting ``model_path`` is meant.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    MAX_TOKENS,
    ModelName,
    OpenFields,
    SamplingFields,
    Stop,
)
from open_autoglm.gateway.openai.completions.request import MAX_PROMPT_TOKENS, TokenId

MAX_FILES = 1000
MAX_INDENT = 1000
MAX_FIELDS = 100

OptionalModel = Annotated[
    ModelName | None, Field(description="Left out: the model of the setting model_path.")
]


class ExtraFile(OpenFields):
    """A file that is shown to the model before the place to fill."""

    text: str
    filename: str | None = None


class InfillRequest(SamplingFields):
    """A place in a text to fill in. Fields that are not listed have no effect: samplers have a fixed order,
    prompts are always cached, and slots are chosen here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"input_prefix": "def add(a, b):\n", "input_suffix": "\n\nprint(add(1, 2))"}]
        }
    )

    input_prefix: str
    input_suffix: str
    model: OptionalModel = None
    input_extra: Annotated[list[ExtraFile], Field(max_length=MAX_FILES)] | None = None
    prompt: str | None = Field(default=None, description="Goes on after input_prefix.")
    n_predict: Annotated[int, Field(ge=-1, le=MAX_TOKENS), AS_WHOLE] | None = Field(
        default=None, description="Tokens at most. -1: until the window is full. 0: only read the prompt."
    )
    n_indent: Annotated[int, Field(ge=0, le=MAX_INDENT), AS_WHOLE] | None = Field(
        default=None, description="Lines after the first that are indented by less end the answer."
    )
    t_max_predict_ms: Annotated[int, Field(ge=-1, le=MAX_TOKENS), AS_WHOLE] | None = Field(
        default=None,
        description="Milliseconds after the first token; then the answer ends with its last whole line.",
    )
    response_fields: Annotated[list[str], Field(max_length=MAX_FIELDS)] | None = Field(
        default=None, description="Paths such as timings/prompt_ms: only these are answered, by that name."
    )
    stop: Stop | None = None
    stream: bool | None = None
    grammar: str | None = Field(default=None, description="GBNF that the answer follows.")
    json_schema: dict[str, Any] | None = Field(default=None, description="What the answer has to look like.")
    n_probs: Annotated[int, Field(ge=0, le=0), AS_WHOLE] | None = Field(
        default=None, description="Only 0: use logprobs of /v1/completions."
    )


class TokenizeRequest(OpenFields):
    """A text to take apart. Markers such as ``<|im_start|>`` are read as the tokens they stand for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content": "Hello there."}]})

    content: str
    model: OptionalModel = None
    add_special: Literal[False] | None = Field(default=None, description="No token is ever added.")
    parse_special: Literal[True] | None = None
    with_pieces: bool | None = Field(default=None, description="Tell the text of each token too.")


class DetokenizeRequest(OpenFields):
    """Tokens to put together."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tokens": []}]})

    tokens: Annotated[list[TokenId], Field(max_length=MAX_PROMPT_TOKENS, fail_fast=True)]
    model: OptionalModel = None
