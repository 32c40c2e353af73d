"""Documents: handed in, watched while they are read, and the list of all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.document_parse import TASK, DocumentParse
from open_autoglm.jobs.job import Job
from open_autoglm.tasks.document_result import ParsedDocument
from open_autoglm.web.amounts import duration
from open_autoglm.web.document_result import DocumentResult
from open_autoglm.web.elements import box, icon, text_button, words
from open_autoglm.web.hand_in import hand_in
from open_autoglm.web.jobs_view import Go, JobsView, Kind
from open_autoglm.web.paths import DOCUMENTS, document_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts
from open_autoglm.web.uploads import FileField

AskAbout = Callable[[AttachedDocument], Awaitable[None]]


class DocumentsView(JobsView):
    """The list, or one document."""

    def __init__(self, session: Session, *, go: Go, ask: AskAbout) -> None:
        texts = session.texts
        super().__init__(
            session,
            Kind(
                TASK,
                DOCUMENTS,
                document_path,
                "description",
                texts.documents,
                texts.back,
                texts.no_documents,
                document_words,
            ),
            go=go,
        )
        self._ask = ask
        self._summarize = True

    @property
    def _work(self) -> DocumentParse:
        return self._session.parts.documents

    def _show_hand_in(self) -> None:
        texts = self._session.texts
        with box("drop") as area:
            icon("upload_file")
            words(texts.drop, tag="strong")
            words(texts.drop_explained, tag="p")
            self._files = FileField(self._taken, area)
            text_button(texts.choose_file, lambda: self._files.pick(), "first")
            with box("", "label"):
                check = box("", "input", type="checkbox")
                check.props["checked"] = self._summarize
                check.on(
                    "change",
                    lambda event: self._set_summarize(bool(event.args)),
                    js_handler="(e) => emit(e.target.checked)",
                )
                words(texts.summarize_too)

    def _set_summarize(self, summarize: bool) -> None:
        self._summarize = summarize

    async def _taken(self, event: events.UploadEventArguments) -> None:
        try:
            await hand_in(self._session, event.file, summary=self._summarize)
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
        await self._fill()

    def _show_buttons(self, job: Job) -> None:
        attached = AttachedDocument(job.file_name, job.id)
        ask = self._session.texts.ask_about
        text_button(ask, lambda: self._ask(attached), "first", "chat_bubble_outline")

    def _build_result(self, job: Job, result: ParsedDocument) -> None:
        DocumentResult(self._session, job.id, result).show()


def document_words(job: Job, texts: Texts) -> str:
    """How far a document that is read has come, in one line."""
    progress = job.progress
    stages = {
        "model": texts.loading_model.format(""),
        "open": texts.stage_read,
        "read": texts.stage_read,
        "notes": texts.stage_notes,
        "key_information": texts.stage_key_information,
        "fields": texts.stage_fields,
        "summary": texts.stage_summary,
    }
    said = [stages.get(progress.stage, progress.stage).strip()]
    if progress.total and progress.stage == "read":
        said.append(texts.pages_done.format(progress.done, progress.total))
    elif progress.total:
        said.append(f"{progress.done}/{progress.total}")
    if progress.seconds_left:
        said.append(texts.time_left.format(duration(progress.seconds_left)))
    return " · ".join(said)
