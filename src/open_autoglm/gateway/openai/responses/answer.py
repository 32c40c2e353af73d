"""A response as its JSON looks. Source: OpenAI API reference, "The response object"."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.answer_fields import AboutBody, CachedTokens, TokenLogprobBody

Status = Literal["in_progress", "completed", "incomplete", "failed"]
ItemStatus = Literal["in_progress", "completed", "incomplete"]


class OutputTextBody(TypedDict):
    type: Literal["output_text"]
    text: str
    annotations: list[Any]
    logprobs: list[TokenLogprobBody]


class MessageItemBody(TypedDict):
    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    status: ItemStatus
    content: list[OutputTextBody]


class FunctionCallBody(TypedDict):
    id: str
    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str
    status: ItemStatus


class ReasoningTextBody(TypedDict):
    type: Literal["reasoning_text"]
    text: str


class ReasoningItemBody(TypedDict):
    id: str
    type: Literal["reasoning"]
    summary: list[Any]
    content: list[ReasoningTextBody]
    status: ItemStatus


OutputItem = MessageItemBody | FunctionCallBody | ReasoningItemBody


class IncompleteBody(TypedDict):
    reason: Literal["max_output_tokens"]


class FailureBody(TypedDict):
    code: str
    message: str


class ReasoningTokens(TypedDict):
    reasoning_tokens: int


class ResponseUsageBody(TypedDict):
    """Token counts of the engine itself; it does not count thoughts apart, so ``reasoning_tokens`` is 0."""

    input_tokens: int
    input_tokens_details: CachedTokens
    output_tokens: int
    output_tokens_details: ReasoningTokens
    total_tokens: int


class TextBody(TypedDict):
    format: dict[str, Any]


class ReasoningBody(TypedDict):
    effort: str | None
    summary: None


class EchoBody(TypedDict):
    """What of the request stands in its response again."""

    background: Literal[False]
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    previous_response_id: None
    reasoning: ReasoningBody
    store: Literal[False]
    temperature: float
    text: TextBody
    tool_choice: str | dict[str, Any]
    tools: list[dict[str, Any]]
    top_logprobs: int
    top_p: float
    truncation: Literal["auto", "disabled"]


class ResponseBody(EchoBody):
    """A response. Nothing of it is kept: ``store`` is always false."""

    id: str
    object: Literal["response"]
    created_at: int
    completed_at: int | None
    status: Status
    error: FailureBody | None
    incomplete_details: IncompleteBody | None
    model: str
    output: list[OutputItem]
    service_tier: str
    usage: ResponseUsageBody | None
    open_autoglm: AboutBody
