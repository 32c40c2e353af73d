"""``/v1/tasks``: jobs are handed in, listed, watched, fetched, stopped and removed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile

from open_autoglm.errors import NotFound
from open_autoglm.gateway.answering import server_sent
from open_autoglm.gateway.event_stream import EventStream
from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.state import gateway_of, owner_of, require_model
from open_autoglm.gateway.tasks.schema import JobAnswer, JobList
from open_autoglm.jobs.document_parse import TASK, DocumentParseOptions, ResultForm
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_store import NewJob

MEDIA_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 404, 413, 422, 429, 507)
}

router = APIRouter(prefix="/v1/tasks", tags=["tasks"], responses=_ERRORS)

JobId = Annotated[str, Path(description="The id that the task got when it was handed in.", max_length=100)]


@router.post("/document_parse", status_code=202, operation_id="parse_document")
async def parse_document(
    request: Request,
    response: Response,
    file: Annotated[UploadFile, File(description="The document; see /v1/tasks/{id}/result for what comes.")],
    model: Annotated[str | None, Form()] = None,
    pages: Annotated[str | None, Form(description="For example 1-3,7 or 12-.", max_length=1000)] = None,
    language: Annotated[Literal["auto", "zh", "en"], Form()] = "auto",
    summary: Annotated[bool, Form(description="false: text and patterns only, no model.")] = True,
    fields: Annotated[str | None, Form(description="Your own fields, in YAML.", max_length=200_000)] = None,
    password: Annotated[
        str | None, Form(description="Opens an encrypted file; never kept on disk.", max_length=1000)
    ] = None,
) -> JobAnswer:
    """Hand a document in. The answer comes at once; the work goes on and survives a restart."""
    gateway = gateway_of(request)
    options = DocumentParseOptions(
        model=model or None, pages=pages or None, language=language, summary=summary, fields=fields or None
    )
    options.check()
    if options.summary or options.fields:
        asked = options.model or gateway.settings.model_path
        await gateway.service.describe(asked)
        require_model(request, asked)
    new = NewJob(owner_of(request), TASK, file.filename or "file", options.model_dump(exclude_none=True))
    job = await gateway.jobs.submit(new, file.file, password or None)
    response.headers["location"] = f"/v1/tasks/{job.id}"
    return JobAnswer.of(job)


@router.get("", operation_id="list_tasks")
async def list_tasks(request: Request) -> JobList:
    """Your tasks, the newest first."""
    jobs = gateway_of(request).jobs.list(owner_of(request))
    return JobList(data=[JobAnswer.of(job) for job in jobs])


@router.get("/{job_id}", operation_id="get_task")
async def get_task(request: Request, job_id: JobId) -> JobAnswer:
    """The task as it is now."""
    return JobAnswer.of(gateway_of(request).jobs.get(job_id, owner_of(request)))


@router.get(
    "/{job_id}/events",
    operation_id="watch_task",
    status_code=200,
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def watch_task(request: Request, job_id: JobId) -> EventStream:
    """The task now and after each change, as server-sent events, until it has ended."""
    jobs, owner = gateway_of(request).jobs, owner_of(request)
    jobs.get(job_id, owner)

    async def events() -> AsyncGenerator[bytes, None]:
        async for job in jobs.watch(job_id, owner):
            yield _event(job)

    return EventStream(events())


@router.get(
    "/{job_id}/result",
    operation_id="get_task_result",
    response_class=Response,
    responses={
        200: {
            "content": {
                "application/json": {"schema": {"type": "object"}},
                **{kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
            }
        }
    },
)
async def get_task_result(
    request: Request,
    job_id: JobId,
    form: Annotated[ResultForm, Query(alias="format", description="The form of the result.")] = "json",
) -> Response:
    """What came out. ``html`` shows the pages' pictures beside what was read."""
    gateway, owner = gateway_of(request), owner_of(request)
    job = gateway.jobs.get(job_id, owner)
    if job.state != "done":
        why = f": {job.failure.message}" if job.failure else "."
        raise NotFound(f"Task {job.id} has no result, it is {job.state}{why}")
    text = await anyio.to_thread.run_sync(gateway.documents.rendered, gateway.jobs.files(job), form)
    headers = {"content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'"}
    return Response(text, media_type=MEDIA_TYPES[form], headers=headers if form == "html" else None)


@router.post("/{job_id}/cancel", operation_id="cancel_task")
async def cancel_task(request: Request, job_id: JobId) -> JobAnswer:
    """Stop a task; one that has ended stays as it is. Pages already read are kept for the next time."""
    return JobAnswer.of(gateway_of(request).jobs.cancel(job_id, owner_of(request)))


@router.delete("/{job_id}", status_code=204, operation_id="delete_task")
async def delete_task(request: Request, job_id: JobId) -> None:
    """Forget a task that has ended, with its file and its result."""
    await gateway_of(request).jobs.remove(job_id, owner_of(request))


def _event(job: Job) -> bytes:
    return server_sent(JobAnswer.of(job).model_dump(mode="json"), event="ended" if job.has_ended else "task")
