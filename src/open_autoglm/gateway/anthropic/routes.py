"""``/v1/messages`` and ``/v1/messages/count_tokens``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import StreamedAnswer, about_headers, whole_answers
from open_autoglm.gateway.anthropic.answer_schema import AnswerMessage, ErrorAnswer, TokenCount
from open_autoglm.gateway.anthropic.render import AnswerForm, MessageStream, message
from open_autoglm.gateway.anthropic.schema import Conversation, MessagesRequest
from open_autoglm.gateway.anthropic.translate import (
    Translated,
    image_urls,
    shows_thinking,
    translate,
)
from open_autoglm.gateway.dialect.documented import ANSWERS, answered, errors
from open_autoglm.gateway.dialect.pictures import load_images
from open_autoglm.gateway.state import gateway_of, require_model, served_request

EVENTS = "Server-sent events from message_start to message_stop, as the Anthropic API has them."
Betas = Annotated[
    str, Header(alias="anthropic-beta", description="Accepted; named among the ignored fields.")
]

router = APIRouter(prefix="/v1/messages", tags=["Anthropic"])


@router.post(
    "",
    operation_id="create_message",
    response_model=None,
    responses=answered(AnswerMessage, EVENTS, error=ErrorAnswer),
)
async def create_message(request: Request, asked: MessagesRequest, betas: Betas = "") -> Response:
    """Answer a conversation, whole or as a stream of server-sent events."""
    translated = await _translated(request, asked, betas)
    served = replace(served_request(request, asked.model, translated.request), ends_with_window=True)
    form = AnswerForm(asked.max_tokens, shows_thinking(asked), translated.ignored)
    service = gateway_of(request).service
    if asked.stream:
        return StreamedAnswer(service, [served], MessageStream(form))
    ((about, completion),) = await whole_answers(request, service, [served])
    return JSONResponse(message(about, completion, form).model_dump(), headers=about_headers(about))


@router.post("/count_tokens", operation_id="count_message_tokens", responses=errors(ANSWERS, ErrorAnswer))
async def count_tokens(request: Request, asked: Conversation, betas: Betas = "") -> TokenCount:
    """Tokens of the prompt that the conversation makes, exactly as the model's own template renders it."""
    translated = await _translated(request, asked, betas)
    require_model(request, asked.model)
    tokens = await gateway_of(request).service.count_tokens(asked.model, translated.request)
    return TokenCount(input_tokens=tokens, open_autoglm={"ignored_fields": list(translated.ignored)})


async def _translated(request: Request, asked: Conversation, betas: str) -> Translated:
    gateway = gateway_of(request)
    facts = await gateway.service.describe(asked.model)
    images = await load_images(image_urls(asked), gateway.settings)
    return translate(asked, facts, images, betas)
