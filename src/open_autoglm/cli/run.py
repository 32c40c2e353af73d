"""``run``: a task on files. ``open-autoglm-cli --task …`` is short for it."""

from __future__ import annotations

import difflib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from open_autoglm.cli.input_output import STDOUT, Job, plan_jobs
from open_autoglm.cli.interrupt import Interrupt, interruptible
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.parse_display import ParseDisplay
from open_autoglm.cli.render import print_error, print_note, stderr
from open_autoglm.documents.page_selection import ALL_PAGES, parse_pages
from open_autoglm.documents.reader import ReadOptions
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import (
    Cancelled,
    MissingPiece,
    OpenAutoGLMError,
    OutputFailed,
    PartialResult,
    UsageError,
)
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.document_output.write import write_result
from open_autoglm.tasks.document_result import ModelUsed, ParsedDocument
from open_autoglm.tasks.field_specification import load_fields
from open_autoglm.tasks.parse_document import ParseOptions, parse_document

TASKS = ("document_parse",)
PLANNED_TASKS = ("video_analysis", "image_caption", "code_complete", "code_fix", "long_write")
FORM_NAMES = ("txt", "md", "json", "html")


@dataclass(frozen=True, slots=True)
class RunFlags:
    """The flags of ``run`` that are not settings."""

    task: str | None
    model: str | None
    inputs: tuple[str, ...]
    output: str | None
    form: str | None
    pages: str | None
    password: str | None
    summary: bool
    fields: Path | None
    as_json: bool


@dataclass(frozen=True, slots=True)
class _Parsing:
    """What every file of one run shares."""

    runtime: Runtime
    engine: BlockingEngine | None
    options: ParseOptions
    interrupt: Interrupt
    as_json: bool


@click.command("run")
@click.option("--task", metavar="NAME", help=f"What to do: {', '.join(TASKS)}.")
@click.option("--model", metavar="NAME", help="Model or tier; a name from `list`, a file or a folder.")
@click.option(
    "--input", "inputs", multiple=True, metavar="PATH", help="File or folder to read; may be repeated."
)
@click.option("--output", metavar="PATH", help="File, folder for several inputs, or - for stdout (default).")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORM_NAMES),
    help="Form of the result. Default: the extension of --output, else txt.",
)
@click.option("--pages", metavar="RANGES", help="Pages to read, for example 1-3,7 or 12-.")
@click.option("--password", metavar="TEXT", help="Opens an encrypted file.")
@click.option(
    "--no-summary",
    "summary",
    is_flag=True,
    default=True,
    flag_value=False,
    help="No summary, and no model unless --fields.",
)
@click.option(
    "--fields",
    type=click.Path(path_type=Path, dir_okay=False),
    help="YAML list of your own fields to fill; see examples/fields.yaml.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Also print the result as JSON, one line a file, on stdout."
)
@settings_options
def run_command(settings: LoadedSettings, **flags: Any) -> int:
    """Run a task on files and write its result.

    document_parse reads PDF, pictures, office files, HTML, CSV, Markdown and text into structured text,
    key information and a summary. The form of the result follows the output's extension: .txt, .md,
    .json or .html.

    \b
    Examples:
      open-autoglm-cli --task document_parse --input report.pdf --output summary.txt
      open-autoglm-cli --model autoglm-large --task document_parse --input report.pdf --output report.html
      open-autoglm-cli --task document_parse --input scans/ --output results/ --format md
      open-autoglm-cli --task document_parse --input contract.pdf --fields fields.yaml --json
      open-autoglm-cli --task document_parse --input big.pdf --pages 1-20 --no-summary --output text.md
    \b
    Exit codes: 0 every result is whole; 1 some of the work failed, what is whole was written;
    2 wrong usage; 3 the input can't be used; 4 a model or extra is missing; 130 Ctrl-C.
    With several inputs one failure doesn't stop the rest: 1 when some failed, and when all failed
    for the same kind of reason its code.
    """
    return _run(settings, RunFlags(**flags))


def _run(settings: LoadedSettings, flags: RunFlags) -> int:
    _check_task(flags.task)
    if not flags.inputs:
        raise UsageError("No input was given.", hint="Name a file or folder with --input.")
    options = ParseOptions(
        read=ReadOptions(
            password=flags.password, pages=parse_pages(flags.pages) if flags.pages else ALL_PAGES
        ),
        language=settings.values.language,
        summary=flags.summary,
        fields=load_fields(flags.fields) if flags.fields else (),
    )
    form = "json" if flags.as_json and flags.output in (None, STDOUT) else flags.form
    jobs = plan_jobs(flags.inputs, flags.output, form)
    runtime = Runtime(settings.values)
    with interruptible() as interrupt, _engine(runtime, flags, options, interrupt) as (engine, options):
        parsing = _Parsing(runtime, engine, options, interrupt, flags.as_json)
        if len(jobs) == 1:
            return _run_one(jobs[0], parsing)
        return _run_several(jobs, parsing)


