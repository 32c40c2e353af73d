"""``/api/embed``, and ``/api/embeddings``, which older clients use. Source: Ollama API reference."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from open_autoglm.errors import ContextExceeded, UnknownModel
from open_autoglm.gateway.answering import until_disconnect
from open_autoglm.gateway.dialect.documented import ANSWERS, errors
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.embeddings import require_dimensions
from open_autoglm.gateway.ollama.answer_schema import EmbedAnswer, EmbeddingsAnswer, ErrorAnswer
from open_autoglm.gateway.ollama.json_route import JsonRoute
from open_autoglm.gateway.ollama.names import MAX_QUOTED_CHARS, plain_name
from open_autoglm.gateway.ollama.schema import EmbedBody, EmbeddingsBody
from open_autoglm.gateway.state import gateway_of, require_model
from open_autoglm.knowledge.embedding.model_embedder import Embedded

REFUSALS = errors(ANSWERS, ErrorAnswer)

router = APIRouter(prefix="/api", route_class=JsonRoute)


@router.post(
    "/embed",
    operation_id="ollama_embed",
    response_model=None,
    responses={200: {"model": EmbedAnswer, "description": "The vectors."}, **REFUSALS},
)
async def embed(request: Request, asked: EmbedBody) -> Response:
    """Turn texts into vectors. A text longer than the window is cut, or refused with truncate false."""
    began = time.perf_counter_ns()
    require_readable(asked)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    embedded = await _embedded(request, asked.model, texts)
    if embedded.cut and asked.truncate is False:
        raise ContextExceeded(
            f"Text {embedded.cut[0]} of the input is longer than the model's window.",
            hint="Leave truncate out to have it cut.",
        )
    require_dimensions(embedded.vectors, asked.dimensions)
    facts = {
        "model": asked.model,
        "total_duration": time.perf_counter_ns() - began,
        "prompt_eval_count": embedded.tokens,
    }
    return await _json(lambda: {**facts, "embeddings": embedded.vectors.tolist()})


@router.post(
    "/embeddings",
    operation_id="ollama_embeddings",
    response_model=None,
    responses={200: {"model": EmbeddingsAnswer, "description": "The vector."}, **REFUSALS},
)
async def embeddings(request: Request, asked: EmbeddingsBody) -> Response:
    """Turn one text into a vector, cut where it is longer than the window."""
    require_readable(asked)
    texts = [asked.prompt] if asked.prompt else []
    embedded = await _embedded(request, asked.model, texts)
    return await _json(lambda: {"embedding": embedded.vectors[0].tolist() if texts else []})


async def _embedded(request: Request, model: str, texts: Sequence[str]) -> Embedded:
    name = plain_name(model)
    require_model(request, name)
    source = gateway_of(request).embeddings
    try:
        return await until_disconnect(request.receive, lambda: source.embed(name, texts, "plain"))
    except UnknownModel as error:  # in the words that Ollama's clients look for
        raise UnknownModel(f'model "{model[:MAX_QUOTED_CHARS]}" not found.', hint=error.hint) from error


async def _json(make: Callable[[], Mapping[str, object]]) -> Response:
    """Made in a thread: thousands of numbers take their time."""
    content = await anyio.to_thread.run_sync(lambda: json.dumps(make(), allow_nan=False).encode())
    return Response(content, media_type="application/json")
