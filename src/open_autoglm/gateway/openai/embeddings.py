"""POST /v1/embeddings. Source: OpenAI API reference, "Create embeddings"."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import ConfigDict, Discriminator, Field, Tag
from starlette.responses import Response
from typing_extensions import TypedDict

from open_autoglm.errors import ContextExceeded, UsageError
from open_autoglm.gateway.answering import until_disconnect
from open_autoglm.gateway.dialect.documented import ANSWERS, errors
from open_autoglm.gateway.dialect.fields import AS_WHOLE, ModelName, OpenFields
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.embeddings import require_dimensions
from open_autoglm.gateway.openai.completions.request import TokenIds, prompt_kind
from open_autoglm.gateway.state import gateway_of, require_model
from open_autoglm.knowledge.embedding.model_embedder import Embedded, Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

router = APIRouter()

MAX_DIMENSIONS = 65_536
MAX_TEXTS = 2048
"""OpenAI's own limit."""

Texts = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[Annotated[list[str], Field(min_length=1, max_length=MAX_TEXTS)], Tag("texts")]
    | Annotated[TokenIds, Tag("tokens")]
    | Annotated[Annotated[list[TokenIds], Field(min_length=1, max_length=MAX_TEXTS)], Tag("token_lists")],
    Discriminator(prompt_kind),
]


class EmbeddingRequest(OpenFields):
    """Texts to turn into vectors."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "multilingual-e5-small-int8", "input": ["员工请假流程", "a second text"]}]
        }
    )

    model: ModelName
    input: Texts = Field(description="A text or several; token numbers are refused.")
    encoding_format: Literal["float", "base64"] | None = Field(
        default=None, description="base64: single precision, little-endian."
    )
    dimensions: Annotated[int, Field(ge=1, le=MAX_DIMENSIONS), AS_WHOLE] | None = Field(
        default=None, description="Only what the model has; vectors are not shortened."
    )
    user: str | None = None
    input_type: Literal["query", "passage", "document"] | None = Field(
        default=None,
        description="Ours: what the texts are, where the model wants to know. Left out: texts to compare, or "
        "introduced already.",
    )


class EmbeddingBody(TypedDict):
    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsage(TypedDict):
    prompt_tokens: int
    total_tokens: int


class EmbeddingListBody(TypedDict):
    """Vectors of length one, in the order of the texts."""

    object: Literal["list"]
    data: list[EmbeddingBody]
    model: str
    usage: EmbeddingUsage


@router.post(
    "/v1/embeddings",
    operation_id="create_embedding",
    response_model=None,
    responses={200: {"model": EmbeddingListBody, "description": "The vectors."}, **errors(ANSWERS)},
)
async def create_embedding(request: Request, body: EmbeddingRequest) -> Response:
    """Turn texts into vectors; a text that is longer than the model's window is refused."""
    require_readable(body)
    require_model(request, body.model)
    texts = _texts(body.input)
    embeddings = gateway_of(request).embeddings
    embedded = await until_disconnect(
        request.receive, lambda: embeddings.embed(body.model, texts, _role(body.input_type))
    )
    if embedded.cut:
        raise ContextExceeded(
            f"Text {embedded.cut[0]} of the input is longer than the window of model {body.model[:100]!r}.",
            hint="Send it in pieces.",
        )
    require_dimensions(embedded.vectors, body.dimensions)
    content = await anyio.to_thread.run_sync(_rendered, embedded, body.model, body.encoding_format)
    return Response(content, media_type="application/json")


def _texts(given: str | Sequence[Any]) -> list[str]:
    texts = [given] if isinstance(given, str) else list(given)
    if not isinstance(texts[0], str):
        raise UsageError(
            "input is token numbers, which are another model's: nobody knows their text here.",
            hint="Send the text itself; LangChain does with check_embedding_ctx_length=False.",
        )
    if "" in texts:
        raise UsageError(f"Text {texts.index('')} of the input is empty.", hint="Leave it out.")
    return texts


def _role(input_type: str | None) -> Role:
    if input_type is None:
        return "plain"
    return "query" if input_type == "query" else "passage"


def _rendered(embedded: Embedded, model: str, encoding: str | None) -> bytes:
    """In a thread: thousands of numbers take their time."""
    body: EmbeddingListBody = {
        "object": "list",
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": _base64(vector) if encoding == "base64" else vector.tolist(),
            }
            for index, vector in enumerate(embedded.vectors)
        ],
        "model": model,
        "usage": {"prompt_tokens": embedded.tokens, "total_tokens": embedded.tokens},
    }
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _base64(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
