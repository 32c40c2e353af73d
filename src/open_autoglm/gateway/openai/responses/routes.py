"""The route of responses."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import StreamedAnswer, about_headers, whole_answers
from open_autoglm.gateway.dialect.documented import ASKED_IN_HEADERS, answered
from open_autoglm.gateway.dialect.pictures import load_images
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.openai.asking import asked_of, stamp_for
from open_autoglm.gateway.openai.responses.answer import ResponseBody
from open_autoglm.gateway.openai.responses.items import ReasoningItem
from open_autoglm.gateway.openai.responses.render import frame_of, whole_response
from open_autoglm.gateway.openai.responses.request import ResponseRequest
from open_autoglm.gateway.openai.responses.stream import ResponseStream
from open_autoglm.gateway.openai.responses.translate import (
    REFUSED,
    chat_request,
    context_policy_of,
    image_urls,
)
from open_autoglm.gateway.state import gateway_of

router = APIRouter()

EVENTS = "Events of the Responses API, from response.created to response.completed or response.incomplete."


@router.post(
    "/v1/responses",
    operation_id="create_response",
    response_model=None,
    responses=answered(ResponseBody, EVENTS),
    openapi_extra=ASKED_IN_HEADERS,
)
async def create_response(request: Request, body: ResponseRequest) -> Response:
    """Go on with a conversation, in the shape of the Responses API. Nothing is kept."""
    gateway = gateway_of(request)
    ignored = (*require_readable(body, REFUSED), *_unread_items(body))
    stamp = await stamp_for(request, body, "resp_", ignored)
    images = await load_images(image_urls(body), gateway.settings)
    asked = [
        replace(one, context_policy=context_policy_of(body) or one.context_policy)
        for one in asked_of(request, body, [chat_request(body, images)])
    ]
    frame = frame_of(stamp, body)
    if body.stream:
        return StreamedAnswer(gateway.service, asked, ResponseStream(frame))
    [(about, completion)] = await whole_answers(request, gateway.service, asked)
    return JSONResponse(whole_response(frame, about, completion), headers=about_headers(about))


def _unread_items(body: ResponseRequest) -> tuple[str, ...]:
    """Items that no chat template takes."""
    if isinstance(body.input, str):
        return ()
    return tuple(f"input.{index}" for index, item in enumerate(body.input) if isinstance(item, ReasoningItem))
