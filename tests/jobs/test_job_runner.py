"""Jobs: acknowledged once kept, one after another, watched, stopped, and taken up after a restart."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from open_autoglm.errors import Cancelled, DamagedInput, NotFound, OutputFailed, QueueFull, UsageError
from open_autoglm.jobs import job_runner
from open_autoglm.jobs.job import Job, JobFailure, JobProgress, JobState
from open_autoglm.jobs.job_runner import JobRun, JobRunner
from open_autoglm.jobs.job_store import JobStore, NewJob

pytestmark = pytest.mark.anyio

Work = Callable[[JobRun], None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def runner_of(folder: Path, work: Work, *, keep: timedelta | None = None) -> AsyncIterator[JobRunner]:
    store = JobStore(folder)
    runner = JobRunner(store, {"copy": work}, keep=keep)
    try:
        async with runner.running():
            yield runner
    finally:
        store.close()


def copy(run: JobRun) -> None:
    run.report(JobProgress("copy", 1, 2))
    copy_only(run)


def copy_only(run: JobRun) -> None:
    run.files.result.write_bytes(run.files.source.read_bytes())


def wait_for_stop(run: JobRun) -> None:
    run.report(JobProgress("wait"))
    stopped = threading.Event()
    run.stop.on_stop(stopped.set)
    assert stopped.wait(30)
    raise Cancelled("Stopped.")


def new_job(owner: str = "ada", name: str = "a.txt") -> NewJob:
    return NewJob(owner, "copy", name, {"pages": "1"})


async def ended(runner: JobRunner, job: Job) -> Job:
    with anyio.fail_after(30):
        seen = [one async for one in runner.watch(job.id, job.owner)]
    return seen[-1]


async def until_running(runner: JobRunner, job: Job) -> None:
    with anyio.fail_after(30):
        async for one in runner.watch(job.id, job.owner):
            if one.progress.stage:
                return


async def test_a_job_is_done_and_its_result_is_there(tmp_path: Path) -> None:
    async with runner_of(tmp_path, copy) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"hello"))
        last = await ended(runner, job)
        assert last.state == "done"
        assert last.started is not None
        assert last.ended is not None
        assert runner.files(last).result.read_bytes() == b"hello"


async def test_whoever_watches_sees_each_step_in_order(tmp_path: Path) -> None:
    go_on = threading.Event()

    def work(run: JobRun) -> None:
        assert go_on.wait(30)
        copy(run)

    async with runner_of(tmp_path, work) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        states: list[str] = []
        with anyio.fail_after(30):
            async for one in runner.watch(job.id, "ada"):
                states.append(one.state)
                go_on.set()
    assert states == sorted(states, key=["queued", "running", "done"].index)
    assert states[-1] == "done"


async def test_whoever_looks_away_while_a_job_ends_is_told_of_it(tmp_path: Path) -> None:
    async with runner_of(tmp_path, copy) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        with anyio.fail_after(30):
            async for one in runner.watch(job.id, "ada"):
                if not one.has_ended:
                    await ended(runner, job)
    assert one.state == "done"


async def test_a_flush_that_takes_long_does_not_hold_up_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushing, go_on = threading.Event(), threading.Event()
    set_state = JobStore.set_state

    def slow(store: JobStore, job_id: str, state: JobState, failure: JobFailure | None = None) -> None:
        flushing.set()
        assert go_on.wait(30), "the event loop was held up"
        set_state(store, job_id, state, failure)

    monkeypatch.setattr(JobStore, "set_state", slow)
    async with runner_of(tmp_path, copy) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await anyio.to_thread.run_sync(flushing.wait)
        go_on.set()
        assert (await ended(runner, job)).state == "done"


async def test_a_job_is_cancelled_while_its_start_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, go_on = threading.Event(), threading.Event()
    set_state = JobStore.set_state

    def slow(store: JobStore, job_id: str, state: JobState, failure: JobFailure | None = None) -> None:
        if state == "running":
            starting.set()
            assert go_on.wait(30)
        set_state(store, job_id, state, failure)

    def never(_: JobRun) -> None:
        raise AssertionError("it was cancelled before")

    monkeypatch.setattr(JobStore, "set_state", slow)
    async with runner_of(tmp_path, never) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await anyio.to_thread.run_sync(starting.wait)
        await runner.cancel(job.id, "ada")
        go_on.set()
        assert (await ended(runner, job)).state == "cancelled"


async def test_what_is_finished_while_the_program_ends_is_not_done_again(tmp_path: Path) -> None:
    def finish_anyway(run: JobRun) -> None:
        run.report(JobProgress("last page"))
        stopped = threading.Event()
        run.stop.on_stop(stopped.set)
        assert stopped.wait(30)
        copy_only(run)

    async with runner_of(tmp_path, finish_anyway) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await until_running(runner, job)
    store = JobStore(tmp_path)
    assert store.get(job.id, "ada").state == "done"
    store.close()


async def test_a_job_is_nobody_elses(tmp_path: Path) -> None:
    async with runner_of(tmp_path, copy) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await ended(runner, job)
        assert runner.list("bob") == ()
        with pytest.raises(NotFound):
            runner.get(job.id, "bob")
        for refused in (runner.cancel, runner.remove):
            with pytest.raises(NotFound):
                await refused(job.id, "bob")


async def test_a_running_job_stops_when_it_is_cancelled(tmp_path: Path) -> None:
    async with runner_of(tmp_path, wait_for_stop) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await until_running(runner, job)
        await runner.cancel(job.id, "ada")
        assert (await ended(runner, job)).state == "cancelled"


async def test_a_waiting_job_is_cancelled_without_a_start(tmp_path: Path) -> None:
    async with runner_of(tmp_path, wait_for_stop) as runner:
        first = await runner.submit(new_job(), io.BytesIO(b"x"))
        await until_running(runner, first)
        second = await runner.submit(new_job(), io.BytesIO(b"x"))
        cancelled = await runner.cancel(second.id, "ada")
        assert cancelled.state == "cancelled"
        assert cancelled.started is None
        assert (await runner.cancel(second.id, "ada")).state == "cancelled"


async def test_a_failure_is_one_sentence_with_its_status(tmp_path: Path) -> None:
    def fail(run: JobRun) -> None:
        raise DamagedInput(f"{run.job.file_name} is cut off.", hint="Send it again.")

    async with runner_of(tmp_path, fail) as runner:
        last = await ended(runner, await runner.submit(new_job(), io.BytesIO(b"x")))
    assert last.state == "failed"
    assert last.failure is not None
    assert last.failure.status == 422
    assert last.failure.message == "a.txt is cut off. Send it again."


async def test_a_defect_fails_its_job_and_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def defect(run: JobRun) -> None:
        if run.job.file_name == "bad.txt":
            raise ZeroDivisionError
        copy(run)

    async with runner_of(tmp_path, defect) as runner:
        bad = await runner.submit(new_job(name="bad.txt"), io.BytesIO(b"x"))
        good = await runner.submit(new_job(), io.BytesIO(b"x"))
        assert (await ended(runner, bad)).state == "failed"
        assert (await ended(runner, good)).state == "done"


async def test_a_full_disk_fails_the_job_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with runner_of(tmp_path, copy) as runner:
        with monkeypatch.context() as full:

            def refuse(_: JobStore, job_id: str, state: JobState, failure: JobFailure | None = None) -> None:
                raise OutputFailed("The disk is full.")

            full.setattr(JobStore, "set_state", refuse)
            bad = await runner.submit(new_job(name="bad.txt"), io.BytesIO(b"x"))
            last = await ended(runner, bad)
        assert last.state == "failed"
        assert last.failure is not None
        assert last.failure.status == OutputFailed.status
        good = await runner.submit(new_job(), io.BytesIO(b"x"))
        assert (await ended(runner, good)).state == "done"
        assert runner.get(bad.id, "ada").has_ended
    assert "The disk is full" in caplog.text


def test_a_job_that_could_not_be_noted_leaves_no_file(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    store.close()
    with pytest.raises(OutputFailed):
        store.add(new_job(), io.BytesIO(b"x"))
    assert not list(tmp_path.glob("job-*"))


async def test_what_waited_or_ran_is_taken_up_after_a_restart(tmp_path: Path) -> None:
    async with runner_of(tmp_path, wait_for_stop) as runner:
        running = await runner.submit(new_job(), io.BytesIO(b"first"))
        await until_running(runner, running)
        waiting = await runner.submit(new_job(), io.BytesIO(b"second"))
    async with runner_of(tmp_path, copy) as runner:
        for job, content in ((running, b"first"), (waiting, b"second")):
            last = await ended(runner, job)
            assert last.state == "done"
            assert runner.files(last).result.read_bytes() == content


async def test_a_password_is_never_on_disk(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def work(run: JobRun) -> None:
        seen.append(run.secret)
        copy(run)

    async with runner_of(tmp_path, work) as runner:
        await ended(runner, await runner.submit(new_job(), io.BytesIO(b"x"), "open sesame"))
    assert seen == ["open sesame"]
    assert not any(b"open sesame" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


async def test_a_removed_job_leaves_no_file(tmp_path: Path) -> None:
    async with runner_of(tmp_path, copy) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        last = await ended(runner, job)
        await runner.remove(job.id, "ada")
        assert not runner.files(last).source.parent.exists()
        with pytest.raises(NotFound):
            runner.get(job.id, "ada")


async def test_one_owner_does_not_take_all_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "MAX_UNFINISHED_OF_ONE", 2)
    monkeypatch.setattr(job_runner, "MAX_UNFINISHED", 3)
    async with runner_of(tmp_path, wait_for_stop) as runner:
        await runner.submit(new_job("ada"), io.BytesIO(b"x"))
        second = await runner.submit(new_job("ada"), io.BytesIO(b"x"))
        with pytest.raises(QueueFull, match="2 of your jobs"):
            await runner.submit(new_job("ada"), io.BytesIO(b"x"))
        await runner.submit(new_job("bob"), io.BytesIO(b"x"))
        with pytest.raises(QueueFull, match="3 jobs are waiting"):
            await runner.submit(new_job("eve"), io.BytesIO(b"x"))
        await runner.cancel(second.id, "ada")
        await runner.submit(new_job("ada"), io.BytesIO(b"x"))


async def test_files_that_come_at_the_same_time_are_counted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_runner, "MAX_UNFINISHED_OF_ONE", 1)
    refused: list[QueueFull] = []

    async def submit() -> None:
        try:
            await runner.submit(new_job(), io.BytesIO(b"x"))
        except QueueFull as error:
            refused.append(error)

    async with runner_of(tmp_path, wait_for_stop) as runner, anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(submit)
    assert len(refused) == 2


async def test_jobs_that_ended_long_ago_are_removed_with_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with runner_of(tmp_path, copy, keep=timedelta(days=1)) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await ended(runner, job)
    async with runner_of(tmp_path, wait_for_stop, keep=timedelta(days=1)) as runner:
        waiting = await runner.submit(new_job(), io.BytesIO(b"x"))
        assert runner.get(job.id, "ada").state == "done"
    monkeypatch.setattr(job_runner, "FORGET_EVERY_S", 0.01)
    async with runner_of(tmp_path, wait_for_stop, keep=timedelta(0)) as runner:
        with anyio.fail_after(30):
            # Its row goes first, then its files.
            while runner.list("ada")[-1].id == job.id or (tmp_path / job.id).exists():
                await anyio.sleep(0.01)
        assert not runner.get(waiting.id, "ada").has_ended


def test_only_what_ended_before_the_moment_is_removed(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    job = store.add(new_job(), io.BytesIO(b"x"))
    store.set_state(job.id, "done")
    assert store.remove_ended_before(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert store.remove_ended_before(datetime.now(UTC) + timedelta(hours=1)) == 1
    store.close()


async def test_a_job_under_way_is_not_removed(tmp_path: Path) -> None:
    async with runner_of(tmp_path, wait_for_stop) as runner:
        job = await runner.submit(new_job(), io.BytesIO(b"x"))
        await until_running(runner, job)
        with pytest.raises(UsageError, match="Cancel it first"):
            await runner.remove(job.id, "ada")


async def test_an_unknown_task_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    async with runner_of(tmp_path, copy) as runner:
        with pytest.raises(UsageError, match="copy"):
            await runner.submit(NewJob("ada", "paint", "a", {}), io.BytesIO(b""))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\report.PDF", "report.PDF"),
        ("报告.pdf", "报告.pdf"),
        ("", "file"),
        ("a" * 500 + ".pdf", ("a" * 500 + ".pdf")[-200:]),
    ],
)
def test_a_file_name_is_a_name_and_no_path(tmp_path: Path, given: str, kept: str) -> None:
    store = JobStore(tmp_path)
    job = store.add(NewJob("ada", "copy", given, {}), io.BytesIO(b"x"))
    assert job.file_name == kept
    assert store.input_path(job).parent.parent == tmp_path
    assert store.input_path(job).name.isascii()
    store.close()


def test_a_folder_that_was_never_acknowledged_is_removed(tmp_path: Path) -> None:
    JobStore(tmp_path).close()
    (tmp_path / "job-0123").mkdir()
    JobStore(tmp_path).close()
    assert not (tmp_path / "job-0123").exists()