def _check_task(task: str | None) -> None:
    known = ", ".join(TASKS)
    if task is None:
        raise UsageError("No task was given.", hint=f"Name one with --task: {known}.")
    if task == "chat":
        raise UsageError("Talking has a command of its own.", hint="Use: open-autoglm-cli chat")
    if task in PLANNED_TASKS:
        raise UsageError(f"Task {task!r} is not available in this version.", hint=f"Available: {known}.")
    if task not in TASKS:
        near = difflib.get_close_matches(task, TASKS, n=1)
        raise UsageError(
            f"Unknown task {task!r}.", hint=f"Did you mean {near[0]!r}?" if near else f"Available: {known}."
        )


@contextmanager
def _engine(
    runtime: Runtime, flags: RunFlags, options: ParseOptions, interrupt: Interrupt
) -> Iterator[tuple[BlockingEngine | None, ParseOptions]]:
    """The open model and the options that name it; no model where none is needed."""
    if not options.needs_model:
        print_note("No model is used: --no-summary reads and finds key information by patterns.")
        yield None, options
        return
    asked = flags.model or runtime.settings.model_path
    if asked in runtime.settings.upstreams:
        reason = f"{asked}: held by another server, as the settings say"
        used = ModelUsed(asked=asked, name=asked, reason=reason, engine="another server")
        print_note(f"Model: {used.description}")
        with runtime.open_upstream(asked) as engine:
            interrupt.on_stop(engine.cancel)
            yield engine, replace(options, model=used)
        return
    try:
        chosen = runtime.choose_model(flags.model)
    except MissingPiece as error:
        hint = f"{error.hint or ''} Or read without a model: --no-summary.".strip()
        raise type(error)(error.message, hint=hint) from error
    placement = runtime.place(chosen)
    used = ModelUsed(
        asked=chosen.asked,
        name=chosen.name,
        reason=chosen.reason,
        engine=f"llama.cpp on {placement.device}",
    )
    print_note(f"Model: {used.description}")
    if placement.note:
        print_note(placement.note)
    with runtime.open_engine(chosen, placement) as engine:
        interrupt.on_stop(engine.cancel)
        yield engine, replace(options, model=used)


def _run_one(job: Job, parsing: _Parsing) -> int:
    result = _parse(job, parsing)
    if result.errors:
        more = f" (and {len(result.errors) - 1} more)" if len(result.errors) > 1 else ""
        raise PartialResult(
            f"{job.source.name} was not done whole: {result.errors[0]}{more}",
            hint="What is whole was written.",
        )
    return 0


def _run_several(jobs: list[Job], parsing: _Parsing) -> int:
    """Each file by itself; a full disk or Ctrl-C ends the run, any other failure only its file."""
    failures: list[OpenAutoGLMError] = []
    partial = 0
    for job in jobs:
        try:
            result = _parse(job, parsing)
        except (Cancelled, OutputFailed):
            raise
        except OpenAutoGLMError as error:
            print_error(error if job.source.name in error.message else _named(error, job))
            failures.append(error)
            continue
        if result.errors:
            partial += 1
            print_note(f"{job.source.name} was not done whole: {result.errors[0]}")
    whole = len(jobs) - len(failures) - partial
    print_note(f"{len(jobs)} files: {whole} whole, {partial} in part, {len(failures)} failed.")
    if whole == len(jobs):
        return 0
    codes = {error.exit_code for error in failures}
    return codes.pop() if len(failures) == len(jobs) and len(codes) == 1 else PartialResult.exit_code


def _named(error: OpenAutoGLMError, job: Job) -> OpenAutoGLMError:
    return type(error)(f"{job.source.name}: {error.message}", hint=error.hint)


def _parse(job: Job, parsing: _Parsing) -> ParsedDocument:
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
    return result


def _made(result: ParsedDocument) -> str:
    """What stands in the result, counted."""
    pages = sum(1 for page in result.document.pages if not page.error)
    parts = [_count(pages, "page"), _count(len(result.key_information), "value")]
    if result.fields:
        parts.append(_count(len(result.fields), "field"))
    if result.summary is not None:
        parts.append(_count(len(result.summary.points), "summary point"))
    return f"{', '.join(parts)}, in {result.seconds:.0f} s"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _pictures(
    job: Job, result: ParsedDocument, parsing: _Parsing
) -> AbstractContextManager[Callable[[int], bytes | None]]:
    """What the HTML form shows beside the text; other forms start no worker for it."""
    if job.form != "html":
        return nullcontext(lambda _number: None)
    reader = parsing.runtime.document_reader()
    return reader.pictures(job.source, result.document, password=parsing.options.read.password)
