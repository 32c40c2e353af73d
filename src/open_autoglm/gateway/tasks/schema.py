"""Jobs as they stand in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from open_autoglm.gateway.public_message import public_text
from open_autoglm.jobs.job import Job, JobState

JobId = Annotated[str, Path(description="The id that the task got when it was handed in.", max_length=100)]


class Progress(BaseModel):
    stage: str = Field(
        description="What is being done: of document_parse model, open, read, notes, fields, summary; "
        "of video_analysis open, measure, analyse, model, look, report, answers, pictures; "
        "of code_fix read, reproduce, search, model, load, prove, explain."
    )
    done: int = Field(description="Pages, requests, seconds of a recording, or changes tried.")
    total: int = Field(description="0 while it is unknown.")
    seconds_left: float | None
    numbers: dict[str, float] = Field(
        description="Of video_analysis: frames_per_second, real_time_factor, events."
    )


class JobError(BaseModel):
    status: int
    message: str


class JobAnswer(BaseModel):
    id: str
    object: Literal["task"] = "task"
    task: str
    file_name: str
    options: dict[str, Any]
    state: JobState
    created: datetime
    started: datetime | None
    ended: datetime | None
    progress: Progress
    error: JobError | None

    @classmethod
    def of(cls, job: Job) -> JobAnswer:
        return cls(
            id=job.id,
            task=job.task,
            file_name=job.file_name,
            options=dict(job.options),
            state=job.state,
            created=job.created,
            started=job.started,
            ended=job.ended,
            progress=Progress(
                stage=job.progress.stage,
                done=job.progress.done,
                total=job.progress.total,
                seconds_left=job.progress.seconds_left,
                numbers=dict(job.progress.numbers),
            ),
            error=None
            if job.failure is None
            else JobError(status=job.failure.status, message=public_text(job.failure.message)),
        )


class JobList(BaseModel):
    object: Literal["list"] = "list"
    data: list[JobAnswer]
