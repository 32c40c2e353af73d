"""Works on one file or on several: one failure doesn't stop the rest, and the exit code says how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from open_autoglm.cli.input_output import Job
from open_autoglm.cli.render import print_error, print_note
from open_autoglm.errors import Cancelled, OpenAutoGLMError, OutputFailed, PartialResult

Work = Callable[[Job], Sequence[str]]
"""Makes and writes the result of one job; answers what failed in it, nothing where it is whole."""

WAIT_STEP_S = 0.2
"""A wait without a limit can't be interrupted by Ctrl-C on Windows."""


def run_files(
    jobs: Sequence[Job], work: Work, *, at_once: int = 1, stop: Callable[[], None] = lambda: None
) -> int:
    """The exit code. ``stop`` is called when one failure ends the others that run beside it.

    Raises what ``work`` raises for a single job; of several only Cancelled and OutputFailed.
    """
    if len(jobs) == 1:
        return _run_one(jobs[0], work)
    return _run_several(jobs, work, at_once, stop)


def _run_one(job: Job, work: Work) -> int:
    errors = work(job)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise PartialResult(
            f"{job.source.name} was not done whole: {errors[0]}{more}",
            hint="What is whole was written.",
        )
    return 0


def _run_several(jobs: Sequence[Job], work: Work, at_once: int, stop: Callable[[], None]) -> int:
    """Each file by itself; a full disk or Ctrl-C ends the run, any other failure only its file."""
    failures: list[OpenAutoGLMError] = []
    partial = 0
    for job, outcome in _outcomes(jobs, work, at_once, stop):
        if isinstance(outcome, OpenAutoGLMError):
            print_error(outcome if job.source.name in outcome.message else _named(outcome, job))
            failures.append(outcome)
        elif outcome:
            partial += 1
            print_note(f"{job.source.name} was not done whole: {outcome[0]}")
    whole = len(jobs) - len(failures) - partial
    print_note(f"{len(jobs)} files: {whole} whole, {partial} in part, {len(failures)} failed.")
    if whole == len(jobs):
        return 0
    codes = {error.exit_code for error in failures}
    return codes.pop() if len(failures) == len(jobs) and len(codes) == 1 else PartialResult.exit_code


def _outcomes(
    jobs: Sequence[Job], work: Work, at_once: int, stop: Callable[[], None]
) -> Iterator[tuple[Job, Sequence[str] | OpenAutoGLMError]]:
    if at_once == 1:
        for job in jobs:
            yield job, _outcome(job, work)
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="file") as pool:
        futures: dict[Future[Sequence[str] | OpenAutoGLMError], Job] = {
            pool.submit(_outcome, job, work): job for job in jobs
        }
        left = set(futures)
        try:
            while left:
                done, left = wait(left, timeout=WAIT_STEP_S, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=list(futures).index):
                    yield futures[future], future.result()
        except BaseException:
            stop()
            for future in left:
                future.cancel()
            raise


def _outcome(job: Job, work: Work) -> Sequence[str] | OpenAutoGLMError:
    try:
        return work(job)
    except (Cancelled, OutputFailed):
        raise
    except OpenAutoGLMError as error:
        return error


def _named(error: OpenAutoGLMError, job: Job) -> OpenAutoGLMError:
    return type(error)(f"{job.source.name}: {error.message}", hint=error.hint)


def count(number: int, thing: str) -> str:
    """``1 page``, ``2 pages``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
