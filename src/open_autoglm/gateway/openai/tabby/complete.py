"""A completion request of Tabby's plugins, answered: it comes on the same path as OpenAI's."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fastapi import Request
from fastapi.responses import JSONResponse

from open_autoglm.code.completion.guess import guess_language
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.request import completion_request
from open_autoglm.code.languages import Language, language_named, language_of
from open_autoglm.code.repository.snippet import estimated_tokens
from open_autoglm.gateway.answering import about_headers, until_disconnect
from open_autoglm.gateway.dialect.sampling import seed_of
from open_autoglm.gateway.filling.fill import FilledAnswers, Filling
from open_autoglm.gateway.openai.stamp import new_id
from open_autoglm.gateway.openai.tabby.schema import Segments, SegmentsRequest, TabbyBody
from open_autoglm.gateway.state import gateway_of, served_request
from open_autoglm.values import Sampling, TextRequest

EXTRA_TOKENS = 768


async def complete_segments(request: Request, body: SegmentsRequest) -> JSONResponse:
    """The completion. Without a model's name in the request the one of the settings answers."""
    gateway = gateway_of(request)
    segments = body.segments
    place = Place(segments.prefix, segments.suffix or "", _language(body))
    wanted = completion_request(place, _files(segments))
    if body.temperature:
        wanted = _sampled(wanted, body)
    asked = served_request(request, gateway.settings.model_path, wanted)
    answers = FilledAnswers(gateway.service, gateway.typed, Filling(place))
    filled = await until_disconnect(request.receive, partial(answers.fill, asked))
    answer: TabbyBody = {"id": new_id("cmpl-"), "choices": [{"index": 0, "text": filled.finished.text}]}
    return JSONResponse(answer, headers=about_headers(filled.about))


def _sampled(wanted: TextRequest, body: SegmentsRequest) -> TextRequest:
    return replace(wanted, sampling=Sampling(temperature=body.temperature or 0.0, seed=seed_of(body.seed)))


def _language(body: SegmentsRequest) -> Language | None:
    """As the editor says, by name or by the file's; else as the text looks."""
    named = language_named(body.language) if body.language else None
    segments = body.segments
    by_file = language_of(segments.filepath) if segments.filepath else None
    return named or by_file or guess_language(segments.prefix + (segments.suffix or ""))


def _files(segments: Segments) -> list[tuple[str, str]]:
    """What fits the budget, the editor's declarations first to be kept and last to be shown."""
    offered = [
        *(segments.declarations or ()),
        *(segments.relevant_snippets_from_changed_files or ()),
        *(segments.relevant_snippets_from_recently_opened_files or ()),
    ]
    chosen: list[tuple[str, str]] = []
    left = EXTRA_TOKENS
    for snippet in offered:
        cost = estimated_tokens(snippet.filepath) + estimated_tokens(snippet.body)
        if cost <= left:
            left -= cost
            chosen.append((snippet.filepath, snippet.body))
    return chosen[::-1]
