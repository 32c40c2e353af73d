"""``/api/chat`` and ``/api/generate``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.errors import UsageError
from open_autoglm.gateway.answering import (
    StreamedAnswer,
    about_headers,
    answer_all,
    until_disconnect,
)
from open_autoglm.gateway.dialect.documented import answered
from open_autoglm.gateway.dialect.images import image_from_base64
from open_autoglm.gateway.ollama.answer_schema import ChatAnswer, ErrorAnswer, GenerateAnswer
from open_autoglm.gateway.ollama.json_route import JsonRoute
from open_autoglm.gateway.ollama.keep_alive import keep_alive_s
from open_autoglm.gateway.ollama.names import known_model, plain_name
from open_autoglm.gateway.ollama.render import (
    AnswerLines,
    PieceShape,
    Record,
    chat_shape,
    empty_answer,
    generate_shape,
    whole_answer,
)
from open_autoglm.gateway.ollama.schema import AnswerRequest, ChatBody, GenerateBody
from open_autoglm.gateway.ollama.translate import Translated, translate_chat, translate_generate
from open_autoglm.gateway.state import gateway_of, require_model, served_request
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.serving.request import AnswerAbout, ServedRequest
from open_autoglm.serving.service import Service
from open_autoglm.values import ImagePart, StreamEvent

LINES = "JSON lines: objects with done false, then the last one with done true and the counts."
STREAM_TYPE = AnswerLines.media_type

router = APIRouter(prefix="/api", route_class=JsonRoute)


@router.post(
    "/chat",
    operation_id="ollama_chat",
    response_model=None,
    responses=answered(ChatAnswer, LINES, error=ErrorAnswer, stream_type=STREAM_TYPE),
)
async def chat(request: Request, asked: ChatBody) -> Response:
    """Go on with a conversation. Without messages: load the model, or with keep_alive 0 unload it."""
    record = Record()
    gateway = gateway_of(request)
    facts = await known_model(gateway.service, asked.model)
    require_model(request, plain_name(asked.model))
    if not asked.messages:
        return await _only_load(gateway.service, asked, facts, chat_shape)
    given = [image for message in asked.messages for image in message.images or ()]
    translated = translate_chat(asked, facts, _images(given, gateway.settings))
    return await _answer(request, asked, translated, record, chat_shape)


@router.post(
    "/generate",
    operation_id="ollama_generate",
    response_model=None,
    responses=answered(GenerateAnswer, LINES, error=ErrorAnswer, stream_type=STREAM_TYPE),
)
async def generate(request: Request, asked: GenerateBody) -> Response:
    """Answer a prompt, go on with a text, or fill in its middle. Without a prompt: load or unload."""
    record = Record()
    gateway = gateway_of(request)
    facts = await known_model(gateway.service, asked.model)
    require_model(request, plain_name(asked.model))
    if not (asked.prompt or asked.suffix or asked.images):
        return await _only_load(gateway.service, asked, facts, generate_shape)
    translated = translate_generate(asked, facts, _images(asked.images or (), gateway.settings))
    return await _answer(request, asked, translated, record, generate_shape)


async def _answer(
    request: Request, asked: AnswerRequest, translated: Translated, record: Record, shape: PieceShape
) -> Response:
    service, name = gateway_of(request).service, plain_name(asked.model)
    await _require_window(service, name, asked)
    await _keep(service, name, asked)
    policy = translated.context_policy
    served = served_request(request, name, translated.request, context_policy=policy)
    served = replace(served, ends_with_window=True)
    if asked.stream is not False:
        return StreamedAnswer(service, [served], AnswerLines(shape, record, translated.ignored))
    about = await _recorded(request, service, served, record)
    return JSONResponse(whole_answer(shape, record, translated.ignored), headers=about_headers(about))


async def _recorded(request: Request, service: Service, served: ServedRequest, record: Record) -> AnswerAbout:
    """Read the whole answer into ``record``. Raises Cancelled when the client has gone."""
    abouts: list[AnswerAbout] = []

    async def on_event(index: int, about: AnswerAbout, event: StreamEvent) -> None:
        del index
        if not abouts:
            abouts.append(about)
            record.begin(about)
        record.add(event)

    await until_disconnect(request.receive, lambda: answer_all(service, [served], on_event))
    return abouts[0]


async def _only_load(
    service: Service, asked: AnswerRequest, facts: ModelFacts, shape: PieceShape
) -> Response:
    name = plain_name(asked.model)
    if asked.keep_alive is not None and keep_alive_s(asked.keep_alive) == 0:
        await service.unload(name)
        return JSONResponse(empty_answer(shape, facts.means, "unload"))
    await _require_window(service, name, asked)
    await _keep(service, name, asked)
    await service.load(name)
    return JSONResponse(empty_answer(shape, facts.means, "load"))


async def _keep(service: Service, name: str, asked: AnswerRequest) -> None:
    """With 0 the model goes once its last answer is finished."""
    if asked.keep_alive is not None:
        await service.keep(name, keep_alive_s(asked.keep_alive))


async def _require_window(service: Service, name: str, asked: AnswerRequest) -> None:
    """Refuse a window larger than the loaded one: it would be cut without a word otherwise."""
    wanted = asked.options.num_ctx if asked.options is not None else None
    if wanted is None or wanted <= 0:
        return
    window = (await service.capabilities(name)).context_window
    if wanted > window:
        raise UsageError(
            f"options.num_ctx is {wanted}, and model {name!r} is loaded with a window of {window} tokens.",
            hint=f"Leave num_ctx out or set {window} at most; the setting context_window is what decides.",
        )


def _images(given: Iterable[str], settings: Settings) -> dict[str, ImagePart]:
    """Pictures by their base64. Raises what reading an image raises."""
    return {text: image_from_base64(text, max_bytes=settings.max_body_mb * MEGABYTE) for text in given}
