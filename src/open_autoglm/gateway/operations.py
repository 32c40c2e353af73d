"""Is it alive, can it answer, how does it do: what a supervisor or a monitor asks."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from open_autoglm.gateway.public_message import public_text
from open_autoglm.gateway.state import gateway_of
from open_autoglm.serving.model_facts import ModelState

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class ModelReadiness(BaseModel):
    name: str
    state: ModelState
    reason: str


class Readiness(BaseModel):
    ready: bool
    models: list[ModelReadiness]


@router.get("/health", operation_id="health")
async def health() -> Health:
    """The process answers; this says nothing about models."""
    return Health()


@router.get("/ready", operation_id="ready", responses={503: {"model": Readiness}})
async def ready(request: Request, response: Response) -> Readiness:
    """Whether requests are answered now: 503 while a model is down or still loads. None loaded is ready."""
    found = gateway_of(request).service.status()
    models = [ModelReadiness(name=one.name, state=one.state, reason=public_text(one.reason)) for one in found]
    can_answer = all(one.state not in ("down", "loading") for one in found)
    if not can_answer:
        response.status_code = 503
    return Readiness(ready=can_answer, models=models)


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Everything that is counted, for Prometheus."""
    page, media_type = gateway_of(request).metrics.exposition()
    return Response(page, media_type=media_type)
