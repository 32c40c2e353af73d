"""POST /tokenize and /detokenize: a model's own tokens. Source: llama.cpp, tools/server/README.md."""

from __future__ import annotations

from fastapi import APIRouter, Request
from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.documented import ANSWERS, errors
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.llama_server.request import DetokenizeRequest, TokenizeRequest
from open_autoglm.gateway.state import gateway_of, require_model

router = APIRouter()

MAX_PIECES = 1000
"""Each piece is a question of its own to the engine."""


class TokenPiece(TypedDict):
    id: int
    piece: str


class TokensBody(TypedDict):
    tokens: list[int] | list[TokenPiece]


class ContentBody(TypedDict):
    content: str


@router.post("/tokenize", operation_id="tokenize", responses=errors(ANSWERS))
async def tokenize(request: Request, body: TokenizeRequest) -> TokensBody:
    """The tokens of a text, as numbers or with the text of each."""
    require_readable(body)
    gateway = gateway_of(request)
    model = body.model or gateway.settings.model_path
    require_model(request, model)
    tokens = await gateway.service.tokenize(model, body.content)
    if not body.with_pieces:
        return {"tokens": list(tokens)}
    if len(tokens) > MAX_PIECES:
        raise FieldRefused(
            "with_pieces", f"The text has {len(tokens)} tokens; pieces are told of at most {MAX_PIECES}."
        )
    pieces: list[TokenPiece] = [
        {"id": token, "piece": await gateway.service.detokenize(model, [token])} for token in tokens
    ]
    return {"tokens": pieces}


@router.post("/detokenize", operation_id="detokenize", responses=errors(ANSWERS))
async def detokenize(request: Request, body: DetokenizeRequest) -> ContentBody:
    """The text of tokens."""
    require_readable(body)
    gateway = gateway_of(request)
    if not body.tokens:
        return {"content": ""}
    model = body.model or gateway.settings.model_path
    require_model(request, model)
    return {"content": await gateway.service.detokenize(model, body.tokens)}
