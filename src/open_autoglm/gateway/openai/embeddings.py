"""POST /v1/embeddings: validated, and then refused, because there is no embedding model.

Source: OpenAI API reference, "Create embeddings".
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from open_autoglm.errors import MissingPiece
from open_autoglm.gateway.dialect.documented import Responses, errors
from open_autoglm.gateway.dialect.fields import AS_WHOLE, ModelName, OpenFields
from open_autoglm.gateway.openai.completions.request import Prompt

router = APIRouter()

MAX_DIMENSIONS = 65_536


class EmbeddingRequest(OpenFields):
    """Texts to embed."""

    model: ModelName
    input: Prompt
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, Field(ge=1, le=MAX_DIMENSIONS), AS_WHOLE] | None = None


_RESPONSES: Responses = errors((400, 401, 403, 413, 429, 501))


@router.post(
    "/v1/embeddings",
    operation_id="create_embedding",
    response_model=None,
    status_code=501,
    responses=_RESPONSES,
)
async def create_embedding(request: Request, body: EmbeddingRequest) -> Response:
    """Answers 501: there is no embedding model here yet."""
    del request
    raise no_embedding_model(body.model)


def no_embedding_model(asked: str) -> MissingPiece:
    """The refusal in every dialect."""
    return MissingPiece(
        f"No embedding model is set, so model {asked[:100]!r} can't embed anything.",
        hint="Send embeddings to a server that has such a model; chat and completions are answered here.",
    )
