"""What a client may send to ``/api/*``.

Source: Ollama API reference, and the types of its Python client. Fields and options that are not named here
are let through and named in the last object of the answer.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    MAX_SEED,
    MAX_TOKENS,
    JsonObject,
    ModelName,
    OpenFields,
    Stop,
)

MAX_TEXTS = 2048
"""Of one request for vectors."""
Number = Annotated[int, Field(ge=-MAX_TOKENS, le=MAX_TOKENS), AS_WHOLE]
KeepAlive = str | Annotated[float, Field(ge=-1e15, le=1e15)]
Think = bool | Literal["low", "medium", "high"]


class Options(OpenFields):
    """How tokens are chosen. The defaults are Ollama's."""

    temperature: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="0.8")
    top_k: Number | None = Field(default=None, description="40; 0 or less: all tokens.")
    top_p: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, description="0.9")
    min_p: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, description="0.0")
    repeat_penalty: Annotated[float, Field(gt=0, le=10)] | None = Field(default=None, description="1.1")
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    seed: Annotated[int, Field(ge=-MAX_SEED, le=MAX_SEED), AS_WHOLE] | None = Field(
        default=None, description="Makes the answer repeatable; -1 is no seed."
    )
    num_predict: Number | None = Field(
        default=None, description="Tokens of the answer at most; less than 1: until the window is full."
    )
    num_ctx: Number | None = Field(
        default=None, description="Refused where it is more than the window the model is loaded with."
    )
    stop: Stop | None = None


class Function(OpenFields):
    name: Annotated[str, Field(min_length=1)]
    arguments: JsonObject = Field(default_factory=dict)


class ToolCallGiven(OpenFields):
    id: str | None = None
    function: Function


class ChatMessage(OpenFields):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    thinking: str | None = Field(default=None, description="Left out: templates drop earlier thoughts.")
    images: list[str] | None = Field(default=None, description="Pictures in base64.")
    tool_calls: list[ToolCallGiven] | None = None
    tool_name: str | None = Field(default=None, description="Which tool answered, in a message of role tool.")
    tool_call_id: str | None = None


class ToolFunction(OpenFields):
    name: Annotated[str, Field(min_length=1)]
    description: str | None = None
    parameters: JsonObject | None = None


class ToolGiven(OpenFields):
    type: Literal["function"] | None = "function"
    function: ToolFunction


class AnswerRequest(OpenFields):
    """What chat and generate share."""

    model: ModelName = Field(examples=["autoglm-small"])
    stream: bool | None = Field(default=None, description="Left out: true, as Ollama has it.")
    format: Literal["", "json"] | JsonObject | None = Field(
        default=None, description="json, or the JSON schema that the answer follows."
    )
    options: Options | None = None
    keep_alive: KeepAlive | None = Field(
        default=None,
        description="How long the model stays without work: seconds, a duration, 0 not at all, -1 for ever.",
        examples=["5m"],
    )
    think: Think | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20), AS_WHOLE] | None = None
    truncate: bool | None = Field(
        default=None,
        description="true leaves out the oldest turns where they don't fit, false refuses. Left out: the "
        "header x-open-autoglm-context-policy, then the setting context_policy.",
    )


class ChatBody(AnswerRequest):
    messages: list[ChatMessage] | None = Field(
        default=None,
        description="None: the model is loaded, or with keep_alive 0 unloaded.",
        examples=[[{"role": "user", "content": "Name three rivers."}]],
    )
    tools: list[ToolGiven] | None = None


class GenerateBody(AnswerRequest):
    prompt: str | None = Field(
        default=None,
        description="Empty: the model is loaded, or with keep_alive 0 unloaded.",
        examples=["Name three rivers."],
    )
    suffix: str | None = Field(default=None, description="The answer goes between prompt and suffix.")
    system: str | None = None
    raw: bool | None = Field(default=None, description="true: the prompt as it is, past the chat template.")
    images: list[str] | None = Field(default=None, description="Pictures in base64.")
    template: str | None = Field(default=None, description="Refused: a model has its own template.")
    context: list[JsonValue] | None = Field(default=None, description="Refused: use chat with its messages.")


class ShowBody(OpenFields):
    model: ModelName | None = Field(default=None, examples=["autoglm-small"])
    name: ModelName | None = Field(default=None, description="The older name of model.")
    verbose: bool | None = None


class EmbedBody(OpenFields):
    """Texts to turn into vectors."""

    model: ModelName
    input: str | Annotated[list[str], Field(max_length=MAX_TEXTS)] = ""
    truncate: bool | None = Field(default=None, description="Cut texts that are too long. Left out: true.")
    dimensions: Annotated[int, Field(ge=1, le=MAX_TOKENS), AS_WHOLE] | None = Field(
        default=None, description="Only what the model has; vectors are not shortened."
    )
    keep_alive: KeepAlive | None = Field(default=None, description="The embedding model stays loaded.")


class EmbeddingsBody(OpenFields):
    """One text to turn into a vector."""

    model: ModelName
    prompt: str = ""
    keep_alive: KeepAlive | None = Field(default=None, description="The embedding model stays loaded.")


class ManageBody(OpenFields):
    """Of requests that install, make or remove models; all of them are refused."""

    model: ModelName | None = None
    name: ModelName | None = None
