"""What ``/v1/messages`` answers, as the OpenAPI document shows it.

Source: Anthropic API reference, "Create a Message", "Streaming Messages" and "Errors"; ``open_autoglm`` is
ours.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "model_context_window_exceeded"]


class AnswerText(BaseModel):
    type: Literal["text"] = "text"
    text: str


class AnswerThinking(BaseModel):
    type: Literal["thinking"] = "thinking"
    thinking: str
    signature: str = Field(default="", description="Always empty: nothing here signs.")


class AnswerToolUse(BaseModel):
    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, Any]


AnswerBlock = AnswerText | AnswerThinking | AnswerToolUse


class AnswerUsage(BaseModel):
    """All three kinds of input tokens together are the prompt."""

    input_tokens: int = Field(description="Tokens of the prompt that were computed.")
    cache_creation_input_tokens: int = Field(default=0, description="Always 0: keeping costs nothing here.")
    cache_read_input_tokens: int = Field(default=0, description="Tokens of the prompt that were reused.")
    output_tokens: int


class AnswerMessage(BaseModel):
    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    model: str = Field(description="The model that answered.")
    content: list[AnswerBlock]
    stop_reason: StopReason | None
    stop_sequence: str | None = None
    usage: AnswerUsage
    open_autoglm: dict[str, Any] = Field(description="How the answer came about; see docs/api.md.")


class TokenCount(BaseModel):
    input_tokens: int
    open_autoglm: dict[str, Any]


class ErrorDetail(BaseModel):
    type: str = Field(examples=["invalid_request_error"])
    message: str


class ErrorAnswer(BaseModel):
    type: Literal["error"] = "error"
    error: ErrorDetail
