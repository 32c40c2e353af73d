"""Code: handed in with its error or a test, watched while it is repaired, and what became of it."""

from __future__ import annotations

from io import BytesIO

from nicegui import events

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.code_fix import TASK, CodeFix, CodeFixOptions
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_store import NewJob
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.web.code_in import CodeForm, CodeIn
from open_autoglm.web.code_result import CodeResult
from open_autoglm.web.elements import words
from open_autoglm.web.jobs_view import Go, JobsView, Kind
from open_autoglm.web.paths import CODE, code_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts


class CodeView(JobsView):
    """The list with a form above it, or one repair."""

    def __init__(self, session: Session, *, go: Go) -> None:
        texts = session.texts
        super().__init__(
            session,
            Kind(TASK, CODE, code_path, "build", texts.codes, texts.code_back, texts.no_codes, code_words),
            go=go,
        )

    @property
    def _work(self) -> CodeFix:
        return self._session.parts.codes

    def _show_hand_in(self) -> None:
        if not self._work.runs_code:
            words(self._session.texts.code_not_run, "facts", "p")
        CodeForm(self._session, self._start)

    async def _taken(self, event: events.UploadEventArguments) -> None:
        """The form itself takes files: what is in them may still be changed."""

    async def _start(self, code: CodeIn) -> None:
        session = self._session
        options = CodeFixOptions(
            model=code.model,
            language=session.visitor.language,
            error=code.error or None,
            test=code.test or None,
            use_model=code.model is not None,
        )
        try:
            options.check(code.name)
            if code.model is not None:
                session.shared.door.require_model(session.owner, code.model)
                await session.parts.service.describe(code.model)  # said now, not after minutes of work
            new = NewJob(session.owner, TASK, code.name, options.model_dump(exclude_none=True))
            job = await session.parts.jobs.submit(new, BytesIO(code.text.encode("utf-8")))
        except OpenAutoGLMError as error:
            session.tell(str(error))
            return
        await self._go(code_path(job.id))

    def _show_buttons(self, job: Job) -> None:
        """What may be done with a repair stands beside it."""

    def _build_result(self, job: Job, result: FixedCode) -> None:
        CodeResult(self._session, job, result).show()


def code_words(job: Job, texts: Texts) -> str:
    """How far a repair has come, in one line."""
    progress = job.progress
    said = [texts.code_stages.get(progress.stage, progress.stage)]
    if progress.done:
        said.append(texts.code_tried.format(progress.done))
    return " · ".join(said)
