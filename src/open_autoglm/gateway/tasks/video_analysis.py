"""``/v1/tasks/video_analysis``: a recording is handed in; the pictures of its events are fetched."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, File, Form, Path, Request, Response, UploadFile

from open_autoglm.errors import NotFound
from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.state import gateway_of, owner_of
from open_autoglm.gateway.tasks.hand_in import hand_in, require_known_model
from open_autoglm.gateway.tasks.schema import JobAnswer, JobId
from open_autoglm.jobs.video_analysis import (
    MAX_QUESTION_CHARACTERS,
    MAX_QUESTIONS,
    TASK,
    VideoAnalysisOptions,
)

router = APIRouter()
_NO_DETECTOR: dict[int | str, dict[str, Any]] = {503: {"model": ErrorAnswer}}

Question = Annotated[str, Form(max_length=MAX_QUESTION_CHARACTERS)]


@router.post("/video_analysis", status_code=202, operation_id="analyze_video", responses=_NO_DETECTOR)
async def analyze_video(
    request: Request,
    response: Response,
    file: Annotated[UploadFile, File(description="The recording, in any container.")],
    model: Annotated[str | None, Form(description="Writes the report.")] = None,
    language: Annotated[Literal["auto", "zh", "en"], Form(description="Of the report.")] = "auto",
    zones: Annotated[
        str | None,
        Form(description="Zones and rules, in the YAML or JSON of --zones.", max_length=1_000_000),
    ] = None,
    questions: Annotated[
        list[Question], Form(description="To be answered with times.", max_length=MAX_QUESTIONS)
    ] = [],  # noqa: B006 - as FastAPI reads it, never changed
    detect_fps: Annotated[
        float | None, Form(ge=0.1, le=60, description="Detections in a second of the recording.")
    ] = None,
    use_model: Annotated[bool, Form(description="false: rules write report and answers.")] = True,
) -> JobAnswer:
    """Hand a recording in. The answer comes at once; the work goes on and survives a restart."""
    options = VideoAnalysisOptions(
        model=model or None,
        language=language,
        zones=zones or None,
        questions=tuple(question for question in questions if question.strip()),
        detect_fps=detect_fps,
        use_model=use_model,
    )
    options.check()
    await anyio.to_thread.run_sync(gateway_of(request).videos.require_detector)
    if options.use_model:
        await require_known_model(request, options.model)
    return await hand_in(request, response, TASK, file, options.model_dump(mode="json", exclude_none=True))


@router.get(
    "/{job_id}/snapshots/{event}",
    operation_id="get_snapshot",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_snapshot(
    request: Request,
    job_id: JobId,
    event: Annotated[str, Path(description="The id of an event of the result.", max_length=100)],
) -> Response:
    """The picture of an event at its peak, with its boxes and its zone drawn."""
    gateway = gateway_of(request)
    job = await anyio.to_thread.run_sync(gateway.jobs.get, job_id, owner_of(request))
    if job.task != TASK or job.state != "done":
        raise NotFound(f"Task {job.id} has no pictures of events.")
    jpeg = await anyio.to_thread.run_sync(gateway.videos.snapshot, gateway.jobs.files(job), event)
    return Response(jpeg, media_type="image/jpeg")
