"""What the routes share, and how they turn an HTTP request into one for the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from fastapi import Request

from open_autoglm.code.completion.typed_ahead import TypedAhead
from open_autoglm.config import Settings
from open_autoglm.context.report import ContextPolicy
from open_autoglm.errors import UsageError
from open_autoglm.gateway.embeddings import Embeddings
from open_autoglm.gateway.keys import Key
from open_autoglm.gateway.knowledge.knowledge import Knowledge
from open_autoglm.jobs.code_fix import TASK as CODE
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import TASK as DOCUMENT
from open_autoglm.jobs.document_parse import DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_task import JobTask
from open_autoglm.jobs.video_analysis import TASK as VIDEO
from open_autoglm.jobs.video_analysis import VideoAnalysis
from open_autoglm.serving.request import LOCAL_OWNER, Priority, ServedRequest
from open_autoglm.serving.service import Service
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.values import EngineRequest

POLICY_HEADER = "x-open-autoglm-context-policy"
PRIORITY_HEADER = "x-open-autoglm-priority"


@dataclass(frozen=True)
class Gateway:
    """Everything behind the routes; ``app.state.gateway`` holds it."""

    settings: Settings
    service: Service
    jobs: JobRunner
    documents: DocumentParse
    videos: VideoAnalysis
    codes: CodeFix
    knowledge: Knowledge
    metrics: Metrics
    embeddings: Embeddings
    typed: TypedAhead = field(default_factory=TypedAhead)
    """Suggestions of editors while they are typed out."""

    @property
    def tasks(self) -> Mapping[str, JobTask]:
        """Every task that can be handed in, by its name."""
        return {DOCUMENT: self.documents, VIDEO: self.videos, CODE: self.codes}


def gateway_of(request: Request) -> Gateway:
    return cast(Gateway, request.app.state.gateway)


def owner_of(request: Request) -> str:
    """Id of the key that the request came with; the person at this machine where none is asked for."""
    return str(getattr(request.state, "owner", LOCAL_OWNER))


def require_model(request: Request, model: str) -> None:
    """Raises Forbidden where the key that the request came with may not ask for ``model``."""
    key: Key | None = getattr(request.state, "key", None)
    if key is not None:
        key.require_model(model)


def may_ask(request: Request, model: str) -> bool:
    """Whether ``require_model`` would let the model pass."""
    key: Key | None = getattr(request.state, "key", None)
    return key is None or key.may_ask(model)


def served_request(
    request: Request,
    model: str,
    engine_request: EngineRequest,
    *,
    context_policy: ContextPolicy | None = None,
) -> ServedRequest:
    """The request for the service, with what the headers say of it.

    Raises UsageError for unknown words, Forbidden for a model that the key may not ask for.
    """
    require_model(request, model)
    policy = context_policy or _one_of(request, POLICY_HEADER, get_args(ContextPolicy))
    priority = _one_of(request, PRIORITY_HEADER, get_args(Priority)) or "interactive"
    control = request.headers.get("cache-control", "").lower()
    return ServedRequest(
        model=model,
        request=engine_request,
        owner=owner_of(request),
        priority=cast(Priority, priority),
        context_policy=cast("ContextPolicy | None", policy),
        use_cache="no-store" not in control,
    )


def _one_of(request: Request, header: str, words: tuple[str, ...]) -> str | None:
    value = request.headers.get(header)
    if value is not None and value not in words:
        raise UsageError(f"Header {header} is {value[:100]!r}.", hint=f"Use one of: {', '.join(words)}.")
    return value
