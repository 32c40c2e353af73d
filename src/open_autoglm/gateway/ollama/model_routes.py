"""What Ollama's clients ask about models and the server."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request

from open_autoglm import __version__
from open_autoglm.errors import UnknownModel, UsageError
from open_autoglm.gateway.dialect.documented import LOOKS_UP, errors
from open_autoglm.gateway.model_list import all_facts, embedder_facts
from open_autoglm.gateway.ollama.answer_schema import (
    ErrorAnswer,
    ModelList,
    ProgramVersion,
    RunningModels,
    ShownModel,
    VersionAnswer,
)
from open_autoglm.gateway.ollama.json_route import JsonRoute
from open_autoglm.gateway.ollama.models import listed_model, running_model, shown_model
from open_autoglm.gateway.ollama.names import known_model, plain_name
from open_autoglm.gateway.ollama.schema import ShowBody
from open_autoglm.gateway.state import gateway_of, may_ask
from open_autoglm.serving.model_facts import ModelFacts, ModelStatus

API_LEVEL = "0.12.11"
"""The version of Ollama whose API is spoken here: the one that brought log probabilities.

Clients refuse older servers (GitHub Copilot and Raycast below 0.6.4, for example), and would ours by its own.
"""

router = APIRouter(prefix="/api", route_class=JsonRoute)


@router.get("/tags", operation_id="ollama_list_models", responses=errors((401, 403, 500), ErrorAnswer))
async def list_models(request: Request) -> ModelList:
    """The models that can be asked for now."""
    found = await all_facts(gateway_of(request))
    return ModelList(models=[listed_model(facts) for facts in found if may_ask(request, facts.name)])


@router.post("/show", operation_id="ollama_show_model", responses=errors(LOOKS_UP, ErrorAnswer))
async def show_model(request: Request, asked: ShowBody) -> ShownModel:
    """What is known of one model."""
    name = asked.model or asked.name
    if name is None:
        raise UsageError("The request names no model.", hint='Send {"model": "autoglm-small"}.')
    gateway = gateway_of(request)
    service = gateway.service
    facts = await embedder_facts(gateway, plain_name(name)) or await known_model(service, name)
    windows = [status.window for status in service.status() if status.name == facts.means]
    return shown_model(facts, max(windows, default=0))


@router.get("/ps", operation_id="ollama_running_models", responses=errors((401, 403, 500), ErrorAnswer))
async def running_models(request: Request) -> RunningModels:
    """The models in memory, and until when they stay there."""
    gateway = gateway_of(request)
    now = datetime.now(UTC)
    running = []
    for status in gateway.service.status():
        if status.state not in ("loading", "down"):
            facts = await _facts_of(request, status)
            running.append(running_model(status, facts, gateway.settings.model_idle_s, now))
    return RunningModels(models=running)


async def _facts_of(request: Request, status: ModelStatus) -> ModelFacts:
    """A model may have been removed from the disk while it is still in memory."""
    try:
        return await gateway_of(request).service.describe(status.name)
    except UnknownModel:
        return ModelFacts(status.name, status.name, "model", status.name)


@router.get("/version", operation_id="ollama_version")
async def version() -> VersionAnswer:
    """The version of the API, which clients compare, and beside it that of this program."""
    return VersionAnswer(version=API_LEVEL, open_autoglm=ProgramVersion(version=__version__))
