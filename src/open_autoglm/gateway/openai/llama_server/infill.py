"""POST /infill: code editors of llama.cpp fill in what stands between two texts.

Source: llama.cpp, tools/server/README.md, "POST /infill". A stream carries the same object piece by piece;
the last piece has ``stop`` true and the counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import (
    KEEP_ALIVE_COMMENT,
    StreamedAnswer,
    about_headers,
    server_sent,
    whole_answers,
)
from open_autoglm.gateway.dialect.documented import ASKED_IN_HEADERS, answered
from open_autoglm.gateway.dialect.sampling import sampling_of, stops_of
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.failures import Failure, FieldRefused, openai_error
from open_autoglm.gateway.openai.llama_server.answer import InfillBody, InfillPiece
from open_autoglm.gateway.openai.llama_server.request import InfillRequest
from open_autoglm.gateway.openai.stamp import Stamp, fingerprint, new_id
from open_autoglm.gateway.state import gateway_of, served_request
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, StreamEvent, TextRequest, Usage

router = APIRouter()

EVENTS = (
    "Pieces, each an InfillPiece in a data line; the last is an InfillBody with stop true and the counts."
)
DEFAULT_TEMPERATURE = 0.8
"""llama.cpp's own, where a request names none."""


@router.post(
    "/infill",
    operation_id="infill",
    response_model=None,
    responses=answered(InfillBody, EVENTS),
    openapi_extra=ASKED_IN_HEADERS,
)
async def infill(request: Request, body: InfillRequest) -> Response:
    """Fill in what stands between a prefix and a suffix."""
    gateway = gateway_of(request)
    ignored = require_readable(body)
    wanted = text_request(body)
    model = body.model or gateway.settings.model_path
    served = await gateway.service.resolve(model)
    stamp = Stamp(new_id("infill-"), fingerprint(served.name, served.digest), ignored=ignored)
    asked = [served_request(request, model, wanted)]
    if body.stream:
        return StreamedAnswer(gateway.service, asked, InfillStream(stamp))
    [(about, completion)] = await whole_answers(request, gateway.service, asked)
    return JSONResponse(whole_infill(stamp, about, completion), headers=about_headers(about))


def text_request(body: InfillRequest) -> TextRequest:
    """Raises FieldRefused where fields contradict each other."""
    if body.grammar is not None and body.json_schema is not None:
        raise FieldRefused("grammar", "grammar can't go with json_schema.")
    temperature = DEFAULT_TEMPERATURE if body.temperature is None else body.temperature
    return TextRequest(
        prompt=body.input_prefix + (body.prompt or ""),
        suffix=body.input_suffix,
        files=tuple(
            (extra.filename or f"file {number}", extra.text)
            for number, extra in enumerate(body.input_extra or (), start=1)
        ),
        max_tokens=None if body.n_predict in (None, -1) else body.n_predict,
        sampling=sampling_of(body.model_copy(update={"temperature": temperature})),
        stop=stops_of(body.stop),
        json_schema=body.json_schema,
        grammar=body.grammar,
    )


def whole_infill(stamp: Stamp, about: AnswerAbout, completion: Completion) -> InfillBody:
    """The answer, or the last piece of a stream."""
    usage = completion.usage
    return {
        "index": 0,
        "content": completion.text,
        "stop": True,
        "model": about.model,
        "stop_type": "eos" if completion.finish_reason == "stop" else "limit",
        "truncated": False,
        "tokens_predicted": usage.completion_tokens,
        "tokens_evaluated": usage.prompt_tokens,
        "tokens_cached": usage.cached_tokens,
        "open_autoglm": stamp.about(about),
    }


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
