"""Which files a run reads and where each result goes: decided, and refused, before any work."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.documents.formats import EXTENSIONS
from open_autoglm.errors import InputMissing, OutputFailed, UsageError
from open_autoglm.tasks.document_output.write import FORMATS, format_of

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read and where its result goes; ``output`` is None for standard output."""

    source: Path
    output: Path | None
    form: str


def plan_jobs(inputs: Sequence[str], output: str | None, form: str | None) -> list[Job]:
    """One job for each file of ``inputs`` (files, folders, patterns).

    One file goes to ``output`` itself, or into it when it is a folder; several need a folder, and each
    result is named after its file: ``report.pdf.txt``. Raises UsageError, InputMissing, OutputFailed.
    """
    sources = list(dict.fromkeys(path for given in inputs for path in _files(given)))
    several = len(sources) > 1 or any(Path(given).is_dir() for given in inputs)
    if output is None or output == STDOUT:
        if len(sources) > 1 and form != "json":
            raise UsageError(
                f"{len(sources)} inputs can't share standard output as {form or 'txt'}.",
                hint="Name a folder with --output, or use --json for one JSON line each.",
            )
        return [Job(source, None, form or "txt") for source in sources]
    folder = several or output.endswith(("/", os.sep)) or Path(output).is_dir()
    if not folder:
        target = Path(output)
        chosen = form or format_of(target)
        _check_writable(target.parent, target)
        return [Job(sources[0], target, chosen)]
    if Path(output).suffix.lower() in FORMATS and not Path(output).is_dir():
        raise UsageError(
            f"{len(sources)} inputs can't share one file {output!r}.", hint="Name a folder with --output."
        )
    return list(_into(Path(output), sources, form or "txt"))


def _into(folder: Path, sources: Sequence[Path], form: str) -> Iterator[Job]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(
            f"Can't make the folder {folder}: {error.strerror or error}.",
            hint="Choose another place with --output.",
        ) from error
    _check_writable(folder, folder)
    taken: set[Path] = set()
    for source in sources:
        target = folder / f"{source.name}.{form}"
        number = 2
        while target in taken:
            # Two inputs of one name from two folders.
            target = folder / f"{source.name}-{number}.{form}"
            number += 1
        taken.add(target)
        yield Job(source, target, form)


def _files(given: str) -> Iterator[Path]:
    path = Path(given)
    try:
        if path.is_dir():
            found = sorted(
                item
                for item in path.iterdir()
                if item.suffix.lower() in EXTENSIONS
                and not item.name.startswith((".", "~$"))
                and item.is_file()
            )
            if not found:
                raise InputMissing(f"Folder {given} holds no file that can be read.", hint="Check --input.")
            yield from found
            return
        if not path.exists() and any(character in given for character in "*?["):
            # Shells of Windows hand patterns over as they are.
            matches = sorted(Path(match) for match in glob.glob(given) if Path(match).is_file())  # noqa: PTH207
            if matches:
                yield from matches
                return
        if not path.exists():
            raise InputMissing(f"Input {given!r} does not exist.", hint="Check --input.")
    except PermissionError as error:
        raise InputMissing(
            f"Input {given!r} can't be opened: no permission.", hint="Check its rights."
        ) from error
    yield path


def _check_writable(folder: Path, target: Path) -> None:
    """Better refused now than after minutes of work."""
    if not folder.is_dir():
        raise OutputFailed(
            f"Can't write {target}: the folder {folder} does not exist.", hint="Make it first."
        )
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise OutputFailed(
            f"Can't write {target}: no permission.", hint="Choose another place with --output."
        )
