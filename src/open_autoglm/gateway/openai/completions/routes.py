"""The route of text completions."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import StreamedAnswer, about_headers, whole_answers
from open_autoglm.gateway.dialect.documented import ASKED_IN_HEADERS, answered
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.openai.asking import asked_of, stamp_for
from open_autoglm.gateway.openai.completions.answer import CompletionBody
from open_autoglm.gateway.openai.completions.render import Asked, CompletionStream, whole_completion
from open_autoglm.gateway.openai.completions.request import AnyCompletionRequest
from open_autoglm.gateway.openai.completions.translate import (
    prompt_texts,
    require_consistent,
    text_requests,
)
from open_autoglm.gateway.openai.tabby.complete import complete_segments
from open_autoglm.gateway.openai.tabby.schema import SegmentsRequest, TabbyBody
from open_autoglm.gateway.state import gateway_of

router = APIRouter()

EVENTS = "Chunks, each a CompletionChunkBody in a data line; [DONE] is the last line."


@router.post(
    "/v1/completions",
    operation_id="create_completion",
    response_model=None,
    responses=answered(CompletionBody | TabbyBody, EVENTS),
    openapi_extra=ASKED_IN_HEADERS,
)
async def create_completion(request: Request, body: Annotated[AnyCompletionRequest, Body()]) -> Response:
    """Go on with text, or fill in what stands before a suffix."""
    if isinstance(body, SegmentsRequest):
        return await complete_segments(request, body)
    service = gateway_of(request).service
    ignored = require_readable(body)
    require_consistent(body)
    stamp = await stamp_for(request, body, "cmpl-", ignored)
    prompts = await prompt_texts(body, partial(service.detokenize, body.model))
    asked = asked_of(request, body, text_requests(body, prompts))
    about_request = Asked(tuple(prompts), body.n or 1, bool(body.echo), body.logprobs is not None)
    if body.stream:
        usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        return StreamedAnswer(service, asked, CompletionStream(stamp, about_request, include_usage=usage))
    answers = await whole_answers(request, service, asked)
    return JSONResponse(whole_completion(stamp, about_request, answers), headers=about_headers(answers[0][0]))
