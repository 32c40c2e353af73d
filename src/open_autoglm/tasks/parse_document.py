"""``document_parse``: read a file, find key information, fill the user's fields, summarize.

A failure after reading keeps what is whole and lists the error: the result is then partial.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from open_autoglm.documents.model import Document
from open_autoglm.documents.reader import ReadOptions, ReadProgress
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, ModelNotInstalled, OpenAutoGLMError
from open_autoglm.tasks.chunks import Chunk, divide
from open_autoglm.tasks.document_result import FieldValue, KeyValue, ModelUsed, ParsedDocument, Summary
from open_autoglm.tasks.document_text import Passage, document_text, passages_of
from open_autoglm.tasks.field_specification import FieldSpecification
from open_autoglm.tasks.fields import extract_fields
from open_autoglm.tasks.grounding import DocumentIndex
from open_autoglm.tasks.key_information import find_key_information, title_text
from open_autoglm.tasks.summarize_document import summarize_document
from open_autoglm.tasks.take_notes import ChunkNotes, take_notes
from open_autoglm.text_language import Language, is_neither, main_language

Report = Callable[[int, int, float | None], None]
"""Told what is done of how much, and the seconds left where they are known."""

Stage = Literal["read", "notes", "key_information", "fields", "summary"]


@dataclass(frozen=True, slots=True)
class ParseProgress:
    """Where the work stands: ``done`` of ``total`` pages (reading) or requests to the model."""

    stage: Stage
    done: int = 0
    total: int = 0
    kept: int = 0
    """Pages taken from an earlier run."""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """What is asked of one document."""

    read: ReadOptions = field(default_factory=ReadOptions)
    language: Literal["auto", "zh", "en"] = "auto"
    """Of the summary; ``auto`` is the document's own."""
    summary: bool = True
    """False: no summary, and key information from layout and patterns alone."""
    fields: tuple[FieldSpecification, ...] = ()
    model: ModelUsed | None = None
    """Stands in the result when a model answered."""

    @property
    def needs_model(self) -> bool:
        return self.summary or bool(self.fields)


class Reader(Protocol):
    """What reads files; ``open_autoglm.documents.reader.DocumentReader``."""

    def read(
        self,
        path: Path,
        options: ReadOptions | None = None,
        *,
        on_progress: Callable[[ReadProgress], None],
        cancelled: Callable[[], bool],
    ) -> Document: ...


@dataclass(slots=True)
class _Work:
    """One document on its way through the stages."""

    document: Document
    passages: tuple[Passage, ...]
    index: DocumentIndex
    engine: BlockingEngine | None
    options: ParseOptions
    on_progress: Callable[[ParseProgress], None]
    cancelled: Callable[[], bool]
    errors: list[str]
    notes: list[str]


def parse_document(
    path: Path,
    reader: Reader,
    engine: BlockingEngine | None,
    options: ParseOptions,
    *,
    on_progress: Callable[[ParseProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ParsedDocument:
    """The whole result for the file at ``path``.

    Raises what ``reader`` raises when the file as a whole can't be read, ModelNotInstalled when a
    summary or fields are asked for without an engine, and Cancelled. All other failures stand in
    ``errors`` beside what was made.
    """
    if options.needs_model and engine is None:
        raise ModelNotInstalled(
            "A summary and fields need a language model, and none is open.",
            hint="Pull one with `open-autoglm-cli pull autoglm-base`, or use --no-summary without --fields.",
        )
    started = time.monotonic()

    def on_read(progress: ReadProgress) -> None:
        on_progress(
            ParseProgress("read", progress.done, progress.total, progress.kept, progress.seconds_left)
        )

    document = reader.read(path, options.read, on_progress=on_read, cancelled=cancelled)
    passages = passages_of(document)
    work = _Work(
        document=document,
        passages=passages,
        index=DocumentIndex(passages),
        engine=engine if options.needs_model else None,
        options=options,
        on_progress=on_progress,
        cancelled=cancelled,
        errors=[f"Page {page.number}: {page.error}" for page in document.pages if page.error],
        notes=[],
    )
    notes = _take_notes(work)
    key_information = _find_key_information(work, notes)
    fields = _extract_fields(work)
    summary = _summarize(work, notes, key_information)
    return ParsedDocument(
        document=document,
        key_information=key_information,
        fields=fields,
        summary=summary,
        model=options.model if work.engine is not None else None,
        errors=tuple(work.errors),
        notes=tuple(work.notes),
        seconds=round(time.monotonic() - started, 3),
    )


def _language(work: _Work) -> Language:
    chosen = work.options.language
    if chosen != "auto":
        return chosen
    return main_language(document_text(work.document), title_text(work.document))


def _stage(work: _Work, stage: Stage) -> Report:
    """Reports one stage and stops it when the user asked to stop."""

    def report(done: int, total: int, seconds_left: float | None) -> None:
        if work.cancelled():
            raise Cancelled(
                "Parsing was stopped.", hint="Pages already read are kept: run it again to continue."
            )
        work.on_progress(ParseProgress(stage, done, total, seconds_left=seconds_left))

    return report


def _take_notes(work: _Work) -> tuple[ChunkNotes, ...]:
    if work.engine is None or not work.options.summary:
        if not work.options.needs_model:
            work.notes.append(
                "No model was used: key information is from layout and patterns alone, without a summary."
            )
        return ()
    if work.options.language == "auto" and is_neither(document_text(work.document)):
        work.notes.append("The document is neither Chinese nor English: the summary is in English.")
    taken: list[ChunkNotes] = []
    try:
        chunks: tuple[Chunk, ...] = divide(work.document, work.engine)
        # One by one: what was noted before a failure stays.
        for notes in take_notes(chunks, work.engine, _language(work), _stage(work, "notes")):
            taken.append(notes)  # noqa: PERF402
    except Cancelled:
        raise
    except OpenAutoGLMError as error:
        work.errors.append(f"Reading for the summary stopped after {len(taken)} parts: {error}")
    work.notes.extend(note for notes in taken for note in notes.notes)
    return tuple(taken)


def _find_key_information(work: _Work, notes: tuple[ChunkNotes, ...]) -> tuple[KeyValue, ...]:
    report = _stage(work, "key_information")
    report(0, len(work.passages), None)
    findings = [finding for part in notes for finding in part.findings]
    values, remarks = find_key_information(work.document, work.passages, work.index, findings, report)
    work.notes.extend(remarks)
    return values


def _extract_fields(work: _Work) -> tuple[FieldValue, ...]:
    if not work.options.fields or work.engine is None:
        return ()
    try:
        return extract_fields(
            work.options.fields, work.passages, work.index, work.engine, _stage(work, "fields")
        )
    except Cancelled:
        raise
    except OpenAutoGLMError as error:
        work.errors.append(f"The fields could not be filled: {error}")
        return ()


def _summarize(
    work: _Work, notes: tuple[ChunkNotes, ...], key_information: tuple[KeyValue, ...]
) -> Summary | None:
    if not work.options.summary or work.engine is None:
        return None
    if not notes:
        if not work.errors:
            work.notes.append("The document has no text, so there is nothing to summarize.")
        return None
    title = next((value.value for value in key_information if value.kind == "title"), "")
    try:
        return summarize_document(
            notes, title, work.index, work.engine, _language(work), _stage(work, "summary")
        )
    except Cancelled:
        raise
    except OpenAutoGLMError as error:
        work.errors.append(f"The summary could not be made: {error}")
        return None
