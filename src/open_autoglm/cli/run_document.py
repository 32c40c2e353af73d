"""``run --task document_parse``: files become structured text, key information and a summary."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

import click

from open_autoglm.cli.asked_model import choose_asked_model
from open_autoglm.cli.input_output import STDOUT, FileKinds, Job, plan_jobs
from open_autoglm.cli.interrupt import Interrupt, interruptible
from open_autoglm.cli.parse_display import ParseDisplay
from open_autoglm.cli.render import print_note, stderr
from open_autoglm.cli.run_files import count, run_files
from open_autoglm.cli.run_flags import RunFlags
from open_autoglm.documents.formats import EXTENSIONS
from open_autoglm.documents.page_selection import ALL_PAGES, parse_pages
from open_autoglm.documents.reader import ReadOptions
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, MissingPiece
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.document_output.write import FORMATS, write_result
from open_autoglm.tasks.document_result import ParsedDocument
from open_autoglm.tasks.field_specification import load_fields
from open_autoglm.tasks.parse_document import ParseOptions, parse_document

KINDS = FileKinds(readable=EXTENSIONS, forms=FORMATS, usual="txt")


@dataclass(frozen=True, slots=True)
class _Parsing:
    """What every file of one run shares."""

    runtime: Runtime
    engine: BlockingEngine | None
    options: ParseOptions
    interrupt: Interrupt
    as_json: bool


def run_document(runtime: Runtime, flags: RunFlags) -> int:
    """The exit code. Raises what makes all of it impossible."""
    own = flags.own
    options = ParseOptions(
        read=ReadOptions(
            password=own["password"], pages=parse_pages(own["pages"]) if own["pages"] else ALL_PAGES
        ),
        language=runtime.settings.language,
        summary=own["summary"],
        fields=load_fields(own["fields"]) if own["fields"] else (),
    )
    form = "json" if flags.as_json and flags.output in (None, STDOUT) else flags.form
    jobs = plan_jobs(flags.inputs, flags.output, form, KINDS)
    with interruptible() as interrupt, _engine(runtime, flags, options, interrupt) as (engine, options):
        parsing = _Parsing(runtime, engine, options, interrupt, flags.as_json)
        return run_files(jobs, lambda job: _parse(job, parsing))


@contextmanager
def _engine(
    runtime: Runtime, flags: RunFlags, options: ParseOptions, interrupt: Interrupt
) -> Iterator[tuple[BlockingEngine | None, ParseOptions]]:
    """The open model and the options that name it; no model where none is needed."""
    if not options.needs_model:
        print_note("No model is used: --no-summary reads and finds key information by patterns.")
        yield None, options
        return
    try:
        asked = choose_asked_model(runtime, flags.model)
    except MissingPiece as error:
        hint = f"{error.hint or ''} Or read without a model: --no-summary.".strip()
        raise type(error)(error.message, hint=hint) from error
    with asked.opened(runtime, interrupt) as engine:
        yield engine, replace(options, model=asked.used)


def _parse(job: Job, parsing: _Parsing) -> Sequence[str]:
    """Read one file and write its result. Raises Cancelled in the user's words after Ctrl-C."""
    parsing.interrupt.heeded = True
    try:
        with ParseDisplay(stderr(), job.source.name) as display:
            result = parse_document(
                job.source,
                parsing.runtime.document_reader(),
                parsing.engine,
                parsing.options,
                on_progress=display,
                cancelled=parsing.interrupt,
            )
    except Cancelled as error:
        raise Cancelled(
            f"Stopped while working on {job.source.name}.",
            hint="Pages already read are kept: the same command continues.",
        ) from error
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe on Windows would take the system's code page, which has no place for most of the world.
        sys.stdout.reconfigure(encoding="utf-8")
    if job.output is not None:
        with _pictures(job, result, parsing) as picture:
            write_result(result, job.output, job.form, picture=picture)
        print_note(f"Wrote {job.output}: {_made(result)}")
    if job.output is None and not (job.form == "json" or parsing.as_json):
        with _pictures(job, result, parsing) as picture:
            write_result(result, sys.stdout, job.form, picture=picture)
    if parsing.as_json or (job.output is None and job.form == "json"):
        click.echo(result.model_dump_json())
    return result.errors


def _made(result: ParsedDocument) -> str:
    """What stands in the result, counted."""
    pages = sum(1 for page in result.document.pages if not page.error)
    parts = [count(pages, "page"), count(len(result.key_information), "value")]
    if result.fields:
        parts.append(count(len(result.fields), "field"))
    if result.summary is not None:
        parts.append(count(len(result.summary.points), "summary point"))
    return f"{', '.join(parts)}, in {result.seconds:.0f} s"


def _pictures(
    job: Job, result: ParsedDocument, parsing: _Parsing
) -> AbstractContextManager[Callable[[int], bytes | None]]:
    """What the HTML form shows beside the text; other forms start no worker for it."""
    if job.form != "html":
        return nullcontext(lambda _number: None)
    reader = parsing.runtime.document_reader()
    return reader.pictures(job.source, result.document, password=parsing.options.read.password)
