"""A job as a card: its name, how it stands, what it has done of how much, and what may be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import background_tasks

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.job import Job
from open_autoglm.web.elements import box, icon, icon_button, link, set_words, words
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts

RunningWords = Callable[[Job, Texts], str]


class JobCard:
    """Built where it is made, in a list."""

    def __init__(
        self,
        session: Session,
        job: Job,
        icon_name: str,
        path: str,
        go: Callable[[str], Awaitable[None]],
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        self._session = session
        self._job = job
        self._refresh = refresh
        texts = session.texts
        with box("", "li") as self._card:
            icon(icon_name)
            with box("main"):
                with link(path, lambda: go(path)):
                    words(job.file_name)
                with box("facts", role="status"):
                    self._state = words("")
                self._bar = box("", "progress", max="1", aria_label=job.file_name)
            self._stop = icon_button("stop", texts.stop, self._cancel)
            self._remove = icon_button("delete", texts.remove.format(job.file_name), self._forget)

    def follow(
        self,
        watching: list[asyncio.Task[None]],
        running: RunningWords,
        *,
        on_done: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show how it stands, now and until it has ended; the task that does so is put into ``watching``."""
        self._update(self._job, running)
        if self._job.has_ended:
            return

        async def follow() -> None:
            async for job in self._session.parts.jobs.watch(self._job.id, self._session.owner):
                self._update(job, running)
                if job.state == "done" and on_done is not None:
                    background_tasks.create(on_done(), context=self._card)

        watching.append(background_tasks.create(follow(), name="watch job", context=self._card))

    def _update(self, job: Job, running: RunningWords) -> None:
        set_words(self._state, state_words(job, self._session.texts, running))
        progress = job.progress
        self._bar.visible = not job.has_ended
        if progress.total:
            self._bar.props["value"] = f"{min(1.0, progress.done / progress.total):.3f}"
        else:
            self._bar.props.pop("value", None)
            self._bar.update()
        self._stop.visible, self._remove.visible = not job.has_ended, job.has_ended

    async def _cancel(self) -> None:
        try:
            await self._session.parts.jobs.cancel(self._job.id, self._session.owner)
        except OpenAutoGLMError as error:  # removed in another window, or its store can't be read
            self._session.tell(str(error))
            await self._refresh()

    async def _forget(self) -> None:
        try:
            await self._session.parts.jobs.remove(self._job.id, self._session.owner)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        await self._refresh()


def state_words(job: Job, texts: Texts, running: RunningWords) -> str:
    """How a job stands, in one line; ``running`` says it while it runs."""
    day = f"{datetime.astimezone(job.created):%Y-%m-%d %H:%M}"
    ended = {"queued": texts.stage_queued, "done": texts.stage_done, "cancelled": texts.stage_cancelled}
    if job.state in ended:
        return f"{ended[job.state]} · {day}"
    if job.failure is not None:
        return f"{texts.stage_failed}: {job.failure.message}"
    return running(job, texts)
