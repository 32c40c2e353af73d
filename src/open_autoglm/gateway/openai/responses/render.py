"""Responses written whole, and the pieces that their streams share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from open_autoglm.gateway.dialect.answer_fields import TokenLogprobBody, token_logprob_body
from open_autoglm.gateway.dialect.sampling import DEFAULT_TEMPERATURE
from open_autoglm.gateway.openai.responses.answer import (
    EchoBody,
    FailureBody,
    FunctionCallBody,
    ItemStatus,
    MessageItemBody,
    OutputItem,
    OutputTextBody,
    ReasoningItemBody,
    ResponseBody,
    ResponseUsageBody,
    Status,
)
from open_autoglm.gateway.openai.responses.request import ResponseRequest
from open_autoglm.gateway.openai.responses.translate import wants_logprobs
from open_autoglm.gateway.openai.stamp import Stamp, new_id
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, FinishReason, TokenLogprob, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class Frame:
    """What a response says beside its output."""

    stamp: Stamp
    echo: EchoBody
    logprobs: bool = False

    def response(
        self,
        status: Status,
        about: AnswerAbout,
        output: Sequence[OutputItem],
        *,
        usage: Usage | None = None,
        error: FailureBody | None = None,
    ) -> ResponseBody:
        """The response object in one of its states."""
        return {
            **self.echo,
            "id": self.stamp.id,
            "object": "response",
            "created_at": self.stamp.created,
            "completed_at": int(time.time()) if status == "completed" else None,
            "status": status,
            "error": error,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "model": about.model,
            "output": list(output),
            "service_tier": self.stamp.service_tier,
            "usage": None if usage is None else _usage(usage),
            "open_autoglm": self.stamp.about(about),
        }


def frame_of(stamp: Stamp, body: ResponseRequest) -> Frame:
    """The frame of the response to ``body``."""
    wanted = body.text.format if body.text else None
    choice = body.tool_choice
    echo: EchoBody = {
        "background": False,
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "max_tool_calls": None,
        "metadata": body.metadata or {},
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": {"effort": body.reasoning.effort if body.reasoning else None, "summary": None},
        "store": False,
        "temperature": DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        "text": {"format": {"type": "text"} if wanted is None else _as_sent(wanted)},
        "tool_choice": "auto" if choice is None else choice if isinstance(choice, str) else _as_sent(choice),
        "tools": [
            {"parameters": None, "strict": None, "description": None, **_as_sent(tool)}
            for tool in body.tools or ()
        ],
        "top_logprobs": body.top_logprobs or 0,
        "top_p": 1.0 if body.top_p is None else body.top_p,
        "truncation": body.truncation or "disabled",
    }
    return Frame(stamp, echo, wants_logprobs(body))


def whole_response(frame: Frame, about: AnswerAbout, completion: Completion) -> ResponseBody:
    """The finished response: thoughts, message and calls, in this order."""
    status = ended(completion.finish_reason)
    output: list[OutputItem] = []
    if completion.reasoning:
        output.append(reasoning_item(new_id("rs_"), completion.reasoning, status))
    if completion.text or not completion.tool_calls:
        part = text_part(completion.text, completion.logprobs if frame.logprobs else ())
        output.append(message_item(new_id("msg_"), [part], status))
    output.extend(call_item(new_id("fc_"), call, status) for call in completion.tool_calls)
    return frame.response(status, about, output, usage=completion.usage)


def ended(finish: FinishReason) -> ItemStatus:
    return "completed" if finish in ("stop", "tool_calls") else "incomplete"


def text_part(text: str, logprobs: Sequence[TokenLogprob] = ()) -> OutputTextBody:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprob_list(logprobs)}


def logprob_list(logprobs: Sequence[TokenLogprob]) -> list[TokenLogprobBody]:
    return [token_logprob_body(entry) for entry in logprobs]


def message_item(item_id: str, content: list[OutputTextBody], status: ItemStatus) -> MessageItemBody:
    return {"id": item_id, "type": "message", "role": "assistant", "status": status, "content": content}


def reasoning_item(item_id: str, text: str, status: ItemStatus) -> ReasoningItemBody:
    return {
        "id": item_id,
        "type": "reasoning",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": text}] if text else [],
        "status": status,
    }


def call_item(item_id: str, call: ToolCall, status: ItemStatus) -> FunctionCallBody:
    return {
        "id": item_id,
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": status,
    }


def _usage(usage: Usage) -> ResponseUsageBody:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.total_tokens,
    }


def _as_sent(fields: Any) -> dict[str, Any]:
    sent: dict[str, Any] = fields.model_dump(by_alias=True, exclude_unset=True)
    return sent
