"""POST /tokenize and /detokenize: a model's own tokens. Source: llama.cpp, tools/server/README.md."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.documented import ANSWERS, errors
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.llama_server.pieces import MAX_SINGLE, TooManyTokens, pieces_of
from open_autoglm.gateway.openai.llama_server.request import DetokenizeRequest, TokenizeRequest
from open_autoglm.gateway.state import gateway_of, require_model

router = APIRouter()


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
    service = gateway.service
    try:
        pieces = await pieces_of(
            body.content, tokens, partial(service.tokenize, model), partial(service.detokenize, model)
        )
    except TooManyTokens as error:
        raise FieldRefused(
            "with_pieces", f"Pieces of this text can be told for at most {MAX_SINGLE} different tokens."
        ) from error
    told: list[TokenPiece] = [
        {"id": token, "piece": piece} for token, piece in zip(tokens, pieces, strict=True)
    ]
    return {"tokens": told}


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
