"""``run --task code_fix``: a program is repaired, and what shows that the repair helps."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from open_autoglm.cli.asked_model import AskedModel, choose_asked_model
from open_autoglm.cli.fix_display import FixDisplay
from open_autoglm.cli.input_output import STDOUT, check_writable
from open_autoglm.cli.interrupt import Interrupt, interruptible
from open_autoglm.cli.render import print_note, stderr
from open_autoglm.cli.run_files import count
from open_autoglm.cli.run_flags import RunFlags
from open_autoglm.code.repair.write_back import NewContent, write_back
from open_autoglm.code.source import read_source
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import InputMissing, LimitExceeded, MissingPiece, UsageError
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.fix_code import FixOptions, FixRequest, OpenModel, fix_code
from open_autoglm.tasks.fix_output.write import FIX_FORMATS, write_fix_result
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.text_encoding import find_encoding
from open_autoglm.text_language import Language

MAX_ERROR_BYTES = 2_000_000
NOT_REPAIRED = 1
"""The exit code where nothing was repaired, only a part, or nothing but a suggestion was found."""


def run_code_fix(runtime: Runtime, flags: RunFlags) -> int:
    """The exit code: 0 where a repair is proven or checked, or there is no fault; else 1."""
    if len(flags.inputs) != 1:
        raise UsageError(
            f"{len(flags.inputs)} inputs were given; a repair is of one file or one folder.",
            hint="Give --input once.",
        )
    path = Path(flags.inputs[0])
    output, form = _where(flags)
    request = FixRequest(path, _error_text(flags.own["error"]), flags.own["test"], _language(runtime))
    asked = _asked_model(runtime, flags) if flags.own["use_model"] else None
    with interruptible() as interrupt, FixDisplay(stderr(), path.name) as display:
        interrupt.heeded = True
        with _model(runtime, asked, interrupt) as open_model:
            options = FixOptions(model=asked.used if asked is not None else None)
            result = fix_code(request, open_model, options, on_progress=display, stop=interrupt)
    _write(result, output, form, as_json=flags.as_json)
    if flags.own["write"]:
        _write_back(result, path)
    elif result.files:
        print_note("Your files were not changed; --write puts the repair into them.")
    return 0 if result.holds else NOT_REPAIRED


def _where(flags: RunFlags) -> tuple[Path | None, str]:
    """Where the result goes and in which form. Raises UsageError, OutputFailed before any work."""
    known = ", ".join(dict.fromkeys(FIX_FORMATS.values()))
    to_stdout = flags.output in (None, STDOUT)
    form = "json" if flags.as_json and to_stdout else flags.form
    if form is not None and form not in FIX_FORMATS.values():
        raise UsageError(f"This task has no results as {form}.", hint=f"Use one of: {known}.")
    if flags.output is None or to_stdout:
        return None, form or "txt"
    target = Path(flags.output)
    if form is None and target.suffix.lower() not in FIX_FORMATS:
        raise UsageError(
            f"Output {flags.output!r} has the unknown extension {target.suffix!r}.",
            hint=f"Use one of: {known}.",
        )
    check_writable(target.parent, target)
    return target, form or FIX_FORMATS[target.suffix.lower()]


def _error_text(given: str | None) -> str:
    """The text of ``--error``: a file, or standard input for ``-``."""
    if given is None:
        return ""
    if given == STDOUT:
        data = sys.stdin.buffer.read(MAX_ERROR_BYTES + 1)
    else:
        try:
            with Path(given).open("rb") as file:
                data = file.read(MAX_ERROR_BYTES + 1)
        except OSError as error:
            raise InputMissing(
                f"The error text {given} can't be read: {error.strerror or error}.",
                hint="Check --error; - reads it from standard input.",
            ) from error
    if len(data) > MAX_ERROR_BYTES:
        raise LimitExceeded(
            f"The error text has more than {MAX_ERROR_BYTES:,} bytes.", hint="Give its last lines alone."
        )
    return data.decode(find_encoding(data) or "utf-8", "replace")


def _language(runtime: Runtime) -> Language | None:
    asked = runtime.settings.language
    return None if asked == "auto" else asked


def _asked_model(runtime: Runtime, flags: RunFlags) -> AskedModel | None:
    """A model that was named must be here; else the repair does without, which is said."""
    try:
        return choose_asked_model(runtime, flags.model)
    except MissingPiece as error:
        if flags.model is None:
            print_note(f"No language model is asked: {error}")
            return None
        hint = f"{error.hint or ''} Or repair without a model: --no-model.".strip()
        raise type(error)(error.message, hint=hint) from error


@contextmanager
def _model(runtime: Runtime, asked: AskedModel | None, interrupt: Interrupt) -> Iterator[OpenModel | None]:
    """Loads the model when it is first needed: most repairs need none."""
    if asked is None:
        yield None
        return
    opened: list[BlockingEngine] = []
    with ExitStack() as held:

        def open_model() -> BlockingEngine:
            if not opened:
                opened.append(held.enter_context(asked.opened(runtime, interrupt)))
            return opened[0]

        yield open_model


def _write(result: FixedCode, output: Path | None, form: str, *, as_json: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe on Windows would take the system's code page, which has no place for most of the world.
        sys.stdout.reconfigure(encoding="utf-8")
    if output is not None:
        write_fix_result(result, output, form)
        print_note(f"Wrote {output}: {_made(result)}")
        if as_json:
            click.echo(result.model_dump_json())
    elif form == "json":
        click.echo(result.model_dump_json())
    else:
        write_fix_result(result, sys.stdout, form)


def _made(result: FixedCode) -> str:
    evidence = result.evidence
    state = f" ({result.state})" if result.state is not None else ""
    return (
        f"{result.outcome.replace('_', ' ')}{state}, {count(len(result.repairs), 'change')}, "
        f"{count(evidence.candidates_tried, 'candidate')} tried, in {evidence.seconds:.0f} s"
    )


def _write_back(result: FixedCode, path: Path) -> None:
    """Put the repair into the user's files. A suggestion is not: it is for a person to judge."""
    if not result.files:
        return
    if result.state == "suggested":
        print_note("A suggestion is not written: look at the diff, and apply it yourself if it is right.")
        return
    root = root_of(path, result)
    contents = [
        NewContent(
            root / file.name, file.digest, read_source(root / file.name, name=file.name).encoded(file.text)
        )
        for file in result.files
    ]
    for content, copy in zip(contents, write_back(contents), strict=True):
        print_note(f"Changed {content.path}; as it was: {copy}")


def root_of(path: Path, result: FixedCode) -> Path:
    """The folder that the names of the result are relative to."""
    if path.is_dir():
        return path.resolve()
    beside = path.resolve().parent
    within = all((Path.cwd() / file.name).is_file() for file in result.files)
    return (
        Path.cwd()
        if within and result.evidence.command and path.resolve().is_relative_to(Path.cwd())
        else beside
    )
