"""What pages of jobs have in common: the list of one task's, or one of them, watched until it is done."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from nicegui import events, ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_task import ResultForm
from open_autoglm.web.elements import box, icon_button, side_button, words
from open_autoglm.web.job_cards import JobCard, RunningWords
from open_autoglm.web.session import Session

Go = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Jobs of ``task``: the list is at ``path``, each at ``path_of(id)``, and the rest are their words."""

    task: str
    path: str
    path_of: Callable[[str], str]
    icon: str
    title: str
    back: str
    none_yet: str
    running: RunningWords


class JobsView(ABC):
    """The list, or one job."""

    def __init__(self, session: Session, kind: Kind, *, go: Go) -> None:
        self._session = session
        self._kind = kind
        self._go = go
        self._watching: list[asyncio.Task[None]] = []

    @property
    @abstractmethod
    def _work(self) -> Any:
        """The task's work: ``forms``, ``result`` and ``rendered``."""

    @abstractmethod
    def _show_hand_in(self) -> None:
        """Where files are handed in, above the list."""

    @abstractmethod
    async def _taken(self, event: events.UploadEventArguments) -> None:
        """A file was handed in."""

    @abstractmethod
    def _show_buttons(self, job: Job) -> None:
        """What may be done with a result, beside downloading it."""

    @abstractmethod
    def _build_result(self, job: Job, result: Any) -> None:
        """The result itself."""

    async def show(self, job_id: str) -> None:
        """Build the list, or one job."""
        with box("top", "header"):
            side_button(self._session.texts)
            self._bar = box("contents")
            self._bar.style("display: contents")
        with box("body", tabindex="-1") as self._body:
            pass
        if job_id:
            await self._show_one(job_id)
        else:
            await self._show_list()

    def leave(self) -> None:
        """Whatever was watched for this page is watched no more."""
        for task in self._watching:
            task.cancel()
        self._watching.clear()

    async def _show_list(self) -> None:
        with self._bar:
            words(self._kind.title, tag="h1")
        with self._body, box("inner"):
            self._show_hand_in()
            self._cards = box("cards", "ul")
        await self._fill()

    async def _fill(self) -> None:
        listed = await to_thread.run_sync(self._session.parts.jobs.list, self._session.owner)
        jobs = [job for job in listed if job.task == self._kind.task]
        self.leave()
        self._cards.clear()
        with self._cards:
            if not jobs:
                words(self._kind.none_yet, "facts", "p")
            for job in jobs:
                self._card(job, self._fill).follow(self._watching, self._kind.running)

    def _card(self, job: Job, refresh: Callable[[], Awaitable[None]]) -> JobCard:
        kind = self._kind
        return JobCard(self._session, job, kind.icon, kind.path_of(job.id), self._go, refresh)

    async def _show_one(self, job_id: str) -> None:
        kind = self._kind
        with self._bar:
            icon_button("arrow_back", kind.back, lambda: self._go(kind.path))
        try:
            job = await to_thread.run_sync(self._session.parts.jobs.get, job_id, self._session.owner)
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar:
            words(job.file_name, tag="h1", title=job.file_name)
            box("space")
        if job.state == "done":
            await self._show_result(job)
            return

        async def again() -> None:
            await self._go(kind.path_of(job_id))

        with self._body, box("inner"), box("cards", "ul"):
            card = self._card(job, lambda: self._go(kind.path))
            card.follow(self._watching, kind.running, on_done=again)

    async def _show_result(self, job: Job) -> None:
        work = self._work
        try:
            result = await to_thread.run_sync(work.result, self._session.parts.jobs.files(job))
        except OpenAutoGLMError as error:
            with self._body:
                words(str(error), tag="p")
            return
        with self._bar:
            self._show_buttons(job)
            with icon_button("download", self._session.texts.download), ui.menu():
                for form in work.forms:
                    item = ui.menu_item(f".{form}", lambda form=form: self._download(job, form))
                    item.classes("menu-item")
        with self._body:
            self._build_result(job, result)

    async def _download(self, job: Job, form: ResultForm) -> None:
        files = self._session.parts.jobs.files(job)
        try:
            text = await to_thread.run_sync(self._work.rendered, files, form)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        ui.download.content(text, f"{job.file_name}.{form}")
