"""``/v1/tasks``: jobs are handed in, listed, watched, fetched, stopped and removed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from open_autoglm.errors import NotFound
from open_autoglm.gateway.answering import server_sent
from open_autoglm.gateway.event_stream import EventStream
from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.state import gateway_of, owner_of
from open_autoglm.gateway.tasks import code_fix, document_parse, video_analysis
from open_autoglm.gateway.tasks.schema import JobAnswer, JobId, JobList
from open_autoglm.jobs.code_fix import TASK as CODE
from open_autoglm.jobs.document_parse import TASK as DOCUMENT
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_task import ResultForm, require_form
from open_autoglm.jobs.video_analysis import TASK as VIDEO

MEDIA_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 404, 413, 422, 429, 507)
}

router = APIRouter(prefix="/v1/tasks", tags=["tasks"], responses=_ERRORS)

PAGE_POLICIES = {
    CODE: "default-src 'none'; style-src 'unsafe-inline'",
    DOCUMENT: "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    VIDEO: (
        "sandbox allow-scripts; default-src 'none'; img-src data:; media-src blob:; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    ),
}
"""A result as a page shows what is in it and reaches nothing else: not the network, and, where it moves a
timeline of its own, not this origin either."""

for _task in (code_fix, document_parse, video_analysis):
    router.include_router(_task.router)


@router.get("", operation_id="list_tasks")
async def list_tasks(request: Request) -> JobList:
    """Your tasks, the newest first."""
    jobs = await anyio.to_thread.run_sync(gateway_of(request).jobs.list, owner_of(request))
    return JobList(data=[JobAnswer.of(job) for job in jobs])


@router.get("/{job_id}", operation_id="get_task")
async def get_task(request: Request, job_id: JobId) -> JobAnswer:
    """The task as it is now."""
    jobs = gateway_of(request).jobs
    return JobAnswer.of(await anyio.to_thread.run_sync(jobs.get, job_id, owner_of(request)))


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
    await anyio.to_thread.run_sync(jobs.get, job_id, owner)

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
    """What came out: ``json``, ``md``, ``html`` of all, ``txt`` of documents and code, ``csv`` of videos."""
    gateway, owner = gateway_of(request), owner_of(request)
    job = await anyio.to_thread.run_sync(gateway.jobs.get, job_id, owner)
    if job.state != "done":
        why = f": {job.failure.message}" if job.failure else "."
        raise NotFound(f"Task {job.id} has no result, it is {job.state}{why}")
    task = gateway.tasks[job.task]
    require_form(task, job.task, form)
    text = await anyio.to_thread.run_sync(task.rendered, gateway.jobs.files(job), form)
    headers = {"content-security-policy": PAGE_POLICIES[job.task]}
    return Response(text, media_type=MEDIA_TYPES[form], headers=headers if form == "html" else None)


@router.post("/{job_id}/cancel", operation_id="cancel_task")
async def cancel_task(request: Request, job_id: JobId) -> JobAnswer:
    """Stop a task; one that has ended stays as it is. What is finished of it is kept for the next time."""
    return JobAnswer.of(await gateway_of(request).jobs.cancel(job_id, owner_of(request)))


@router.delete("/{job_id}", status_code=204, operation_id="delete_task")
async def delete_task(request: Request, job_id: JobId) -> None:
    """Forget a task that has ended, with its file and its result."""
    await gateway_of(request).jobs.remove(job_id, owner_of(request))


def _event(job: Job) -> bytes:
    return server_sent(JobAnswer.of(job).model_dump(mode="json"), event="ended" if job.has_ended else "task")
