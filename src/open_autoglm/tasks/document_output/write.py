"""Chooses the form of a result by the output's extension and writes it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from open_autoglm.errors import UsageError
from open_autoglm.files import write_whole
from open_autoglm.tasks.document_output.html import PagePicture, to_html
from open_autoglm.tasks.document_output.markdown import to_markdown
from open_autoglm.tasks.document_output.text import to_text
from open_autoglm.tasks.document_result import ParsedDocument

FORMATS = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".json": "json", ".html": "html"}


def format_of(path: Path) -> str:
    """``txt``, ``md``, ``json`` or ``html`` from the extension; UsageError for any other."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError as error:
        raise UsageError(
            f"Output {str(path)!r} has the unknown extension {path.suffix!r}.",
            hint="Use .txt, .md, .json or .html, or name one with --format.",
        ) from error


def write_result(
    result: ParsedDocument,
    output: Path | TextIO,
    form: str,
    *,
    picture: PagePicture = lambda _number: None,
) -> None:
    """Write to a path (whole or not at all) or to an open stream such as stdout.

    ``picture`` gives the page pictures that the HTML form shows. Raises OutputFailed.
    """
    pieces = _pieces(result, form, picture)
    if isinstance(output, Path):
        with write_whole(output) as stream:
            stream.writelines(pieces)
    else:
        output.writelines(pieces)


def _pieces(result: ParsedDocument, form: str, picture: PagePicture) -> Iterator[str]:
    if form == "txt":
        return to_text(result)
    if form == "md":
        return to_markdown(result)
    if form == "json":
        return iter((result.model_dump_json(indent=2), "\n"))
    if form == "html":
        return to_html(result, picture)
    raise UsageError(f"Unknown format {form!r}.", hint="Use txt, md, json or html.")
