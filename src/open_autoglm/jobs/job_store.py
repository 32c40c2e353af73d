"""Jobs on disk: a row for each, and a folder with what was handed in and what came out.

<folder>/jobs.sqlite
<folder>/<id>/input<extension>   what was handed in
<folder>/<id>/result.json        written whole, before the job is called done
<folder>/<id>/made-again/        what can be made again from both, such as pictures of pages
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import IO, Any

from open_autoglm.database import Database
from open_autoglm.errors import NotFound, OpenAutoGLMError, OutputFailed
from open_autoglm.jobs.job import Job, JobFailure, JobState

MAX_NAME_CHARACTERS = 200
MAX_LISTED = 500
COPIED_BYTES = 1 << 20
"""At once."""


def _jobs(database: sqlite3.Connection) -> None:
    database.execute(
        "create table jobs (id text primary key, owner text not null, task text not null,"
        " file_name text not null, options text not null, state text not null, created text not null,"
        " started text, ended text, failure_status integer, failure_message text)"
    )
    database.execute("create index jobs_of_owner on jobs (owner, created)")


MIGRATIONS = (_jobs,)


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is handed in, beside the file itself."""

    owner: str
    task: str
    file_name: str
    options: Mapping[str, Any]


class JobStore:
    """Every method may be called from any thread. A job is seen by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = Database(folder / "jobs.sqlite", MIGRATIONS)
        self._remove_leftovers()

    def close(self) -> None:
        self._file.close()

    def add(self, new: NewJob, source: IO[bytes]) -> Job:
        """Keep the file, then the row: what is acknowledged survives everything. Raises OutputFailed."""
        job = Job(
            id=f"job-{secrets.token_hex(12)}",
            owner=new.owner,
            task=new.task,
            file_name=PurePath(new.file_name.replace("\\", "/")).name[-MAX_NAME_CHARACTERS:] or "file",
            options=new.options,
            state="queued",
            created=datetime.now(UTC),
        )
        folder = self._folder / job.id
        try:
            folder.mkdir(mode=0o700)
            with self.input_path(job).open("xb") as kept:
                shutil.copyfileobj(source, kept, COPIED_BYTES)
                kept.flush()
                os.fsync(kept.fileno())
            self._insert(job)
        except OpenAutoGLMError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise OutputFailed(
                f"{job.file_name} can't be kept: {error.strerror or error}.",
                hint="Free some room, or choose another disk with --data-dir.",
            ) from error
        return job

    def _insert(self, job: Job) -> None:
        with self._file.transaction() as database:
            database.execute(
                "insert into jobs (id, owner, task, file_name, options, state, created)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (
                    job.id,
                    job.owner,
                    job.task,
                    job.file_name,
                    json.dumps(dict(job.options), ensure_ascii=False),
                    job.state,
                    job.created.isoformat(),
                ),
            )

    def get(self, job_id: str, owner: str) -> Job:
        """Raises NotFound, also for a job of somebody else."""
        with self._file.reading() as database:
            row = database.execute(
                "select * from jobs where id = ? and owner = ?", (job_id, owner)
            ).fetchone()
        if row is None:
            raise NotFound(f"No job has the id {job_id[:60]!r}.", hint="GET /v1/tasks lists yours.")
        return _job(row)

    def list(self, owner: str) -> tuple[Job, ...]:
        """The owner's jobs, newest first, at most MAX_LISTED."""
        with self._file.reading() as database:
            rows = database.execute(
                "select * from jobs where owner = ? order by created desc limit ?", (owner, MAX_LISTED)
            ).fetchall()
        return tuple(_job(row) for row in rows)

    def unfinished(self) -> tuple[Job, ...]:
        """Jobs of all owners that were waiting or under way when the program ended, oldest first."""
        with self._file.reading() as database:
            rows = database.execute(
                "select * from jobs where state in ('queued', 'running') order by created"
            ).fetchall()
        return tuple(_job(row) for row in rows)

    def set_state(self, job_id: str, state: JobState, failure: JobFailure | None = None) -> None:
        now = datetime.now(UTC).isoformat()
        started, ended = (now, None) if state == "running" else (None, now if state != "queued" else None)
        with self._file.transaction() as database:
            database.execute(
                "update jobs set state = ?, started = coalesce(?, started), ended = ?,"
                " failure_status = ?, failure_message = ? where id = ?",
                (
                    state,
                    started,
                    ended,
                    failure.status if failure else None,
                    failure.message if failure else None,
                    job_id,
                ),
            )

    def remove(self, job: Job) -> None:
        """The row first: what is left of the folder after a crash is removed at the next start."""
        with self._file.transaction() as database:
            database.execute("delete from jobs where id = ?", (job.id,))
        shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def remove_ended_before(self, moment: datetime) -> int:
        """Forget the jobs of all owners that ended before it, with their files. Answers how many."""
        with self._file.transaction() as database:
            until = (moment.astimezone(UTC).isoformat(),)
            rows = database.execute("select id from jobs where ended < ?", until).fetchall()
            database.execute("delete from jobs where ended < ?", until)
        for row in rows:
            shutil.rmtree(self._folder / row["id"], ignore_errors=True)
        return len(rows)

    def input_path(self, job: Job) -> Path:
        """Where its file lies; the extension is kept, since some formats are known by it alone."""
        extension = PurePath(job.file_name).suffix.lower()
        plain = extension[1:].isascii() and extension[1:].isalnum() and len(extension) <= 10
        return self._folder / job.id / f"input{extension if plain else ''}"

    def result_path(self, job: Job) -> Path:
        return self._folder / job.id / "result.json"

    def _remove_leftovers(self) -> None:
        """Folders of jobs that were never acknowledged, or already removed."""
        with self._file.reading() as database:
            known = {row["id"] for row in database.execute("select id from jobs")}
        for folder in self._folder.glob("job-*"):
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)


def _job(row: sqlite3.Row) -> Job:
    failure = None
    if row["failure_message"] is not None:
        failure = JobFailure(int(row["failure_status"]), str(row["failure_message"]))
    return Job(
        id=row["id"],
        owner=row["owner"],
        task=row["task"],
        file_name=row["file_name"],
        options=json.loads(row["options"]),
        state=row["state"],
        created=datetime.fromisoformat(row["created"]),
        started=datetime.fromisoformat(row["started"]) if row["started"] else None,
        ended=datetime.fromisoformat(row["ended"]) if row["ended"] else None,
        failure=failure,
    )
