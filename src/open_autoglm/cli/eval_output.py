"""Where the results of an evaluation go: a report by the name of its file, and the answers beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from open_autoglm.cli.input_output import check_writable
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.errors import UsageError
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.files import write_whole

_FORMS = (".md", ".json", ".html")


def check_report(output: Path | None) -> None:
    """Raises UsageError for a name that no report has, and OutputFailed where none can be written."""
    if output is None:
        return
    if output.suffix.lower() not in _FORMS:
        raise UsageError(f"Output {str(output)!r} is none of {', '.join(_FORMS)}.", hint="Rename it.")
    check_writable(output.absolute().parent, output)


def answer_file(output: Path | None, *, resume: bool) -> AnswerFile:
    """What the models said, kept beside the report; without ``resume`` it begins anew."""
    if output is None:
        if resume:
            raise UsageError("--resume needs the --output beside which answers are kept.", hint="Name it.")
        return AnswerFile(None)
    path = output.absolute().with_name(f"{output.name}.answers.jsonl")
    if not resume:
        path.unlink(missing_ok=True)
    kept = AnswerFile(path)
    if resume:
        print_note(f"{len(kept)} answers are kept in {path.name}.")
    return kept


def hand_over(
    fields: Mapping[str, Any],
    to_markdown: Callable[[], str],
    to_html: Callable[[], str],
    summary: tuple[Sequence[str], Sequence[Sequence[str]]],
    output: Path | None,
    *,
    as_json_text: bool,
) -> None:
    """The report into its file, in the form that its name asks for; on stdout its JSON or its summary."""
    text = json.dumps(fields, ensure_ascii=False, indent=2)
    if output is not None:
        forms = {".json": lambda: f"{text}\n", ".md": to_markdown, ".html": to_html}
        with write_whole(output.absolute()) as stream:
            stream.write(forms[output.suffix.lower()]())
        print_note(f"Wrote {output}.")
    if as_json_text:
        click.echo(text)
    else:
        print_table(*summary)
