"""GET /v1/models: the names that can be asked for.

One answer serves the clients of both APIs that have this path. Sources: OpenAI API reference, "Models";
Anthropic API reference, "Models".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, NotRequired

from fastapi import APIRouter, Path, Request
from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.documented import LOOKS_UP, errors
from open_autoglm.gateway.model_list import all_facts, embedder_facts
from open_autoglm.gateway.state import Gateway, gateway_of, may_ask
from open_autoglm.serving.model_facts import ModelFacts

router = APIRouter()

NEVER = datetime.fromtimestamp(0, UTC)


class ModelAbout(TypedDict):
    """What this server knows beside OpenAI's fields."""

    title: str
    kind: Literal["model", "tier", "upstream"]
    means: str
    size_bytes: int
    family: str
    parameters: str
    quantization: str
    context_length: int
    capabilities: list[str]
    licence: str


class ModelBody(TypedDict):
    """A name that ``model`` may be in a request."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    type: Literal["model"]
    display_name: str
    created_at: str
    max_model_len: NotRequired[int]
    open_autoglm: ModelAbout


class ModelListBody(TypedDict):
    """OpenAI's list, with the fields that Anthropic's clients look for; there is one page."""

    object: Literal["list"]
    data: list[ModelBody]
    has_more: bool
    first_id: str | None
    last_id: str | None


@router.get("/v1/models", operation_id="list_models", responses=errors((401, 403, 500)))
async def list_models(request: Request) -> ModelListBody:
    """Every name that would be answered now: installed models, tiers, upstreams, the embedding model."""
    gateway = gateway_of(request)
    facts = [one for one in await all_facts(gateway) if may_ask(request, one.name)]
    return {
        "object": "list",
        "data": [model_body(one, _window(gateway, one)) for one in facts],
        "has_more": False,
        "first_id": facts[0].name if facts else None,
        "last_id": facts[-1].name if facts else None,
    }


@router.get("/v1/models/{model:path}", operation_id="get_model", responses=errors(LOOKS_UP))
async def get_model(
    request: Request, model: Annotated[str, Path(description="A name; it may contain slashes.")]
) -> ModelBody:
    """One model; 404 tells the nearest names."""
    gateway = gateway_of(request)
    facts = await embedder_facts(gateway, model) or await gateway.service.describe(model)
    return model_body(facts, _window(gateway, facts))


def _window(gateway: Gateway, facts: ModelFacts) -> int | None:
    """Tokens of prompt and answer together; None while that is not known, before the model is loaded."""
    if "embed" in facts.capabilities:
        return facts.context_length or None
    windows = [one.window for one in gateway.service.status() if one.name == facts.means and one.window]
    if windows:
        return max(windows)
    return facts.context_length or None if facts.kind == "upstream" else gateway.settings.context_window


def model_body(facts: ModelFacts, window: int | None) -> ModelBody:
    """``created`` is when the model was installed, in seconds since 1970, or 0; ``created_at`` the same.

    The window stands where vLLM's list has it, so that another gateway can hold this one as its upstream.
    """
    created = facts.modified or NEVER
    body: ModelBody = {
        "id": facts.name,
        "object": "model",
        "created": int(created.timestamp()),
        "owned_by": facts.family or facts.kind,
        "type": "model",
        "display_name": facts.title,
        "created_at": created.isoformat(),
        "open_autoglm": {
            "title": facts.title,
            "kind": facts.kind,
            "means": facts.means,
            "size_bytes": facts.size_bytes,
            "family": facts.family,
            "parameters": facts.parameters,
            "quantization": facts.quantization,
            "context_length": facts.context_length,
            "capabilities": list(facts.capabilities),
            "licence": facts.licence,
        },
    }
    if window is not None:
        body["max_model_len"] = window
    return body
