"""What a client may send to ``/v1/messages``.

Source: Anthropic API reference, "Create a Message" and "Count tokens in a Message". Fields that are not named
here are let through and named in the answer. ``cache_control`` changes nothing, because what was computed
once is reused without being asked to.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from open_autoglm.gateway.dialect.fields import (
    AS_WHOLE,
    MAX_STOPS,
    MAX_TOKENS,
    JsonObject,
    ModelName,
    OpenFields,
    StopString,
    TokenLimit,
)

MAX_MESSAGES = 100_000

Text = Annotated[str, Tag("text")]


def _text_or_blocks(value: Any) -> str:
    """So that an error tells of one of the two forms only."""
    return "text" if isinstance(value, str) else "blocks"


class Cacheable(OpenFields):
    """What may carry a mark that the provider's cache goes by."""

    cache_control: JsonObject | None = Field(default=None, description="Accepted; nothing needs it here.")


class TextBlock(Cacheable):
    type: Literal["text"]
    text: str


class Base64Image(OpenFields):
    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str = Field(description="The bytes of the picture in base64.")


class UrlImage(OpenFields):
    type: Literal["url"]
    url: str = Field(
        description="A data URL, or an address, which is only fetched where fetch_images allows."
    )


class ImageBlock(Cacheable):
    type: Literal["image"]
    source: Annotated[Base64Image | UrlImage, Field(discriminator="type")]


class PlainText(OpenFields):
    type: Literal["text"]
    media_type: Literal["text/plain"] = "text/plain"
    data: str


ContentBlock = Annotated[TextBlock | ImageBlock, Field(discriminator="type")]


class BlockContent(OpenFields):
    type: Literal["content"]
    content: Annotated[Text | Annotated[list[ContentBlock], Tag("blocks")], Discriminator(_text_or_blocks)]


class DocumentBlock(Cacheable):
    type: Literal["document"]
    source: Annotated[PlainText | BlockContent, Field(discriminator="type")]
    title: str | None = None
    context: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, given: Any) -> Any:
        source = given.get("source") if isinstance(given, dict) else None
        kind = source.get("type") if isinstance(source, dict) else None
        if kind in ("base64", "url", "file"):
            raise ValueError(
                f"a document of source type {kind!r} is not read here; send its text, or have the file read "
                "at /v1/tasks/document_parse first"
            )
        return given


class SearchResultBlock(Cacheable):
    type: Literal["search_result"]
    source: str
    title: str
    content: list[TextBlock]


class ThinkingBlock(OpenFields):
    type: Literal["thinking"]
    thinking: str
    signature: str = ""


class RedactedThinkingBlock(OpenFields):
    type: Literal["redacted_thinking"]
    data: str


class ToolUseBlock(Cacheable):
    type: Literal["tool_use"]
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    input: JsonObject


ResultBlock = Annotated[
    TextBlock | ImageBlock | DocumentBlock | SearchResultBlock, Field(discriminator="type")
]


class ToolResultBlock(Cacheable):
    type: Literal["tool_result"]
    tool_use_id: str = Field(min_length=1)
    content: Annotated[Text | Annotated[list[ResultBlock], Tag("blocks")], Discriminator(_text_or_blocks)] = (
        ""
    )
    is_error: bool = False


Block = Annotated[
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ToolResultBlock,
    Field(discriminator="type"),
]


class InputMessage(OpenFields):
    role: Literal["user", "assistant", "system"]
    content: Annotated[Text | Annotated[list[Block], Tag("blocks")], Discriminator(_text_or_blocks)]


class ToolDefinition(Cacheable):
    """A function of the client's own. Tools that run at the provider are refused by name."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    description: str = ""
    input_schema: JsonObject = Field(description="The JSON schema of the input, an object.")
    type: Literal["custom"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _runs_at_the_client(cls, given: Any) -> Any:
        kind = given.get("type") if isinstance(given, dict) else None
        if isinstance(kind, str) and kind != "custom":
            raise ValueError(
                f"tool {str(given.get('name', ''))[:100]!r} of type {kind[:100]!r} runs at the provider, and "
                "nothing here runs it; describe it as a tool of your own with an input_schema"
            )
        return given


class ToolChoiceAuto(OpenFields):
    type: Literal["auto"]
    disable_parallel_tool_use: bool = False


class ToolChoiceAny(OpenFields):
    type: Literal["any"]
    disable_parallel_tool_use: bool = False


class ToolChoiceTool(OpenFields):
    type: Literal["tool"]
    name: str
    disable_parallel_tool_use: bool = False


class ToolChoiceNone(OpenFields):
    type: Literal["none"]


class ThinkingEnabled(OpenFields):
    type: Literal["enabled"]
    budget_tokens: Annotated[int, Field(ge=1), AS_WHOLE] | None = Field(
        default=None, description="Not enforced: max_tokens bounds all."
    )
    display: Literal["summarized", "omitted"] | None = None


class ThinkingAdaptive(OpenFields):
    type: Literal["adaptive"]
    display: Literal["summarized", "omitted"] | None = None


class ThinkingDisabled(OpenFields):
    type: Literal["disabled"]


class JsonFormat(OpenFields):
    type: Literal["json_schema"]
    schema_: JsonObject = Field(alias="schema")


class OutputConfig(OpenFields):
    format: JsonFormat | None = None
    effort: str | None = Field(default=None, description="Accepted and told back as ignored.")


class Metadata(OpenFields):
    user_id: str | None = None


class Conversation(Cacheable):
    """What is counted: everything that makes the prompt."""

    model: ModelName = Field(examples=["autoglm-small"])
    messages: list[InputMessage] = Field(
        min_length=1, max_length=MAX_MESSAGES, examples=[[{"role": "user", "content": "Name three rivers."}]]
    )
    system: (
        Annotated[Text | Annotated[list[TextBlock], Tag("blocks")], Discriminator(_text_or_blocks)] | None
    ) = None
    tools: list[ToolDefinition] | None = None
    tool_choice: (
        Annotated[
            ToolChoiceAuto | ToolChoiceAny | ToolChoiceTool | ToolChoiceNone, Field(discriminator="type")
        ]
        | None
    ) = None
    thinking: (
        Annotated[ThinkingEnabled | ThinkingAdaptive | ThinkingDisabled, Field(discriminator="type")] | None
    ) = None
    output_config: OutputConfig | None = None

    @field_validator("tools")
    @classmethod
    def _are_told_apart(cls, tools: list[ToolDefinition] | None) -> list[ToolDefinition] | None:
        seen: set[str] = set()
        for tool in tools or ():
            if tool.name in seen:
                raise ValueError(f"several tools are named {tool.name!r}")
            seen.add(tool.name)
        return tools


class MessagesRequest(Conversation):
    max_tokens: TokenLimit = Field(
        description="The answer ends there, or where the window does.", examples=[256]
    )
    temperature: float | None = Field(default=None, ge=0, le=1, description="1.0 where it is not given.")
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: Annotated[int, Field(ge=0, le=MAX_TOKENS), AS_WHOLE] | None = None
    stop_sequences: list[StopString] | None = Field(default=None, max_length=MAX_STOPS)
    stream: bool = False
    metadata: Metadata | None = None
