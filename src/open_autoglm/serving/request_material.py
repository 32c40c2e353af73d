"""What an answer depends on, as bytes: equal for equal requests, different for all others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from open_autoglm.context.report import ContextPolicy
from open_autoglm.values import ChatRequest, EngineRequest, Message, Sampling, TextPart, TextRequest, Tool

_FORM = 1
"""Rises when the form below changes, so that what was kept in another form is never found."""


def request_material(model_digest: str, request: EngineRequest, context_policy: ContextPolicy) -> bytes:
    """Everything that the answer of this model depends on, and nothing else.

    ``model_digest`` stands for the model's files and whatever of the engine and its settings changes its
    answers. Pictures stand as their sha256. Our own fields have one order; the keys of a JSON schema, of
    a tool's parameters and of template arguments keep theirs, because the order of a schema's properties
    is the order in which the model writes them.
    """
    if isinstance(request, ChatRequest):
        prompt = {
            "messages": [_message(message) for message in request.messages],
            "template": request.template_arguments,
            **_tools(request),
        }
    else:
        prompt = _text(request)
    material = {
        "form": _FORM,
        "model": model_digest,
        "context": context_policy,
        **prompt,
        "max_tokens": request.max_tokens,
        "sampling": _sampling(request.sampling),
        "stop": request.stop,
        "schema": request.json_schema,
        "grammar": request.grammar,
        "logprobs": request.logprobs,
    }
    text = json.dumps(material, ensure_ascii=False, separators=(",", ":"), default=dict)
    return text.encode("utf-8", errors="surrogatepass")


def _text(request: TextRequest) -> dict[str, Any]:
    return {"prompt": request.prompt, "suffix": request.suffix, "files": request.files}


def _message(message: Message) -> list[Any]:
    # A picture is a pair and text is a string, so that neither can pass for the other.
    parts = [
        part.text if isinstance(part, TextPart) else [part.media_type, hashlib.sha256(part.data).hexdigest()]
        for part in message.parts
    ]
    calls = [(call.id, call.name, call.arguments) for call in message.tool_calls]
    return [message.role, parts, calls, message.tool_call_id]


def _tools(request: ChatRequest) -> Mapping[str, Any]:
    """How tools may be chosen matters only where there are any."""
    if not request.tools:
        return {}
    return {
        "tools": [_tool(tool) for tool in request.tools],
        "tool_choice": request.tool_choice,
        "parallel": request.parallel_tool_calls,
    }


def _tool(tool: Tool) -> tuple[str, str, Mapping[str, Any]]:
    return tool.name, tool.description, tool.parameters


def _sampling(sampling: Sampling) -> list[Any]:
    # At temperature 0 the likeliest token is taken, so no chance and no cut of the others plays a part.
    greedy = sampling.temperature == 0
    chance = [
        float(sampling.temperature),
        float(sampling.top_p),
        sampling.top_k,
        float(sampling.min_p),
        sampling.seed,
    ]
    return [
        None if greedy else chance,
        float(sampling.repeat_penalty),
        float(sampling.frequency_penalty),
        float(sampling.presence_penalty),
        [(token, float(bias)) for token, bias in sorted(sampling.logit_bias)],
    ]
