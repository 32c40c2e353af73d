"""Chooses the form of a recording's result by the output's extension and writes it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from open_autoglm.errors import UsageError
from open_autoglm.files import write_whole
from open_autoglm.tasks.video_output.csv import to_csv
from open_autoglm.tasks.video_output.html import to_html
from open_autoglm.tasks.video_output.labels import Language, VideoLabels, labels_for
from open_autoglm.tasks.video_output.markdown import to_markdown
from open_autoglm.tasks.video_output.pictures import NO_PICTURES, VideoPictures
from open_autoglm.tasks.video_result import AnalysedVideo

VIDEO_FORMATS = {
    ".json": "json",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
}


def video_format_of(path: Path) -> str:
    """``json``, ``md``, ``html`` or ``csv`` from the extension; UsageError for any other."""
    try:
        return VIDEO_FORMATS[path.suffix.lower()]
    except KeyError as error:
        raise UsageError(
            f"Output {str(path)!r} has the unknown extension {path.suffix!r}.",
            hint="Use .json, .md, .html or .csv, or name one with --format.",
        ) from error


def write_video_result(
    result: AnalysedVideo,
    target: Path | TextIO,
    form: str,
    pictures: VideoPictures = NO_PICTURES,
    *,
    language: Language | None = None,
) -> None:
    """Write to a path (whole or not at all) or to an open stream such as stdout.

    ``language`` is that of the words around the result; None: the report's, English without a report.
    ``pictures`` are shown by the HTML form alone (``pictures.collect_pictures``). Raises OutputFailed.
    """
    pieces = _pieces(result, form, pictures, labels_for(result, language))
    if isinstance(target, Path):
        with write_whole(target) as stream:
            stream.writelines(pieces)
    else:
        target.writelines(pieces)


def _pieces(result: AnalysedVideo, form: str, pictures: VideoPictures, labels: VideoLabels) -> Iterator[str]:
    if form == "json":
        return iter((result.model_dump_json(indent=2), "\n"))
    if form == "md":
        return to_markdown(result, labels)
    if form == "html":
        return to_html(result, pictures, labels)
    if form == "csv":
        return to_csv(result)
    raise UsageError(f"Unknown format {form!r}.", hint="Use json, md, html or csv.")
