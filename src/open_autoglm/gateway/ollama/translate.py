"""From Ollama's requests to requests of our own: pure functions, no I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from open_autoglm.context.report import ContextPolicy
from open_autoglm.errors import UsageError
from open_autoglm.gateway.dialect.sampling import seed_of, stops_of
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.ollama.schema import AnswerRequest, ChatBody, ChatMessage, GenerateBody, Options
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    ImagePart,
    Message,
    Part,
    Sampling,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
)

NOT_HERE = {
    "width": "No pictures are made here.",
    "height": "No pictures are made here.",
    "steps": "No pictures are made here.",
    "adapters": "Adapters can't be chosen here.",
}
OLLAMA_DEFAULTS: Mapping[str, Any] = {"temperature": 0.8, "top_k": 40, "top_p": 0.9, "repeat_penalty": 1.1}
"""Source: Ollama, Modelfile reference, "Valid parameters and values"."""

Images = Mapping[str, ImagePart]
"""The pictures of a request by their base64, already read."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A request for the engine, what becomes of a conversation that is too long, and the names of fields
    that had no effect."""

    request: EngineRequest
    context_policy: ContextPolicy | None
    ignored: tuple[str, ...]


def translate_chat(asked: ChatBody, facts: ModelFacts, images: Images) -> Translated:
    """Raises UsageError for what makes no sense or can't be had here."""
    unread = require_readable(asked, NOT_HERE)
    request = ChatRequest(
        messages=_messages(asked.messages or (), images),
        tools=tuple(
            Tool(tool.function.name, tool.function.description or "", tool.function.parameters or {})
            for tool in asked.tools or ()
        ),
        template_arguments=_template_arguments(asked, facts),
        **_common(asked),
    )
    return Translated(request, _context_policy(asked), unread)


def translate_generate(asked: GenerateBody, facts: ModelFacts, images: Images) -> Translated:
    """Raises UsageError for what makes no sense or can't be had here."""
    unread = require_readable(asked, NOT_HERE)
    for name, remedy in (
        ("template", "A model has its own; with raw the prompt is taken as it is."),
        ("context", "Send the conversation to /api/chat."),
    ):
        if getattr(asked, name):
            raise UsageError(f"Field {name} can't be honoured here.", hint=remedy)
    if asked.raw or asked.suffix:
        return Translated(_text(asked), _context_policy(asked), unread)
    messages = [Message("system", asked.system)] if asked.system else []
    messages.append(Message("user", _content(asked.prompt, asked.images, images)))
    request = ChatRequest(
        messages=tuple(messages),
        template_arguments=_template_arguments(asked, facts),
        **_common(asked),
    )
    return Translated(request, _context_policy(asked), unread)


def _text(asked: GenerateBody) -> TextRequest:
    """A prompt past the chat template, which therefore has no place for anything else."""
    way = "suffix" if asked.suffix else "raw"
    for name in ("system", "images", "think"):
        if getattr(asked, name):
            raise UsageError(
                f"The request carries both {way} and {name}.",
                hint=f"With {way} the prompt is taken as it is: leave {name} out.",
            )
    return TextRequest(prompt=asked.prompt or "", suffix=asked.suffix or None, **_common(asked))


def _common(asked: AnswerRequest) -> dict[str, Any]:
    """The fields that requests for a chat and for a text share."""
    options = asked.options or Options()
    limit = options.num_predict
    schema = asked.format if isinstance(asked.format, dict) else None
    return {
        "max_tokens": limit if limit is not None and limit > 0 else None,
        "sampling": _sampling(options),
        "stop": stops_of(options.stop),
        "json_schema": {"type": "object"} if asked.format == "json" else schema,
        "logprobs": (asked.top_logprobs or 0) if asked.logprobs or asked.top_logprobs else None,
    }


def _sampling(options: Options) -> Sampling:
    given = {
        name: value
        for name, value in {
            "temperature": options.temperature,
            "top_k": options.top_k if options.top_k is None else max(0, options.top_k),
            "top_p": options.top_p,
            "min_p": options.min_p,
            "repeat_penalty": options.repeat_penalty,
            "presence_penalty": options.presence_penalty,
            "frequency_penalty": options.frequency_penalty,
            "seed": seed_of(options.seed),
        }.items()
        if value is not None
    }
    return Sampling(**{**OLLAMA_DEFAULTS, **given})


def _context_policy(asked: AnswerRequest) -> ContextPolicy | None:
    if asked.truncate is None:
        return None
    return "truncate" if asked.truncate else "reject"


def _template_arguments(asked: AnswerRequest, facts: ModelFacts) -> dict[str, Any]:
    """Whether the model is to think aloud; where the client says nothing, its template decides."""
    if asked.think is None:
        return {}
    may_reason = facts.kind == "upstream" or "reasoning" in facts.capabilities
    if not may_reason:
        if asked.think:
            # The words that clients look for.
            raise UsageError(f'"{asked.model}" does not support thinking', hint="(leave think out).")
        return {}
    if isinstance(asked.think, str):
        return {"enable_thinking": True, "reasoning_effort": asked.think}
    return {"enable_thinking": asked.think}


def _messages(given: Sequence[ChatMessage], images: Images) -> tuple[Message, ...]:
    """Calls of tools get ids, because Ollama's have none: an answer belongs to the oldest open call of its
    tool, or to the oldest of all where it does not name one."""
    messages: list[Message] = []
    waiting: list[ToolCall] = []
    for number, message in enumerate(given):
        content = _content(message.content, message.images, images)
        if message.role == "tool":
            messages.append(Message("tool", content, tool_call_id=_answered(message, waiting)))
            continue
        if message.tool_calls and message.role != "assistant":
            raise UsageError(f"messages.{number} has role {message.role!r} and tool_calls.")
        calls = tuple(
            ToolCall(
                call.id or f"call_{number}_{index}",
                call.function.name,
                json.dumps(call.function.arguments, ensure_ascii=False),
            )
            for index, call in enumerate(message.tool_calls or ())
        )
        waiting.extend(calls)
        messages.append(Message(message.role, content, tool_calls=calls))
    return tuple(messages)


def _answered(message: ChatMessage, waiting: list[ToolCall]) -> str | None:
    """The id of the call that a message answers; the call waits no longer."""
    if message.tool_call_id:
        waiting[:] = [call for call in waiting if call.id != message.tool_call_id]
        return message.tool_call_id
    for call in waiting:
        if not message.tool_name or call.name == message.tool_name:
            waiting.remove(call)
            return call.id
    return None


def _content(text: str | None, given: Sequence[str] | None, images: Images) -> str | tuple[Part, ...]:
    """Pictures stand before the text, as in Ollama's own prompts."""
    if not given:
        return text or ""
    parts: list[Part] = [images[image] for image in given]
    return (*parts, TextPart(text)) if text else tuple(parts)
