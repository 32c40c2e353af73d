"""Markdown: summary and key information as lists, then the document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from open_autoglm.documents.markdown import document_to_markdown, escape
from open_autoglm.tasks.document_output.labels import Labels, labels_of
from open_autoglm.tasks.document_output.text import field_text, key_value_line, notes_of, pages_of
from open_autoglm.tasks.document_result import ParsedDocument


def to_markdown(result: ParsedDocument) -> Iterator[str]:
    """Pieces of the file, in order."""
    labels = labels_of(result)
    yield from _front(result, labels)
    yield f"## {labels.text}\n\n"
    yield document_to_markdown(result.document)


def _front(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    if result.model is not None:
        yield f"> {escape(labels.model.format(result.model.description))}\n\n"
    if problems := [*result.errors, *result.document.warnings]:
        yield f"## {labels.problems}\n\n" + "".join(f"- {escape(p)}\n" for p in problems) + "\n"
    if result.summary is not None:
        yield f"## {labels.summary}\n\n"
        if result.summary.overview:
            yield escape(result.summary.overview) + "\n\n"
        for point in result.summary.points:
            doubt = "" if point.verified else f" *({labels.unverified})*"
            yield f"- {escape(point.text)} {escape(labels.cite(point.pages))}{doubt}\n"
        yield "\n"
    ordered = sorted(result.key_information, key=lambda value: list(labels.kinds).index(value.kind))
    if ordered:
        yield f"## {labels.key_information}\n\n"
        for kind, group in groupby(ordered, key=lambda value: value.kind):
            yield f"**{labels.kinds[kind]}**\n\n"
            yield "".join(f"- {escape(key_value_line(value, labels))}\n" for value in group) + "\n"
    if result.fields:
        yield f"## {labels.fields}\n\n"
        for field in result.fields:
            doubt = "" if field.verified or field.value is None else f" *({labels.unverified})*"
            cited = escape(labels.cite(pages_of(field.citations)))
            yield f"- **{escape(field.name)}**: {escape(field_text(field, labels))} {cited}{doubt}".rstrip()
            yield f" ({escape(field.note)})\n" if field.note else "\n"
        yield "\n"
    if notes := notes_of(result):
        yield f"## {labels.notes}\n\n" + "".join(f"- {escape(note)}\n" for note in notes) + "\n"
