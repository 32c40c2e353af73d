"""Gives every page its own time, and all of them together a limit."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    url: str
    status: str
    """``"ok"``, ``"timeout"``, ``"error"`` or ``"skipped"``."""
    value: object = None


async def fetch_one(fetch, url, seconds):
    """Return the outcome of one page: its content, or what kept it from coming.

    A fetch that takes longer than ``seconds`` is cancelled and has the status ``"timeout"``; one
    that raises OSError has ``"error"`` and the error's text as its value. Other errors are raised.
    """
    try:
        async with asyncio.timeout(seconds):
            return Outcome(url, "ok", await fetch(url))
    except TimeoutError:
        return Outcome(url, "timeout")
    except OSError as error:
        return Outcome(url, "error", str(error))


async def fetch_within(fetch, urls, each, total):
    """Return the outcomes of all pages, in the order of the addresses.

    All are fetched at the same time, each for at most ``each`` seconds. Those that are not done
    after ``total`` seconds are cancelled and have the status ``"skipped"``. If one raises an error
    that is no outcome, the others are cancelled and the error is raised.
    """
    tasks = [asyncio.create_task(fetch_one(fetch, url, each)) for url in urls]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, timeout=total, return_when=asyncio.FIRST_EXCEPTION)
        return [
            task.result() if task.done() else Outcome(url, "skipped")
            for url, task in zip(urls, tasks, strict=True)
        ]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def counts(outcomes):
    """Return how many outcomes have each status; a status that none has is not listed."""
    found = {}
    for outcome in outcomes:
        found[outcome.status] = found.get(outcome.status, 0) + 1
    return found
