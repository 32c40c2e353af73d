"""Chooses the form of a repair by the output's extension and writes it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from open_autoglm.errors import UsageError
from open_autoglm.files import write_whole
from open_autoglm.tasks.fix_output.html import to_html
from open_autoglm.tasks.fix_output.markdown import to_markdown
from open_autoglm.tasks.fix_output.text import to_text
from open_autoglm.tasks.fix_result import FixedCode

FIX_FORMATS = {
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".diff": "diff",
    ".patch": "diff",
}


def write_fix_result(result: FixedCode, target: Path | TextIO, form: str) -> None:
    """Write to a path (whole or not at all) or to an open stream. Raises OutputFailed."""
    pieces = _pieces(result, form)
    if isinstance(target, Path):
        with write_whole(target) as stream:
            stream.writelines(pieces)
    else:
        target.writelines(pieces)


def _pieces(result: FixedCode, form: str) -> Iterator[str]:
    if form == "txt":
        return to_text(result)
    if form == "md":
        return to_markdown(result)
    if form == "html":
        return to_html(result)
    if form == "json":
        return iter((result.model_dump_json(indent=2), "\n"))
    if form == "diff":
        return iter((result.diff,))
    raise UsageError(f"Unknown format {form!r}.", hint="Use txt, md, json, html or diff.")
