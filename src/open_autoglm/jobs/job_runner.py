"""Runs jobs one after another beside everything else, tells whoever watches, and goes on after a restart."""

from __future__ import annotations

import dataclasses
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import anyio
import anyio.from_thread
import anyio.to_thread

from open_autoglm.errors import Cancelled, OpenAutoGLMError, QueueFull, UsageError
from open_autoglm.jobs.job import Job, JobFailure, JobProgress, JobState
from open_autoglm.jobs.job_store import JobStore, NewJob
from open_autoglm.stop_signal import StopSignal

logger = logging.getLogger(__name__)

MAX_UNFINISHED = 100
"""Jobs that may wait or run, of all owners together."""
RETRY_AFTER_S = 60
MADE_AGAIN = "made-again"


@dataclass(frozen=True, slots=True)
class JobFiles:
    source: Path
    result: Path
    made_again: Path
    """A folder for what can be made again from these two; it goes with the job."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """What the work of one job is given."""

    job: Job
    files: JobFiles
    report: Callable[[JobProgress], None]
    stop: StopSignal
    secret: str | None = field(default=None, repr=False)
    """Opens the file; it is never kept on disk, so a restart loses it."""


class JobWork(Protocol):
    """What one task does. Runs in a thread of its own."""

    def __call__(self, run: JobRun) -> None:
        """Write ``run.files.result`` whole. Raises Cancelled soon after ``run.stop`` is set."""


class JobRunner:
    """Methods belong to the event loop in which ``running`` was entered."""

    def __init__(self, store: JobStore, work: Mapping[str, JobWork]) -> None:
        self._store = store
        self._work = work
        self._waiting: deque[str] = deque()
        self._jobs: dict[str, Job] = {}
        self._secrets: dict[str, str] = {}
        self._running: JobRun | None = None
        self._closing = False
        self._arrived = anyio.Event()
        self._changed = anyio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Jobs run while the block does. What is under way at its end is taken up at the next start."""
        for job in self._store.unfinished():
            self._enqueue(job)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run_all)
            try:
                yield
            finally:
                self._closing = True
                if self._running is not None:
                    self._running.stop.stop()
                tasks.cancel_scope.cancel()

    async def submit(self, new: NewJob, source: IO[bytes], secret: str | None = None) -> Job:
        """Keep the file and put the job in line. Raises UsageError, QueueFull, OutputFailed."""
        if new.task not in self._work:
            raise UsageError(f"Unknown task {new.task!r}.", hint=f"Available: {', '.join(self._work)}.")
        if len(self._jobs) >= MAX_UNFINISHED:
            raise QueueFull(
                f"{len(self._jobs)} jobs are waiting, and no more may.", retry_after_s=RETRY_AFTER_S
            )
        job = await anyio.to_thread.run_sync(self._store.add, new, source)
        if secret:
            self._secrets[job.id] = secret
        self._enqueue(job)
        return job

    def get(self, job_id: str, owner: str) -> Job:
        """The job with its progress. Raises NotFound."""
        live = self._jobs.get(job_id)
        return live if live is not None and live.owner == owner else self._store.get(job_id, owner)

    def list(self, owner: str) -> tuple[Job, ...]:
        return tuple(self._jobs.get(job.id, job) for job in self._store.list(owner))

    def files(self, job: Job) -> JobFiles:
        result = self._store.result_path(job)
        return JobFiles(self._store.input_path(job), result, result.parent / MADE_AGAIN)

    async def watch(self, job_id: str, owner: str) -> AsyncGenerator[Job, None]:
        """The job now, and again after each change until it has ended. Raises NotFound."""
        job = self.get(job_id, owner)
        yield job
        while not job.has_ended:
            await self._changed.wait()
            newer = self.get(job_id, owner)
            if newer != job:
                job = newer
                yield job

    def cancel(self, job_id: str, owner: str) -> Job:
        """Stop a job that waits or runs; one that has ended stays as it is. Raises NotFound."""
        job = self.get(job_id, owner)
        if job.has_ended:
            return job
        if self._running is not None and self._running.job.id == job_id:
            self._running.stop.stop()
            return job
        self._waiting.remove(job_id)
        self._end(job, "cancelled")
        return self.get(job_id, owner)

    async def remove(self, job_id: str, owner: str) -> None:
        """Forget a job that has ended, with its files. Raises NotFound, UsageError while it runs."""
        job = self.get(job_id, owner)
        if not job.has_ended:
            raise UsageError(f"Job {job.id} is {job.state}.", hint="Cancel it first.")
        await anyio.to_thread.run_sync(self._store.remove, job)
        self._jobs.pop(job.id, None)

    def _enqueue(self, job: Job) -> None:
        self._jobs[job.id] = dataclasses.replace(job, state="queued")
        self._waiting.append(job.id)
        self._arrived.set()
        self._tell()

    async def _run_all(self) -> None:
        while True:
            while not self._waiting:
                self._arrived = anyio.Event()
                await self._arrived.wait()
            await self._run_one(self._jobs[self._waiting.popleft()])

    async def _run_one(self, job: Job) -> None:
        def report(progress: JobProgress) -> None:
            anyio.from_thread.run_sync(self._progressed, job.id, progress)

        try:
            self._store.set_state(job.id, "running")
            job = self._jobs[job.id] = self._store.get(job.id, job.owner)
            run = JobRun(job, self.files(job), report, StopSignal(), self._secrets.get(job.id))
            self._running = run
            self._tell()
            await anyio.to_thread.run_sync(self._work[job.task], run)
            self._end(job, "done")
        except Cancelled:
            if not self._closing:  # cut off by the end of the program, it is taken up at the next start
                self._end(job, "cancelled")
        except OpenAutoGLMError as error:
            self._end(job, "failed", JobFailure(error.status, str(error)))
        except Exception as error:  # one defect must not end the jobs after it
            logger.exception("job %s failed unexpectedly", job.id)
            self._end(job, "failed", JobFailure(500, f"Unexpected {type(error).__name__}: a defect."))
        finally:
            self._running = None

    def _progressed(self, job_id: str, progress: JobProgress) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            self._jobs[job_id] = dataclasses.replace(job, progress=progress)
            self._tell()

    def _end(self, job: Job, state: JobState, failure: JobFailure | None = None) -> None:
        try:
            self._store.set_state(job.id, state, failure)
            self._jobs.pop(job.id, None)
        except OpenAutoGLMError as error:  # a full disk: its end is not kept, so the next start repeats it
            logger.warning("job %s has ended, which is not written down: %s", job.id, error)
            told = JobFailure(error.status, str(error))
            self._jobs[job.id] = dataclasses.replace(job, state="failed", failure=told)
        self._secrets.pop(job.id, None)
        self._tell()

    def _tell(self) -> None:
        """Wake whoever watches."""
        self._changed.set()
        self._changed = anyio.Event()
