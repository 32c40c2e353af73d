"""The route of chat completions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import StreamedAnswer, about_headers, whole_answers
from open_autoglm.gateway.dialect.documented import ASKED_IN_HEADERS, answered
from open_autoglm.gateway.dialect.pictures import load_images
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.openai.asking import asked_of, stamp_for
from open_autoglm.gateway.openai.chat.answer import ChatCompletionBody
from open_autoglm.gateway.openai.chat.from_base import answer_from_base
from open_autoglm.gateway.openai.chat.render import ChatStream, whole_chat
from open_autoglm.gateway.openai.chat.request import ChatCompletionRequest
from open_autoglm.gateway.openai.chat.translate import chat_requests, image_urls
from open_autoglm.gateway.state import gateway_of

router = APIRouter()

EVENTS = "Chunks, each a ChatCompletionChunkBody in a data line; [DONE] is the last line."


@router.post(
    "/v1/chat/completions",
    operation_id="create_chat_completion",
    response_model=None,
    responses=answered(ChatCompletionBody, EVENTS),
    openapi_extra=ASKED_IN_HEADERS,
)
async def create_chat_completion(request: Request, body: ChatCompletionRequest) -> Response:
    """Go on with a conversation."""
    gateway = gateway_of(request)
    if body.kb is not None:
        return await answer_from_base(request, body, body.kb)
    ignored = require_readable(body)
    stamp = await stamp_for(request, body, "chatcmpl-", ignored)
    images = await load_images(image_urls(body), gateway.settings)
    asked = asked_of(request, body, chat_requests(body, images))
    logprobs = bool(body.logprobs)
    if body.stream:
        usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        return StreamedAnswer(
            gateway.service, asked, ChatStream(stamp, include_usage=usage, logprobs=logprobs)
        )
    answers = await whole_answers(request, gateway.service, asked)
    return JSONResponse(whole_chat(stamp, answers, logprobs=logprobs), headers=about_headers(answers[0][0]))
