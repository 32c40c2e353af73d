"""Requests so much shorter than the window that nobody needs to count them before they are computed.

Counting takes a few milliseconds of the time to the first token. An engine that tells the length of the
prompt as its first word (``Capabilities.tells_prompt_length``) makes that unnecessary wherever a bound shows
that the request fits. What the engine tells is then checked against the window, before a token is passed on.
"""

from __future__ import annotations

import json
from dataclasses import replace

from open_autoglm.context.budget import budget_for
from open_autoglm.context.policies import FittedRequest
from open_autoglm.context.report import ContextPolicy, ContextReport
from open_autoglm.engine.base import Engine
from open_autoglm.values import ChatRequest, EngineRequest, StreamEvent, TextPart, TextRequest

TEMPLATE_TOKENS = 1024
"""What a chat template may add to a conversation: its own system message, how tools are called."""
MESSAGE_TOKENS = 32
"""What it may add to each message: markers, the role, a date."""


def fits_certainly(request: EngineRequest, policy: ContextPolicy, engine: Engine) -> FittedRequest | None:
    """The request as it is, its counts still a bound; None where it has to be counted first."""
    capabilities = engine.capabilities
    if not capabilities.tells_prompt_length:
        return None
    most = most_prompt_tokens(request)
    if most is None or most >= budget_for(request, capabilities).prompt:
        return None
    messages = len(request.messages) if isinstance(request, ChatRequest) else 0
    return FittedRequest(request, ContextReport(policy, capabilities.context_window, most, most, messages))


async def counted(fitted: FittedRequest, first: StreamEvent, engine: Engine) -> FittedRequest:
    """The same with the prompt's length as the engine tells it. Raises ContextExceeded where the bound, which
    is no promise of the template's, was wrong."""
    told = first.progress
    tokens = told.total if told is not None else await engine.count_tokens(fitted.request)
    engine.require_room(fitted.request, tokens)
    return replace(fitted, report=replace(fitted.report, prompt_tokens=tokens, original_tokens=tokens))


def most_prompt_tokens(request: EngineRequest) -> int | None:
    """More tokens than the prompt can have: one for each byte, and room for the template.

    No vocabulary in use needs more than one token for a byte (byte-level BPE, and SentencePiece with byte
    fallback). None for pictures: what they take, the engine alone knows.
    """
    if isinstance(request, TextRequest):
        texts = [request.prompt, request.suffix or "", *(text for pair in request.files for text in pair)]
        return sum(map(_bytes, texts)) + MESSAGE_TOKENS * (len(texts) + 1)
    total = TEMPLATE_TOKENS + MESSAGE_TOKENS * len(request.messages)
    for message in request.messages:
        for part in message.parts:
            if not isinstance(part, TextPart):
                return None
            total += _bytes(part.text)
        total += sum(_bytes(call.name + call.arguments) + MESSAGE_TOKENS for call in message.tool_calls)
    for tool in request.tools:
        schema = json.dumps(tool.parameters, indent=4, default=dict)
        total += _bytes(tool.name + tool.description + schema) + MESSAGE_TOKENS
    return (
        total
        + _bytes(json.dumps(request.json_schema, default=dict))
        + _bytes(repr(request.template_arguments))
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", errors="surrogatepass"))
