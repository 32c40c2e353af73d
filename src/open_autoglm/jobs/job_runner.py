"""Runs jobs one after another beside everything else, tells whoever watches, and goes on after a restart."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Protocol, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

from open_autoglm.errors import Cancelled, OpenAutoGLMError, QueueFull, UsageError
from open_autoglm.jobs.job import Job, JobFailure, JobProgress, JobState
from open_autoglm.jobs.job_store import JobStore, NewJob
from open_autoglm.stop_signal import StopSignal

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_UNFINISHED = 100
"""Jobs that may wait or run, of all owners together."""
MAX_UNFINISHED_OF_ONE = 20
"""Of one owner, so that nobody takes all the places."""
FORGET_EVERY_S = 24 * 60 * 60.0
"""How often jobs that have grown too old are looked for."""
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
    """Methods belong to the event loop in which ``running`` was entered, except where they say otherwise.

    The store is written beside the loop, since a flush waits for the disk. ``keep`` is how long jobs stay
    that have ended; None: for ever.
    """

    def __init__(
        self, store: JobStore, work: Mapping[str, JobWork], *, keep: timedelta | None = None
    ) -> None:
        self._store = store
        self._work = work
        self._keep = keep
        self._arriving: Counter[str] = Counter()
        self._waiting: deque[str] = deque()
        self._jobs: dict[str, Job] = {}
        self._secrets: dict[str, str] = {}
        self._running: tuple[str, StopSignal] | None = None
        self._closing = False
        self._arrived = anyio.Event()
        self._changed = anyio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Jobs run while the block does. What is under way at its end is taken up at the next start."""
        for job in await anyio.to_thread.run_sync(self._store.unfinished):
            self._enqueue(job)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run_all)
            if self._keep is not None:
                tasks.start_soon(self._forget_ended, self._keep)
            try:
                yield
            finally:
                self._closing = True
                if self._running is not None:
                    self._running[1].stop()
                tasks.cancel_scope.cancel()

    async def submit(self, new: NewJob, source: IO[bytes], secret: str | None = None) -> Job:
        """Keep the file and put the job in line. Raises UsageError, QueueFull, OutputFailed."""
        if new.task not in self._work:
            raise UsageError(f"Unknown task {new.task!r}.", hint=f"Available: {', '.join(self._work)}.")
        self._require_place(new.owner)
        self._arriving[new.owner] += 1
        try:
            job = await anyio.to_thread.run_sync(self._store.add, new, source)
        finally:
            self._arriving[new.owner] -= 1
        if secret:
            self._secrets[job.id] = secret
        self._enqueue(job)
        return job

    def get(self, job_id: str, owner: str) -> Job:
        """The job with its progress. Raises NotFound. It may read the disk; callable from any thread."""
        live = self._jobs.get(job_id)
        return live if live is not None and live.owner == owner else self._store.get(job_id, owner)

    def list(self, owner: str) -> tuple[Job, ...]:
        """Newest first. It reads the disk; callable from any thread."""
        return tuple(self._jobs.get(job.id, job) for job in self._store.list(owner))

    def files(self, job: Job) -> JobFiles:
        result = self._store.result_path(job)
        return JobFiles(self._store.input_path(job), result, result.parent / MADE_AGAIN)

    async def watch(self, job_id: str, owner: str) -> AsyncGenerator[Job, None]:
        """The job now, and again after each change until it has ended. Raises NotFound."""
        # Taken before looking: what changes while somebody looks, or is told, wakes the next wait at once.
        changed = self._changed
        job = await anyio.to_thread.run_sync(self.get, job_id, owner)
        yield job
        while not job.has_ended:
            await changed.wait()
            changed = self._changed
            newer = await anyio.to_thread.run_sync(self.get, job_id, owner)
            if newer != job:
                job = newer
                yield job

    async def cancel(self, job_id: str, owner: str) -> Job:
        """Stop a job that waits or runs; one that has ended stays as it is. Raises NotFound."""
        job = await anyio.to_thread.run_sync(self.get, job_id, owner)
        if self._running is not None and self._running[0] == job_id:
            self._running[1].stop()
        elif job_id in self._waiting:  # else it has ended, or somebody else is cancelling it now
            self._waiting.remove(job_id)
            await self._end(job, "cancelled")
        return await anyio.to_thread.run_sync(self.get, job_id, owner)

    async def remove(self, job_id: str, owner: str) -> None:
        """Forget a job that has ended, with its files. Raises NotFound, UsageError while it runs."""
        job = await anyio.to_thread.run_sync(self.get, job_id, owner)
        if not job.has_ended:
            raise UsageError(f"Job {job.id} is {job.state}.", hint="Cancel it first.")
        await anyio.to_thread.run_sync(self._store.remove, job)
        self._jobs.pop(job.id, None)

    def _require_place(self, owner: str) -> None:
        unfinished = Counter(job.owner for job in self._jobs.values() if not job.has_ended)
        unfinished.update(self._arriving)
        if unfinished[owner] >= MAX_UNFINISHED_OF_ONE:
            raise QueueFull(
                f"{unfinished[owner]} of your jobs are waiting, and no more may.",
                hint="Wait for one to end, or cancel one.",
                retry_after_s=RETRY_AFTER_S,
            )
        if unfinished.total() >= MAX_UNFINISHED:
            raise QueueFull(
                f"{unfinished.total()} jobs are waiting, and no more may.", retry_after_s=RETRY_AFTER_S
            )

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

        stop = StopSignal()
        self._running = (job.id, stop)
        try:
            job = self._jobs[job.id] = await _written(partial(self._begun, job))
            self._tell()
            _require_going_on(stop)
            run = JobRun(job, self.files(job), report, stop, self._secrets.get(job.id))
            await anyio.to_thread.run_sync(self._work[job.task], run)
            await self._end(job, "done")
        except Cancelled:
            if not self._closing:  # cut off by the end of the program, it is taken up at the next start
                await self._end(job, "cancelled")
        except OpenAutoGLMError as error:
            await self._end(job, "failed", JobFailure(error.status, str(error)))
        except Exception as error:  # one defect must not end the jobs after it
            logger.exception("job %s failed unexpectedly", job.id)
            await self._end(job, "failed", JobFailure(500, f"Unexpected {type(error).__name__}: a defect."))
        finally:
            self._running = None

    def _begun(self, job: Job) -> Job:
        self._store.set_state(job.id, "running")
        return self._store.get(job.id, job.owner)

    async def _forget_ended(self, keep: timedelta) -> None:
        """Remove jobs that have grown too old, now and once a day."""
        while True:
            try:
                forgotten = await anyio.to_thread.run_sync(
                    self._store.remove_ended_before, datetime.now(UTC) - keep
                )
            except OpenAutoGLMError as error:  # a full disk: the next day has another chance
                logger.warning("jobs that have grown too old can't be removed: %s", error)
            else:
                if forgotten:
                    logger.info("%d jobs were removed, which ended more than %s ago", forgotten, keep)
            await anyio.sleep(FORGET_EVERY_S)

    def _progressed(self, job_id: str, progress: JobProgress) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            self._jobs[job_id] = dataclasses.replace(job, progress=progress)
            self._tell()

    async def _end(self, job: Job, state: JobState, failure: JobFailure | None = None) -> None:
        try:
            await _written(partial(self._store.set_state, job.id, state, failure))
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


def _require_going_on(stop: StopSignal) -> None:
    """Raises Cancelled where the job was cancelled while its start was written."""
    if stop():
        raise Cancelled("Stopped before it began.")


async def _written(write: Callable[[], T]) -> T:
    """Write beside the event loop. Once it has begun nobody's leaving cuts it off, so that memory and disk
    agree on how a job stands."""
    with anyio.CancelScope(shield=True):
        result = await anyio.to_thread.run_sync(write)
    return result  # noqa: RET504 - to the type checker, a scope may swallow what its block raises
