"""A request as one text that grows as its conversation grows, for telling which slot holds most of it.

It only chooses: what a slot really holds of a prompt, the engine finds out by comparing tokens.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from open_autoglm.values import (
    ChatRequest,
    Completion,
    EngineRequest,
    ImagePart,
    Message,
    TextRequest,
    ToolCall,
)

_MESSAGE = "\x1e"
_FIELD = "\x1f"


@dataclass(frozen=True, slots=True)
class PromptText:
    """The text of a prompt, and whether a picture stands in it."""

    text: str
    has_pictures: bool

    def with_answer(self, request: EngineRequest, answer: Completion) -> str:
        """The text of the same conversation with its answer, as the next request will repeat it."""
        if isinstance(request, TextRequest):
            return self.text + answer.text
        return self.text + _message(Message("assistant", answer.text, answer.tool_calls))


def prompt_text(request: EngineRequest) -> PromptText:
    """Templates put tools and their own arguments first, then the messages; so does this text."""
    if isinstance(request, TextRequest):
        files = "".join(f"{_MESSAGE}{name}{_FIELD}{text}" for name, text in request.files)
        suffix = "" if request.suffix is None else f"{_FIELD}{request.suffix}"
        return PromptText(f"{files}{_MESSAGE}text{_FIELD}{request.prompt}{suffix}", has_pictures=False)
    pictures = any(isinstance(part, ImagePart) for message in request.messages for part in message.parts)
    return PromptText(_opening(request) + "".join(map(_message, request.messages)), pictures)


def common_prefix_length(first: str, second: str) -> int:
    """Characters that two texts begin with alike.

    Halves are compared whole, at the speed of memory; a loop over characters is a thousand times slower.
    """
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _opening(request: ChatRequest) -> str:
    tools = [(tool.name, tool.description, tool.parameters) for tool in request.tools]
    return json.dumps([tools, request.template_arguments], ensure_ascii=False, default=dict)


def _message(message: Message) -> str:
    content = "".join(
        f"{_FIELD}{part.media_type} {hashlib.sha256(part.data).hexdigest()}"
        if isinstance(part, ImagePart)
        else _FIELD + part.text
        for part in message.parts
    )
    return f"{_MESSAGE}{message.role}{message.tool_call_id or ''}{content}" + "".join(
        map(_call, message.tool_calls)
    )


def _call(call: ToolCall) -> str:
    return f"{_FIELD}{call.id}{_FIELD}{call.name}{_FIELD}{call.arguments}"
