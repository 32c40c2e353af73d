"""Chat answers as their JSON looks, whole and in chunks.

Source: OpenAI API reference, "The chat completion object" and "The chat completion chunk object".
``reasoning_content`` is llama.cpp's, vLLM's and DeepSeek's; ``open_autoglm`` is ours.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.answer_fields import AboutBody, TokenLogprobBody, UsageBody

Finish = Literal["stop", "length", "tool_calls"]


class FunctionBody(TypedDict):
    name: str
    arguments: str


class ToolCallBody(TypedDict):
    id: str
    type: Literal["function"]
    function: FunctionBody


class MessageBody(TypedDict):
    role: Literal["assistant"]
    content: str | None
    refusal: None
    reasoning_content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallBody]]


class LogprobsBody(TypedDict):
    content: list[TokenLogprobBody]
    refusal: None


class ChoiceBody(TypedDict):
    index: int
    message: MessageBody
    logprobs: LogprobsBody | None
    finish_reason: Finish


class ChatCompletionBody(TypedDict):
    """A whole answer, or ``n`` of them."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    system_fingerprint: str
    service_tier: str
    choices: list[ChoiceBody]
    usage: UsageBody
    open_autoglm: AboutBody


class FunctionDelta(TypedDict):
    name: NotRequired[str]
    arguments: str


class ToolCallDelta(TypedDict):
    index: int
    id: NotRequired[str]
    type: NotRequired[Literal["function"]]
    function: FunctionDelta


class MessageDelta(TypedDict):
    role: NotRequired[Literal["assistant"]]
    content: NotRequired[str | None]
    refusal: NotRequired[None]
    reasoning_content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallDelta]]


class ChunkChoice(TypedDict):
    index: int
    delta: MessageDelta
    logprobs: LogprobsBody | None
    finish_reason: Finish | None


class ChatCompletionChunkBody(TypedDict):
    """A piece of an answer. The first one carries ``open_autoglm``; the one with ``usage`` has no choices.

    Of an answer from a knowledge base the one with the finish reason carries it again, with the citations.
    """

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    system_fingerprint: str
    service_tier: str
    choices: list[ChunkChoice]
    usage: NotRequired[UsageBody | None]
    open_autoglm: NotRequired[AboutBody]
