"""``run``: a task on files. ``open-autoglm-cli --task …`` is short for it."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click
from click.core import ParameterSource

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.run_flags import CODE_COMPLETE, CODE_FIX, DOCUMENT, VIDEO, Option, RunFlags, own_options
from open_autoglm.errors import UsageError
from open_autoglm.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Task:
    """What ``--task`` may name: its own flags, and the function that runs it."""

    options: Mapping[str, Option]
    runs: str
    """``module:function``, imported when used so that one task doesn't wait for the libraries of another."""

    def __call__(self, runtime: Runtime, flags: RunFlags) -> int:
        module, _, name = self.runs.partition(":")
        function: Callable[[Runtime, RunFlags], int] = getattr(importlib.import_module(module), name)
        return function(runtime, flags)


TASKS: Mapping[str, Task] = {
    "document_parse": Task(DOCUMENT, "open_autoglm.cli.run_document:run_document"),
    "video_analysis": Task(VIDEO, "open_autoglm.cli.run_video:run_video"),
    "code_complete": Task(CODE_COMPLETE, "open_autoglm.cli.run_code_complete:run_code_complete"),
    "code_fix": Task(CODE_FIX, "open_autoglm.cli.run_code_fix:run_code_fix"),
}
PLANNED_TASKS = ("image_caption", "long_write")
FORM_NAMES = ("txt", "md", "json", "html", "csv", "diff")


@click.command("run")
@click.option("--task", metavar="NAME", help=f"What to do: {', '.join(TASKS)}.")
@click.option("--model", metavar="NAME", help="Model or tier; a name from `list`, a file or a folder.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATH",
    help="File or folder to read, or for video a stream (rtsp://…) or camera:0; may be repeated.",
)
@click.option("--output", metavar="PATH", help="File, folder for several inputs, or - for stdout (default).")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORM_NAMES),
    help="Form of the result. Default: the extension of --output, else txt, for video json.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Also print the result as JSON, one line a file, on stdout."
)
@own_options([DOCUMENT, VIDEO, CODE_COMPLETE, CODE_FIX])
@settings_options
@click.pass_context
def run_command(context: click.Context, /, settings: LoadedSettings, task: str | None, **values: Any) -> int:
    """Run a task on files and write its result.

    document_parse reads PDF, pictures, office files, HTML, CSV, Markdown and text into structured text,
    key information and a summary: .txt, .md, .json or .html, as the output's extension says.

    video_analysis finds what happened in a recording, a stream or a camera, and when: people in forbidden
    zones, objects left or taken, crowds, a camera that was covered. Its results are .json, .md, .html
    or .csv.

    code_complete writes what comes next at a place in a file of code, and checks that it parses there. Its
    results are .txt or .json.

    code_fix repairs a program that fails: it runs the tests, or the file, on a copy in a sandbox, tries small
    changes, and keeps what makes the failure vanish and breaks nothing. Its results are .txt, .md, .json,
    .html or .diff; files are changed with --write alone.

    \b
    Examples:
      open-autoglm-cli --task document_parse --input report.pdf --output summary.txt
      open-autoglm-cli --model autoglm-large --task document_parse --input report.pdf --output report.html
      open-autoglm-cli --task document_parse --input scans/ --output results/ --format md
      open-autoglm-cli --task document_parse --input contract.pdf --fields fields.yaml --json
      open-autoglm-cli --task document_parse --input big.pdf --pages 1-20 --no-summary --output text.md
      open-autoglm-cli --model autoglm-large --task video_analysis --input yard.mp4 --output events.json
      open-autoglm-cli --task video_analysis --input yard.mp4 --zones zones.yaml --output report.html
      open-autoglm-cli --task video_analysis --input yard.mp4 --ask "When was the bag left?" --output a.md
      open-autoglm-cli --task code_complete --input crawler.py --line 10 --column 4
      open-autoglm-cli --task code_fix --input crawler.py --error trace.txt --test "pytest -q" --write
      open-autoglm-cli --task code_fix --input shop/ --no-model --output fix.md
    \b
    Flags of document_parse alone: --pages --password --no-summary --fields.
    Flags of video_analysis alone: --zones --detect-fps --backend --annotate --clips --heat-map --tracks
    --resume --ask --live-seconds.
    Flags of code_complete alone: --line --column --project.
    Flags of code_fix alone: --error --test --write; --no-model is of video_analysis and code_fix.
    \b
    Exit codes: 0 every result is whole; 1 some of the work failed, what is whole was written, or code_fix
    found no repair, a repair of some faults only, or nothing better than a suggestion;
    2 wrong usage; 3 the input can't be used; 4 a model or extra is missing; 130 Ctrl-C.
    With several inputs one failure doesn't stop the rest: 1 when some failed, and when all failed
    for the same kind of reason its code.
    """
    chosen = _task_named(task)
    common = {name: values.pop(name) for name in ("model", "inputs", "output", "form", "as_json")}
    if not common["inputs"]:
        raise UsageError("No input was given.", hint="Name a file or folder with --input.")
    _refuse_foreign_flags(context, task, chosen)
    own = {name: values[name] for name in chosen.options}
    return chosen(Runtime(settings.values), RunFlags(**common, own=own))


def _task_named(task: str | None) -> Task:
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
    return TASKS[task]


def _refuse_foreign_flags(context: click.Context, task: str | None, chosen: Task) -> None:
    """A flag without an effect would let somebody believe that it had one."""
    for name, other in TASKS.items():
        for option in other.options:
            given = context.get_parameter_source(option) is ParameterSource.COMMANDLINE
            if given and option not in chosen.options:
                flag = next(param.opts[0] for param in context.command.params if param.name == option)
                raise UsageError(f"{flag} belongs to {name}, not to {task}.", hint="Leave it out.")
