"""Where the results of an evaluation go: a report by the name of its file, and the answers beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from open_autoglm.cli.input_output import check_writable
from open_autoglm.cli.render import print_note
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


def json_text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, indent=2)


def write_report(output: Path | None, forms: Mapping[str, Callable[[], str]]) -> None:
    """``forms``: the text of the report by the extension of its file."""
    if output is None:
        return
    with write_whole(output.absolute()) as stream:
        stream.write(forms[output.suffix.lower()]())
    print_note(f"Wrote {output}.")
