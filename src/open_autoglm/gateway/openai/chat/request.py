"""The body of a chat request. Source: OpenAI API reference, "Create chat completion"."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    MAX_ANSWERS,
    OpenFields,
    ReasoningEffort,
    SamplingFields,
    ServingFields,
    Stop,
    StreamOptions,
    TokenLimit,
)
from open_autoglm.gateway.openai.chat.messages import Messages

MAX_TOOLS = 512
MAX_TOP_LOGPROBS = 20

BaseName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FunctionName = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class FunctionFields(OpenFields):
    """A function that the model may call."""

    name: FunctionName
    description: str | None = None
    parameters: dict[str, Any] | None = Field(default=None, description="JSON schema of its arguments.")
    strict: bool | None = Field(default=None, description="Arguments follow the schema in any case.")


class ToolField(OpenFields):
    type: Literal["function"]
    function: FunctionFields


class NamedFunction(OpenFields):
    name: FunctionName


class NamedToolChoice(OpenFields):
    type: Literal["function"]
    function: NamedFunction


def _word_or_name(value: Any) -> str:
    return "word" if isinstance(value, str) else "name"


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("word")] | Annotated[NamedToolChoice, Tag("name")],
    Discriminator(_word_or_name),
]


class TextFormat(OpenFields):
    type: Literal["text"]


class JsonObjectFormat(OpenFields):
    type: Literal["json_object"]
    schema_: dict[str, Any] | None = Field(default=None, alias="schema", description="llama.cpp.")


class JsonSchemaFields(OpenFields):
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: str | None = None
    schema_: dict[str, Any] = Field(alias="schema", description="What the answer has to look like.")
    strict: bool | None = Field(default=None, description="The answer follows the schema in any case.")


class JsonSchemaFormat(OpenFields):
    type: Literal["json_schema"]
    json_schema: JsonSchemaFields


ResponseFormat = Annotated[TextFormat | JsonObjectFormat | JsonSchemaFormat, Field(discriminator="type")]


class ChatCompletionRequest(ServingFields, SamplingFields):
    """A conversation to go on with. Fields that are not listed have no effect, and the answer names them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "autoglm-small",
                    "messages": [{"role": "user", "content": "Name three rivers."}],
                    "max_tokens": 50,
                }
            ]
        }
    )

    messages: Messages
    max_tokens: TokenLimit | None = None
    max_completion_tokens: TokenLimit | None = Field(
        default=None, description="The same as max_tokens. Without either the window is the limit."
    )
    n: Annotated[int, Field(ge=1, le=MAX_ANSWERS), AS_WHOLE] | None = None
    stop: Stop | None = None
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    tools: Annotated[list[ToolField], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MAX_TOP_LOGPROBS), AS_WHOLE] | None = None
    reasoning_effort: ReasoningEffort | None = Field(
        default=None, description="Handed to the chat template; none also turns thinking aloud off."
    )
    chat_template_kwargs: dict[str, Any] | None = Field(
        default=None, description="llama.cpp, vLLM: handed to the chat template."
    )
    grammar: str | None = Field(default=None, description="llama.cpp: GBNF that the answer follows.")
    kb: BaseName | None = Field(
        default=None,
        description="Name of a knowledge base of yours (see /v1/kb): the last message is answered from its "
        "documents alone, each sentence with the number of its passage; open_autoglm.knowledge has the "
        "citations.",
    )
