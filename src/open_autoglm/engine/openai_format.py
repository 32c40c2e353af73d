"""Writes requests in the OpenAI formats, and says how servers differ.

Formats: OpenAI API reference, "Create chat completion" and "Create completion"; llama.cpp and vLLM add
fields to them, and ``Dialect`` says which. What comes back is read by ``openai_events``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    ImagePart,
    Message,
    Part,
    Sampling,
    TextRequest,
    Tool,
    ToolCall,
)

FORBIDDEN_BIAS = -100.0
"""From here on a bias means that the token is never taken."""
TOOL_CHOICES = ("auto", "none", "required")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server adds to the plain format. A new server is a new row below, not a class."""

    grammar_field: str | None = None
    """Where a GBNF grammar goes; None: it takes none."""
    top_k_field: str | None = None
    min_p_field: str | None = None
    repeat_penalty_field: str | None = None
    template_field: str | None = None
    """Where arguments of the chat template go; None: it takes none."""
    states_all: bool = False
    """State every sampling value, because the server's own defaults differ from ours."""
    count_path: str | None = None
    """Where the server counts the tokens of a chat request; None: we estimate."""
    llama_cpp: bool = False
    """It has llama.cpp's own endpoints: tokens, text past the template, slots."""
    extra: Mapping[str, Any] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {
    "openai": Dialect(),
    "llama.cpp": Dialect(
        grammar_field="grammar",
        top_k_field="top_k",
        min_p_field="min_p",
        repeat_penalty_field="repeat_penalty",
        template_field="chat_template_kwargs",
        states_all=True,
        count_path="/chat/completions/input_tokens",
        llama_cpp=True,
        extra={"cache_prompt": True, "return_progress": True},
    ),
    "vllm": Dialect(
        top_k_field="top_k",
        min_p_field="min_p",
        repeat_penalty_field="repetition_penalty",
        template_field="chat_template_kwargs",
    ),
}


def chat_body(request: ChatRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    """The JSON body of a streamed chat request."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        **_common(request, dialect),
        **_tools(request),
    }
    if request.json_schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": dict(request.json_schema), "strict": True},
        }
    if request.logprobs is not None:
        body["logprobs"] = True
        body["top_logprobs"] = _least_alternatives(request.logprobs, dialect)
    if request.template_arguments and dialect.template_field is not None:
        body[dialect.template_field] = dict(request.template_arguments)
    return body


def text_body(request: TextRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    """The JSON body of a streamed text completion in the plain format, which has no place for files but
    the prompt."""
    files = "".join(f"{name}\n{text}\n\n" for name, text in request.files)
    body: dict[str, Any] = {"model": model, "prompt": files + request.prompt, **_common(request, dialect)}
    if request.suffix is not None:
        body["suffix"] = request.suffix
    if request.logprobs is not None:
        body["logprobs"] = request.logprobs
    return body


def sampling_fields(sampling: Sampling, dialect: Dialect) -> dict[str, Any]:
    """How tokens are chosen, in the names of this server."""
    plain = Sampling()
    rows = (
        ("temperature", sampling.temperature, None),  # no server's default is our 0
        ("top_p", sampling.top_p, plain.top_p),
        ("frequency_penalty", sampling.frequency_penalty, plain.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty, plain.presence_penalty),
        ("seed", sampling.seed, None),
        (dialect.top_k_field, sampling.top_k, plain.top_k),
        (dialect.min_p_field, sampling.min_p, plain.min_p),
        (dialect.repeat_penalty_field, sampling.repeat_penalty, plain.repeat_penalty),
    )
    fields: dict[str, Any] = {
        name: value
        for name, value, default in rows
        if name is not None and value is not None and (dialect.states_all or value != default)
    }
    if sampling.logit_bias:
        fields["logit_bias"] = _logit_bias(sampling, dialect)
    return fields


def estimate_tokens(request: EngineRequest) -> int:
    """A rough count, meant to be rather high, for servers that don't count.

    One token for three ASCII characters, one for every other character, 1,024 for a picture and
    8 for the frame of each message.
    """
    if isinstance(request, TextRequest):
        texts = [request.prompt, request.suffix or "", *(name + text for name, text in request.files)]
        return sum(map(_estimate, texts))
    tokens = sum(_estimate(json.dumps(_tool(tool))) for tool in request.tools)
    for message in request.messages:
        tokens += 8 + sum(_estimate(call.name + call.arguments) for call in message.tool_calls)
        for part in message.parts:
            tokens += 1024 if isinstance(part, ImagePart) else _estimate(part.text)
    return tokens


def _common(request: EngineRequest, dialect: Dialect) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "stream": True,
        "stream_options": {"include_usage": True},
        **sampling_fields(request.sampling, dialect),
        **dialect.extra,
    }
    if request.max_tokens is not None:
        fields["max_tokens"] = request.max_tokens
    if request.stop:
        fields["stop"] = list(request.stop)
    if request.grammar is not None and dialect.grammar_field is not None:
        fields[dialect.grammar_field] = request.grammar
    return fields


def _least_alternatives(asked: int, dialect: Dialect) -> int:
    """llama.cpp reports no log probability at all when no alternative is asked for."""
    return max(1, asked) if dialect.llama_cpp else asked


def _logit_bias(sampling: Sampling, dialect: Dialect) -> Any:
    if not dialect.llama_cpp:
        return {str(token): bias for token, bias in sampling.logit_bias}
    # llama.cpp only adds the bias, and a token of a very sure model survives -100; False forbids it.
    return [[token, False if bias <= FORBIDDEN_BIAS else bias] for token, bias in sampling.logit_bias]


def _tools(request: ChatRequest) -> dict[str, Any]:
    if not request.tools:
        return {}
    fields: dict[str, Any] = {"tools": [_tool(tool) for tool in request.tools]}
    if request.tool_choice not in TOOL_CHOICES:
        fields["tool_choice"] = {"type": "function", "function": {"name": request.tool_choice}}
    elif request.tool_choice != "auto":
        fields["tool_choice"] = request.tool_choice
    if not request.parallel_tool_calls:
        fields["parallel_tool_calls"] = False
    return fields


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "parameters": dict(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _message(message: Message) -> dict[str, Any]:
    content: Any = message.content
    if not isinstance(content, str):
        content = [_part(part) for part in content]
    fields: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        fields["tool_calls"] = [_tool_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        fields["tool_call_id"] = message.tool_call_id
    return fields


def _tool_call(call: ToolCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        encoded = base64.b64encode(part.data).decode("ascii")
        return {"type": "image_url", "image_url": {"url": f"data:{part.media_type};base64,{encoded}"}}
    return {"type": "text", "text": part.text}


def _estimate(text: str) -> int:
    ascii_characters = sum(character.isascii() for character in text)
    return -(-ascii_characters // 3) + len(text) - ascii_characters
