"""The body of a Responses request. Source: OpenAI API reference, "Create a model response"."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    OpenFields,
    ReasoningEffort,
    SamplingFields,
    ServingFields,
    TokenLimit,
)
from open_autoglm.gateway.openai.chat.request import MAX_TOOLS, MAX_TOP_LOGPROBS, FunctionName
from open_autoglm.gateway.openai.responses.items import Input

LOGPROBS_INCLUDED = "message.output_text.logprobs"


class FunctionTool(OpenFields):
    """A function that the model may call."""

    type: Literal["function"]
    name: FunctionName
    description: str | None = None
    parameters: dict[str, Any] | None = Field(default=None, description="JSON schema of its arguments.")
    strict: bool | None = Field(default=None, description="Arguments follow the schema in any case.")


class FunctionChoice(OpenFields):
    type: Literal["function"]
    name: FunctionName


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("word")] | Annotated[FunctionChoice, Tag("name")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "name"),
]


class PlainFormat(OpenFields):
    type: Literal["text"]


class ObjectFormat(OpenFields):
    type: Literal["json_object"]


class SchemaFormat(OpenFields):
    type: Literal["json_schema"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: str | None = None
    schema_: dict[str, Any] = Field(alias="schema", description="What the answer has to look like.")
    strict: bool | None = Field(default=None, description="The answer follows the schema in any case.")


class TextOptions(OpenFields):
    format: Annotated[PlainFormat | ObjectFormat | SchemaFormat, Field(discriminator="type")] | None = None


class ReasoningOptions(OpenFields):
    effort: ReasoningEffort | None = Field(
        default=None, description="Handed to the chat template; none also turns thinking aloud off."
    )


class ResponseRequest(ServingFields, SamplingFields):
    """A conversation to go on with. Nothing of it is kept: the client sends all of it each time.

    Fields that are not listed have no effect, and the answer names them.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "autoglm-small", "input": "Name three rivers."}]}
    )

    input: Input
    instructions: str | None = Field(default=None, description="Stands before the input as system message.")
    max_output_tokens: TokenLimit | None = None
    tools: Annotated[list[FunctionTool], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    text: TextOptions | None = None
    reasoning: ReasoningOptions | None = None
    include: list[str] | None = Field(
        default=None, description=f"{LOGPROBS_INCLUDED} is read; others have no effect."
    )
    top_logprobs: Annotated[int, Field(ge=0, le=MAX_TOP_LOGPROBS), AS_WHOLE] | None = None
    truncation: Literal["auto", "disabled"] | None = Field(
        default=None, description="auto is the context policy truncate, disabled is reject."
    )
    metadata: dict[str, str] | None = Field(default=None, description="Comes back in the answer.")
    store: bool | None = Field(default=None, description="Nothing is kept in either case.")
