"""The items of a Responses request. Source: OpenAI API reference, "Create a model response", input."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from open_autoglm.gateway.dialect.fields import MAX_PARTS, OpenFields, text_or_parts

MAX_ITEMS = 10_000

Identifier = Annotated[str, StringConstraints(min_length=1)]


class InputText(OpenFields):
    type: Literal["input_text"]
    text: str


class OutputText(OpenFields):
    """What the model said in an earlier turn."""

    type: Literal["output_text"]
    text: str
    annotations: list[Any] | None = None
    logprobs: list[Any] | None = None


class InputImage(OpenFields):
    type: Literal["input_image"]
    image_url: Identifier = Field(description="data:image/png;base64,...")
    detail: Literal["auto", "low", "high"] | None = Field(default=None, description="Without effect.")


ContentPart = Annotated[InputText | OutputText | InputImage, Field(discriminator="type")]
ContentParts = Annotated[list[ContentPart], Field(min_length=1, max_length=MAX_PARTS, fail_fast=True)]
Content = Annotated[
    Annotated[str, Tag("text")] | Annotated[ContentParts, Tag("parts")], Discriminator(text_or_parts)
]
OutputParts = Annotated[list[InputText], Field(max_length=MAX_PARTS)]
CallOutput = Annotated[
    Annotated[str, Tag("text")] | Annotated[OutputParts, Tag("parts")], Discriminator(text_or_parts)
]


class MessageItem(OpenFields):
    """A turn of the conversation."""

    type: Literal["message"] | None = None
    role: Literal["user", "assistant", "system", "developer"]
    content: Content
    id: str | None = None
    status: str | None = None


class FunctionCallItem(OpenFields):
    """A call that the model made in an earlier turn."""

    type: Literal["function_call"]
    call_id: Identifier
    name: Identifier
    arguments: str
    id: str | None = None
    status: str | None = None


class FunctionCallOutputItem(OpenFields):
    """What a tool gave for the call ``call_id``."""

    type: Literal["function_call_output"]
    call_id: Identifier
    output: CallOutput
    id: str | None = None
    status: str | None = None


class ReasoningItem(OpenFields):
    """What the model thought in an earlier turn. Not read: no template takes it; the answer says so."""

    type: Literal["reasoning"]
    id: str | None = None
    status: str | None = None


def _kind(value: Any) -> str:
    """A message needs no type."""
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return kind if isinstance(kind, str) else "message"


InputItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[FunctionCallItem, Tag("function_call")]
    | Annotated[FunctionCallOutputItem, Tag("function_call_output")]
    | Annotated[ReasoningItem, Tag("reasoning")],
    Discriminator(_kind),
]
InputItems = Annotated[list[InputItem], Field(min_length=1, max_length=MAX_ITEMS, fail_fast=True)]
Input = Annotated[
    Annotated[str, Tag("text")] | Annotated[InputItems, Tag("items")],
    Discriminator(lambda value: "text" if isinstance(value, str) else "items"),
]
