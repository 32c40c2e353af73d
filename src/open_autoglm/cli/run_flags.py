"""The flags of ``run``: those that every task has, and those of one task alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

Option = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class RunFlags:
    """What was asked of a run beside its settings."""

    model: str | None
    inputs: tuple[str, ...]
    output: str | None
    form: str | None
    as_json: bool
    own: Mapping[str, Any]
    """The flags of the task itself, by their names in its mapping below."""


DOCUMENT: Mapping[str, Option] = {
    "pages": click.option("--pages", metavar="RANGES", help="Pages to read, for example 1-3,7 or 12-."),
    "password": click.option("--password", metavar="TEXT", help="Opens an encrypted file."),
    "summary": click.option(
        "--no-summary",
        "summary",
        is_flag=True,
        default=True,
        flag_value=False,
        help="No summary, and no model unless --fields.",
    ),
    "fields": click.option(
        "--fields",
        type=click.Path(path_type=Path, dir_okay=False),
        help="YAML list of your own fields to fill; see examples/fields.yaml.",
    ),
}
"""Of document_parse."""

VIDEO: Mapping[str, Option] = {
    "zones": click.option(
        "--zones",
        type=click.Path(path_type=Path, dir_okay=False),
        help="YAML or JSON of zones and rules; draw one with `zones edit`. Default: the whole picture.",
    ),
    "detect_fps": click.option(
        "--detect-fps",
        type=click.FloatRange(min=0.1, max=60),
        metavar="NUMBER",
        help="Detections in a second of the recording. Default: what keeps up with real time here.",
    ),
    "backend": click.option(
        "--backend",
        type=click.Choice(("onnxruntime", "openvino")),
        default="onnxruntime",
        help="What runs the detector; openvino needs the extra of that name.",
    ),
    "annotate": click.option(
        "--annotate", is_flag=True, help="Also write the recording with boxes drawn, beside --output."
    ),
    "clips": click.option(
        "--clips", is_flag=True, help="Also write a short clip of each event, beside --output."
    ),
    "heat_map": click.option(
        "--heat-map", is_flag=True, help="Also write a picture of where people were, beside --output."
    ),
    "tracks": click.option(
        "--tracks",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Also write every box of every analysed frame as MOTChallenge text; a folder for several.",
    ),
    "resume": click.option(
        "--resume/--no-resume",
        default=True,
        help="Go on where an earlier run of the same recording was stopped, or begin anew. Default: go on.",
    ),
    "ask": click.option(
        "--ask", multiple=True, metavar="QUESTION", help="A question to answer with times; may be repeated."
    ),
    "use_model": click.option(
        "--no-model",
        "use_model",
        is_flag=True,
        default=True,
        flag_value=False,
        help="No language model is loaded: rules write reports, and repairs are made without one.",
    ),
    "live_seconds": click.option(
        "--live-seconds",
        type=click.FloatRange(min=1),
        metavar="NUMBER",
        help="End a stream or camera after so many seconds. Default: when it is stopped.",
    ),
}
"""Of video_analysis."""


CODE_COMPLETE: Mapping[str, Option] = {
    "line": click.option(
        "--line", type=click.IntRange(min=1), metavar="N", help="Line of the place to complete, from 1."
    ),
    "column": click.option(
        "--column",
        type=click.IntRange(min=0),
        metavar="N",
        help="Characters before the place on its line. Default: the end of the line.",
    ),
    "project": click.option(
        "--project",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Where definitions and similar code are looked for. Default: the project the file lies in.",
    ),
}
"""Of code_complete."""

CODE_FIX: Mapping[str, Option] = {
    "error": click.option(
        "--error",
        metavar="FILE",
        help="Text of the error to repair: a traceback, a compiler's output; - reads it from stdin.",
    ),
    "test": click.option(
        "--test",
        metavar="COMMAND",
        help='Command that fails and shall pass, for example "pytest -q". Default: tests beside the input, '
        "else the file itself is run.",
    ),
    "write": click.option(
        "--write",
        is_flag=True,
        help="Put the repair into the files; what they held is kept beside them as .orig.",
    ),
    "use_model": VIDEO["use_model"],
}
"""Of code_fix."""


def own_options(tasks: Sequence[Mapping[str, Option]]) -> Option:
    """All flags of all tasks on one command."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        # A flag of several tasks stands in each of them and is one flag of the command.
        every = {name: option for options in tasks for name, option in options.items()}
        for option in reversed(tuple(every.values())):
            command = option(command)
        return command

    return decorate
