"""Requests and answers in the OpenAI chat format: written and read, never sent.

Source: OpenAI API reference, "Create chat completion"; llama.cpp and vLLM add fields to it, and
``Dialect`` says which.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from open_autoglm.errors import (
    ContextExceeded,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    OpenAutoGLMError,
    UnknownModel,
    UsageError,
)
from open_autoglm.values import (
    ChatRequest,
    FinishReason,
    ImagePart,
    Message,
    Part,
    Sampling,
    StreamEvent,
    TextPart,
    Usage,
)

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
}
MAX_QUOTED_CHARS = 500


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server adds to the plain format. A new server is a new row below, not a class."""

    grammar_field: str | None = None
    """Where a GBNF grammar goes; None: it takes none."""
    top_k_field: str | None = None
    repeat_penalty_field: str | None = None
    states_all: bool = False
    """State every sampling value, because the server's own defaults differ from ours."""
    count_path: str | None = None
    """Where the server counts the tokens of a chat request; None: we estimate."""
    extra: Mapping[str, Any] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {
    "openai": Dialect(),
    "llama.cpp": Dialect(
        grammar_field="grammar",
        top_k_field="top_k",
        repeat_penalty_field="repeat_penalty",
        states_all=True,
        count_path="/chat/completions/input_tokens",
        extra={"min_p": 0.0, "cache_prompt": True, "return_progress": True},
    ),
    "vllm": Dialect(top_k_field="top_k", repeat_penalty_field="repetition_penalty"),
}


def chat_body(request: ChatRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    """The JSON body of a streamed chat request."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(request.sampling, dialect),
        **dialect.extra,
    }
    if request.max_tokens is not None:
        body["max_tokens"] = request.max_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    if request.json_schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": dict(request.json_schema), "strict": True},
        }
    if request.grammar is not None and dialect.grammar_field is not None:
        body[dialect.grammar_field] = request.grammar
    return body


def estimate_tokens(request: ChatRequest) -> int:
    """A rough count, meant to be rather high, for servers that don't count.

    One token for three ASCII characters, one for every other character, 1,024 for a picture and
    8 for the frame of each message.
    """
    tokens = 0
    for message in request.messages:
        tokens += 8
        parts = (TextPart(message.content),) if isinstance(message.content, str) else message.content
        for part in parts:
            if isinstance(part, ImagePart):
                tokens += 1024
            else:
                ascii_characters = sum(character.isascii() for character in part.text)
                tokens += -(-ascii_characters // 3) + len(part.text) - ascii_characters
    return tokens


def _message(message: Message) -> dict[str, Any]:
    if isinstance(message.content, str):
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "content": [_part(part) for part in message.content]}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        encoded = base64.b64encode(part.data).decode("ascii")
        return {"type": "image_url", "image_url": {"url": f"data:{part.media_type};base64,{encoded}"}}
    return {"type": "text", "text": part.text}


def _sampling(sampling: Sampling, dialect: Dialect) -> dict[str, Any]:
    plain = Sampling()
    rows = (
        ("temperature", sampling.temperature, None),  # no server's default is our 0
        ("top_p", sampling.top_p, plain.top_p),
        ("frequency_penalty", sampling.frequency_penalty, plain.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty, plain.presence_penalty),
        ("seed", sampling.seed, None),
        (dialect.top_k_field, sampling.top_k, plain.top_k),
        (dialect.repeat_penalty_field, sampling.repeat_penalty, plain.repeat_penalty),
    )
    return {
        name: value
        for name, value, default in rows
        if name is not None and value is not None and (dialect.states_all or value != default)
    }


def event_from_chunk(data: str) -> StreamEvent | None:
    """One ``data:`` line of a stream; None when it says nothing that we carry.

    Finish reason and usage come in separate chunks; the reader joins them. Raises the error that
    the chunk carries, or EngineError when it is not in the format.
    """
    try:
        chunk = json.loads(data)
        if "error" in chunk:
            raise error_from_body(chunk.get("error", {}).get("code"), chunk)
        choices = chunk.get("choices") or [{}]
        text = (choices[0].get("delta") or {}).get("content") or ""
        finish = _finish_reason(choices[0].get("finish_reason"))
        usage = _usage(chunk.get("usage"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"The engine sent something that is not a chat chunk: {_quote(data)}.") from error
    if not text and finish is None and usage is None:
        return None
    return StreamEvent(text=text, finish_reason=finish, usage=usage)


def _finish_reason(value: str | None) -> FinishReason | None:
    if value is None:
        return None
    if value not in FINISH_REASONS:
        raise EngineError(f"The engine ended its answer with {value!r}, so the answer is not whole.")
    return FINISH_REASONS[value]


def _usage(value: Mapping[str, Any] | None) -> Usage | None:
    if not value:
        return None
    details = value.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=int(value["prompt_tokens"]),
        completion_tokens=int(value["completion_tokens"]),
        cached_tokens=int(details.get("cached_tokens") or 0),
    )


def error_from_body(status: int | None, body: Any) -> OpenAutoGLMError:
    """The error of our tree that an error answer stands for. ``body`` is parsed JSON or text."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    error = error if isinstance(error, dict) else {"message": error}
    said = _quote(str(error.get("message") or body or "no reason given"))
    kinds = {str(error.get("type")), str(error.get("code"))}
    if kinds & {"exceed_context_size_error", "context_length_exceeded"}:
        return ContextExceeded(f"The prompt is larger than the window: {said}.")
    if status in (401, 403):
        return EngineError(f"The engine refused the key: {said}.", hint="Check the key of this upstream.")
    if status == 404:
        return UnknownModel(f"The engine doesn't know what was asked for: {said}.")
    if status in (408, 504):
        return EngineTimeout(f"The engine took too long: {said}.")
    if status in (429, 502, 503):
        return EngineUnavailable(f"The engine can't answer now: {said}.")
    if status is not None and 400 <= status < 500:
        return UsageError(f"The engine refused the request: {said}.")
    return EngineError(f"The engine failed with status {status}: {said}.")


def _quote(text: str) -> str:
    shortened = text if len(text) <= MAX_QUOTED_CHARS else text[:MAX_QUOTED_CHARS] + " …"
    return shortened.strip().rstrip(".")
