"""A file that came over HTTP becomes a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response, UploadFile

from open_autoglm.gateway.state import gateway_of, owner_of, require_model
from open_autoglm.gateway.tasks.schema import JobAnswer
from open_autoglm.jobs.job_store import NewJob


async def require_known_model(request: Request, model: str | None) -> None:
    """Raises UnknownModel, or Forbidden for one that the key may not ask for; None: that of the settings."""
    gateway = gateway_of(request)
    asked = model or gateway.settings.model_path
    await gateway.service.describe(asked)
    require_model(request, asked)


async def hand_in(
    request: Request,
    response: Response,
    task: str,
    file: UploadFile,
    options: Mapping[str, Any],
    secret: str | None = None,
) -> JobAnswer:
    """Raises QueueFull, OutputFailed."""
    new = NewJob(owner_of(request), task, file.filename or "file", options)
    job = await gateway_of(request).jobs.submit(new, file.file, secret)
    response.headers["location"] = f"/v1/tasks/{job.id}"
    return JobAnswer.of(job)
