"""POST /infill: code editors of llama.cpp fill in what stands between two texts.

Source: llama.cpp, tools/server/README.md, "POST /infill". A stream carries the same object piece by piece;
the last piece has ``stop`` true and the counts. A completion is checked before it is shown: it is one piece.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import (
    KEEP_ALIVE_COMMENT,
    StreamedAnswer,
    about_headers,
    server_sent,
    until_disconnect,
    whole_answers,
)
from open_autoglm.gateway.dialect.documented import ASKED_IN_HEADERS, answered
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.failures import Failure, openai_error
from open_autoglm.gateway.filling.fill import FilledAnswers
from open_autoglm.gateway.openai.llama_server.answer import ChosenFields, InfillBody, InfillPiece
from open_autoglm.gateway.openai.llama_server.render import only_fields, whole_filled, whole_infill
from open_autoglm.gateway.openai.llama_server.request import InfillRequest
from open_autoglm.gateway.openai.llama_server.translate import (
    filling_of,
    is_truncated,
    is_warm_up,
    text_request,
)
from open_autoglm.gateway.openai.stamp import Stamp, fingerprint, new_id
from open_autoglm.gateway.state import gateway_of, served_request
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, StreamEvent, Usage

router = APIRouter()

EVENTS = (
    "Pieces, each an InfillPiece in a data line; the last is an InfillBody with stop true and the counts."
)


@router.post(
    "/infill",
    operation_id="infill",
    response_model=None,
    responses=answered(InfillBody | ChosenFields, EVENTS),
    openapi_extra=ASKED_IN_HEADERS,
)
async def infill(request: Request, body: InfillRequest) -> Response:
    """Fill in what stands between a prefix and a suffix."""
    gateway = gateway_of(request)
    ignored = require_readable(body)
    filling = filling_of(body)
    wanted = text_request(body, filling)
    model = body.model or gateway.settings.model_path
    asked = served_request(request, model, wanted)
    served = await gateway.service.resolve(model)
    stamp = Stamp(new_id("infill-"), fingerprint(served.name, served.digest), ignored=ignored)
    if is_warm_up(body):
        asked = replace(asked, priority="batch", use_cache=False)
    if filling is None or is_warm_up(body):
        if body.stream:
            return StreamedAnswer(gateway.service, [asked], InfillStream(stamp))
        [(about, completion)] = await whole_answers(request, gateway.service, [asked])
        answer = whole_infill(stamp, about, completion)
        return JSONResponse(only_fields(answer, body.response_fields), headers=about_headers(about))
    answers = FilledAnswers(gateway.service, gateway.typed, filling)
    if body.stream:
        return StreamedAnswer(answers, [asked], InfillStream(stamp))
    filled = await until_disconnect(request.receive, partial(answers.fill, asked))
    answer = whole_filled(stamp, filled, filling, truncated=is_truncated(body, wanted))
    return JSONResponse(only_fields(answer, body.response_fields), headers=about_headers(filled.about))


@dataclass(slots=True)
class InfillStream:
    """Pieces of one answer."""

    stamp: Stamp
    about: AnswerAbout | None = None
    media_type: str = "text/event-stream"

    def begin(self, about: AnswerAbout) -> bytes:
        self.about = about
        return b""

    def event(self, index: int, event: StreamEvent) -> bytes:
        del index
        assert self.about is not None  # noqa: S101 - a stream begins before its first event
        if event.finish_reason is not None:
            usage = event.usage or Usage(0, 0)
            last = Completion(event.text, event.finish_reason, usage, self.about.model)
            return server_sent(whole_infill(self.stamp, self.about, last))
        if not event.text:
            return b""
        piece: InfillPiece = {"index": 0, "content": event.text, "stop": False, "model": self.about.model}
        return server_sent(piece)

    def end(self) -> bytes:
        return b""

    def failed(self, failure: Failure) -> bytes:
        return server_sent(openai_error(failure))

    def keep_alive(self) -> bytes:
        return KEEP_ALIVE_COMMENT
