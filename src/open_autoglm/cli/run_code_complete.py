"""``run --task code_complete``: what comes next at a place in a file."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click

from open_autoglm.cli.asked_model import choose_asked_model
from open_autoglm.cli.input_output import STDOUT, FileKinds, plan_jobs
from open_autoglm.cli.interrupt import interruptible
from open_autoglm.cli.render import print_note
from open_autoglm.cli.run_files import count
from open_autoglm.cli.run_flags import RunFlags
from open_autoglm.code.languages import LANGUAGES
from open_autoglm.code.repository.files import project_of
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.source import Source, read_source
from open_autoglm.errors import Cancelled, InputMissing, UsageError
from open_autoglm.files import write_whole
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.complete_code import CompleteOptions, complete_code
from open_autoglm.tasks.completion_result import CodeCompletion

KINDS = FileKinds(
    readable=tuple(extension for language in LANGUAGES for extension in language.extensions),
    forms={".txt": "txt", ".json": "json"},
    usual="txt",
)
INDEX_SECONDS = 5.0
"""A run looks at the project for so long, the files close to the open one first."""


def run_code_complete(runtime: Runtime, flags: RunFlags) -> int:
    """The exit code. Raises what makes it impossible, before a model is loaded where that can be told."""
    if len(flags.inputs) != 1:
        raise UsageError(
            f"{len(flags.inputs)} inputs were given; a completion is for one place in one file.",
            hint="Give --input once.",
        )
    form = "json" if flags.as_json and flags.output in (None, STDOUT) else flags.form
    (job,) = plan_jobs(flags.inputs, flags.output, form, KINDS)
    folder, source = _read(job.source, flags.own["project"])
    line, column = _place(source, flags.own["line"], flags.own["column"])
    asked = choose_asked_model(runtime, flags.model)
    index = RepositoryIndex(folder)
    index.refresh(near=source.name, time_budget_s=INDEX_SECONDS)
    print_note(f"Project: {folder}, {_looked_at(index)}")
    with interruptible() as interrupt, asked.opened(runtime, interrupt) as engine:
        interrupt.heeded = True
        try:
            result = complete_code(
                source,
                line,
                column,
                engine,
                CompleteOptions(model=asked.used),
                index=index,
                cancelled=interrupt,
            )
        except Cancelled as error:
            raise Cancelled(f"Stopped while completing {job.source.name}.") from error
    _write(result, job.output, job.form, as_json=flags.as_json)
    return 0


def _read(path: Path, project: Path | None) -> tuple[Path, Source]:
    """The project's folder, and the file named as it is called in there."""
    if project is not None and not project.is_dir():
        raise InputMissing(f"Project {str(project)!r} is no folder.", hint="Check --project.")
    folder = (project or project_of(path)).resolve()
    try:
        name = path.resolve().relative_to(folder).as_posix()
    except ValueError as error:
        raise UsageError(
            f"{path.name} does not lie in the project {folder}.", hint="Check --project, or leave it out."
        ) from error
    return folder, read_source(path, name=name)


def _place(source: Source, line: int | None, column: int | None) -> tuple[int, int]:
    """The place, the end of its line where no column is given. Raises UsageError for no such place."""
    if line is None:
        raise UsageError("No place was given.", hint="Name its line with --line, counted from 1.")
    if column is None:
        source.offset(line, 0)
        column = len(source.lines[line - 1])
    source.offset(line, column)
    return line, column


def _looked_at(index: RepositoryIndex) -> str:
    state = index.state
    looked = f"{count(state.files, 'file')} looked at"
    if not state.complete:
        return f"{looked}, more than there was time for"
    return f"{looked}, {state.left_out} left out" if state.left_out else looked


def _write(result: CodeCompletion, output: Path | None, form: str, *, as_json: bool) -> None:
    print_note(_made(result))
    json_text = result.model_dump_json()
    if output is not None:
        with write_whole(output) as stream:
            stream.write(f"{json_text}\n" if form == "json" else result.text)
        print_note(f"Wrote {output}")
    elif form != "json" and not as_json:
        _echo(result.text)
    if as_json or (output is None and form == "json"):
        _echo(json_text)


def _echo(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe on Windows would take the system's code page, which has no place for most of the world.
        sys.stdout.reconfigure(encoding="utf-8")
    click.echo(text)


def _made(result: CodeCompletion) -> str:
    checked = {
        "parsed": "parses with the text around it",
        "faulty": "does NOT parse with the text around it",
        "unchecked": "was not checked: the language is not known here",
    }[result.check]
    shown = count(len(result.snippets), "snippet")
    said = (
        f"{count(result.tokens.completion, 'token')} in {result.seconds:.1f} s, {shown} of the project shown"
    )
    return f"{said}; it {checked}" if result.text else f"{said}; the model adds nothing here"
