"""The messages of a chat request. Source: OpenAI API reference, "Create chat completion"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from open_autoglm.gateway.dialect.fields import MAX_PARTS, OpenFields, text_or_parts

MAX_MESSAGES = 10_000


class TextPartField(OpenFields):
    type: Literal["text"]
    text: str


class ImageUrl(OpenFields):
    url: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="data:image/png;base64,... Addresses are fetched only where fetch_images is set."
    )
    detail: Literal["auto", "low", "high"] | None = Field(default=None, description="Without effect.")


class ImagePartField(OpenFields):
    type: Literal["image_url"]
    image_url: ImageUrl


UserPart = Annotated[TextPartField | ImagePartField, Field(discriminator="type")]
UserParts = Annotated[list[UserPart], Field(min_length=1, max_length=MAX_PARTS, fail_fast=True)]
TextParts = Annotated[list[TextPartField], Field(min_length=1, max_length=MAX_PARTS, fail_fast=True)]
UserContent = Annotated[
    Annotated[str, Tag("text")] | Annotated[UserParts, Tag("parts")], Discriminator(text_or_parts)
]
TextContent = Annotated[
    Annotated[str, Tag("text")] | Annotated[TextParts, Tag("parts")], Discriminator(text_or_parts)
]


class CalledFunction(OpenFields):
    name: Annotated[str, StringConstraints(min_length=1)]
    arguments: str = Field(description="JSON text, as the model wrote it.")


class MadeToolCall(OpenFields):
    """A call that the assistant made in an earlier turn."""

    id: Annotated[str, StringConstraints(min_length=1)]
    type: Literal["function"]
    function: CalledFunction


class SystemMessage(OpenFields):
    role: Literal["system"]
    content: TextContent


class DeveloperMessage(OpenFields):
    """OpenAI's newer name of the system message; it means the same here."""

    role: Literal["developer"]
    content: TextContent


class UserMessage(OpenFields):
    role: Literal["user"]
    content: UserContent


class AssistantMessage(OpenFields):
    """An earlier answer. As the last message it is gone on with."""

    role: Literal["assistant"]
    content: TextContent | None = None
    tool_calls: Annotated[list[MadeToolCall], Field(max_length=MAX_PARTS)] | None = None


class ToolMessage(OpenFields):
    """What a tool gave for the call ``tool_call_id``."""

    role: Literal["tool"]
    content: TextContent
    tool_call_id: Annotated[str, StringConstraints(min_length=1)]


ChatMessage = Annotated[
    SystemMessage | DeveloperMessage | UserMessage | AssistantMessage | ToolMessage,
    Field(discriminator="role"),
]
Messages = Annotated[list[ChatMessage], Field(min_length=1, max_length=MAX_MESSAGES, fail_fast=True)]
