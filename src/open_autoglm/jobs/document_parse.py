"""The job ``document_parse``: a file that was handed in becomes a result that can be fetched in any form."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from io import StringIO
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from open_autoglm.documents.page_selection import ALL_PAGES, parse_pages
from open_autoglm.documents.reader import DocumentReader, ReadOptions
from open_autoglm.errors import DamagedInput, OpenAutoGLMError
from open_autoglm.files import write_whole
from open_autoglm.jobs.job import JobProgress
from open_autoglm.jobs.job_runner import JobFiles, JobRun
from open_autoglm.jobs.job_task import OpenedModel, OpenModel, ResultForm
from open_autoglm.tasks.document_output.write import write_result
from open_autoglm.tasks.document_result import ParsedDocument
from open_autoglm.tasks.field_specification import FieldSpecification, parse_fields
from open_autoglm.tasks.parse_document import ParseOptions, ParseProgress, parse_document

TASK = "document_parse"


class DocumentParseOptions(BaseModel):
    """What is asked of the file, as the command line has it in flags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = Field(default=None, description="Model or tier. Empty: the one of the settings.")
    pages: str | None = Field(default=None, description="Pages to read, for example 1-3,7 or 12-.")
    language: Literal["auto", "zh", "en"] = Field(default="auto", description="Language of the summary.")
    summary: bool = Field(default=True, description="false: text and patterns only, no language model.")
    fields: str | None = Field(default=None, description="Your own fields, in the YAML of --fields.")

    def check(self) -> None:
        """Raises UsageError for pages or fields that can't be, before any work."""
        if self.pages:
            parse_pages(self.pages)
        self.field_specifications()

    def field_specifications(self) -> tuple[FieldSpecification, ...]:
        return parse_fields(self.fields, "fields") if self.fields else ()


class DocumentParse:
    """The work of the job; called in a thread. ``told`` takes out of errors what its owner is not to see."""

    forms: tuple[ResultForm, ...] = ("json", "md", "txt", "html")

    def __init__(
        self,
        reader: Callable[[], DocumentReader],
        open_model: OpenModel,
        *,
        told: Callable[[str], str] = str,
    ) -> None:
        self._reader = reader
        self._open_model = open_model
        self._told = told

    def __call__(self, run: JobRun) -> None:
        options = DocumentParseOptions.model_validate(run.job.options)
        parse = ParseOptions(
            read=ReadOptions(
                password=run.secret, pages=parse_pages(options.pages) if options.pages else ALL_PAGES
            ),
            language=options.language,
            summary=options.summary,
            fields=options.field_specifications(),
        )
        opening: AbstractContextManager[OpenedModel | None] = (
            self._open_model(options.model, run.job.owner) if parse.needs_model else nullcontext()
        )
        run.report(JobProgress("model" if parse.needs_model else "read"))
        with opening as opened:
            result = self._parse(run, parse, opened)
        # The file has a name of the store's own; the result speaks of the one its owner gave it.
        source = result.document.source.model_copy(update={"name": run.job.file_name})
        document = result.document.model_copy(update={"source": source})
        errors = tuple(map(self._told, result.errors))
        with write_whole(run.files.result) as stream:
            stream.write(result.model_copy(update={"document": document, "errors": errors}).model_dump_json())

    def _parse(self, run: JobRun, parse: ParseOptions, opened: OpenedModel | None) -> ParsedDocument:
        if opened is not None:
            run.stop.on_stop(opened.engine.cancel)
            parse = replace(parse, model=opened.used)

        def on_progress(progress: ParseProgress) -> None:
            run.report(JobProgress(progress.stage, progress.done, progress.total, progress.seconds_left))

        try:
            return parse_document(
                run.files.source,
                self._reader(),
                opened.engine if opened is not None else None,
                parse,
                on_progress=on_progress,
                cancelled=run.stop,
            )
        except OpenAutoGLMError as error:
            # Sentences about the file name the one its owner knows.
            named = error.message.replace(run.files.source.name, run.job.file_name)
            raise type(error)(named, hint=error.hint) from error

    def result(self, files: JobFiles) -> ParsedDocument:
        """What the job made. Raises DamagedInput."""
        try:
            return ParsedDocument.model_validate_json(files.result.read_bytes())
        except (OSError, ValidationError) as error:
            raise DamagedInput(
                "The result of this job can't be read any more.", hint="Hand the file in again."
            ) from error

    def rendered(self, files: JobFiles, form: ResultForm) -> str:
        """The result as text, Markdown, JSON, or a page with the pictures beside what was read."""
        result = self.result(files)
        stream = StringIO()
        if form != "html":
            write_result(result, stream, form)
            return stream.getvalue()
        with self._reader().pictures(files.source, result.document) as picture:
            write_result(result, stream, form, picture=picture)
        return stream.getvalue()
