"""Plain text: summary and key information first, then what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from open_autoglm.documents.model import Page, Region, RegionType, Table
from open_autoglm.tasks.document_output.labels import Labels, labels_of
from open_autoglm.tasks.document_result import Citation, FieldValue, KeyValue, ParsedDocument


def to_text(result: ParsedDocument) -> Iterator[str]:
    """Pieces of the file, in order."""
    labels = labels_of(result)
    yield f"{result.document.source.name}\n"
    if result.model is not None:
        yield labels.model.format(result.model.description) + "\n"
    yield from _problems(result, labels)
    yield from _summary(result, labels)
    yield from _key_information(result.key_information, labels)
    yield from _fields(result.fields, labels)
    yield from _notes(result, labels)
    yield _heading(labels.text)
    for page in result.document.pages:
        yield from _page(page, labels)


def _heading(text: str) -> str:
    return f"\n== {text} ==\n\n"


def _problems(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    problems = [*result.errors, *result.document.warnings]
    if problems:
        yield _heading(labels.problems)
        yield from (f"! {problem}\n" for problem in problems)


def _notes(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    if notes := notes_of(result):
        yield _heading(labels.notes)
        yield from (f"- {note}\n" for note in notes)


def notes_of(result: ParsedDocument) -> list[str]:
    """How the result came to be: of the whole and of its summary."""
    return [*result.notes, *(result.summary.notes if result.summary else ())]


def _summary(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    summary = result.summary
    if summary is None:
        return
    yield _heading(labels.summary)
    if summary.overview:
        yield f"{summary.overview}\n\n"
    for point in summary.points:
        doubt = "" if point.verified else f" ({labels.unverified})"
        yield f"- {point.text} {labels.cite(point.pages)}{doubt}\n"


def _key_information(values: Iterable[KeyValue], labels: Labels) -> Iterator[str]:
    ordered = sorted(values, key=lambda value: list(labels.kinds).index(value.kind))
    if not ordered:
        return
    yield _heading(labels.key_information)
    for kind, group in groupby(ordered, key=lambda value: value.kind):
        yield f"{labels.kinds[kind]}:\n"
        yield from (f"  {line}\n" for line in (key_value_line(value, labels) for value in group))


def key_value_line(value: KeyValue, labels: Labels) -> str:
    """``label: value (normalized) [p. 2] - note``."""
    text = f"{value.label}: {value.value}" if value.label else value.value
    if value.normalized and value.normalized != value.value:
        text += f" ({value.normalized})"
    if not value.verified:
        text += f" ({labels.unverified})"
    doubt = f" - {value.note}" if value.note else ""
    return f"{text} {labels.cite(pages_of(value.citations))}".rstrip() + doubt


def pages_of(citations: Iterable[Citation]) -> tuple[int, ...]:
    return tuple(sorted({citation.page for citation in citations}))


def field_text(field: FieldValue, labels: Labels) -> str:
    """A field's value as a person reads it."""
    if field.value is None:
        return labels.missing
    return ", ".join(field.value) if isinstance(field.value, tuple) else str(field.value)


def _fields(fields: Iterable[FieldValue], labels: Labels) -> Iterator[str]:
    fields = tuple(fields)
    if not fields:
        return
    yield _heading(labels.fields)
    for field in fields:
        doubt = "" if field.verified or field.value is None else f" ({labels.unverified})"
        note = f" - {field.note}" if field.note else ""
        yield (
            f"{field.name}: {field_text(field, labels)}{doubt} "
            f"{labels.cite(pages_of(field.citations))}{note}".rstrip()
            + "\n"
        )


def _page(page: Page, labels: Labels) -> Iterator[str]:
    yield f"--- {labels.page.format(page.number)} ---\n\n"
    if page.error:
        yield labels.not_read.format(page.error) + "\n\n"
    for warning in page.warnings:
        yield f"! {warning}\n"
    for region in page.regions:
        if text := region_text(region, labels):
            yield f"{text}\n\n"


def region_text(region: Region, labels: Labels) -> str:
    """One region as text, marked when its confidence is low."""
    if region.type is RegionType.TABLE and region.table is not None:
        body = _table(region.table)
    elif region.type is RegionType.FORMULA and region.formula is not None:
        body = region.formula.latex if region.formula.latex is not None else region.formula.raw_text
    elif region.type is RegionType.LIST_ITEM:
        body = f"{'  ' * ((region.level or 1) - 1)}{region.marker or '-'} {region.text}"
    else:
        body = region.text
    note = f" ({region.note})" if region.note else ""
    mark = f"[{labels.low_confidence.format(region.confidence)}] " if region.low_confidence and body else ""
    return f"{mark}{body}{note}".rstrip()


def _table(table: Table) -> str:
    """Rows of cells set apart by `` | ``; a spanning cell stands once, where it begins."""
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = " ".join(cell.text.split())
    return "\n".join(" | ".join(row).rstrip() for row in grid)
