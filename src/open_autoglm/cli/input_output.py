"""Which files a run reads and where each result goes: decided, and refused, before any work."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import InputMissing, OutputFailed, UsageError

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class FileKinds:
    """What a task reads and writes."""

    readable: Collection[str]
    """Extensions that are taken from a folder; a file that is named itself may be called anything."""
    forms: Mapping[str, str]
    """The form of a result by the extension of its file."""
    usual: str
    """The form where nothing says which."""
    is_address: Callable[[str], bool] = lambda _: False
    """Whether an input is no file but a stream or a camera."""

    def form_of(self, path: Path) -> str:
        """From the extension; UsageError for an unknown one."""
        try:
            return self.forms[path.suffix.lower()]
        except KeyError as error:
            *most, last = dict.fromkeys(f".{form}" for form in self.forms.values())
            raise UsageError(
                f"Output {str(path)!r} has the unknown extension {path.suffix!r}.",
                hint=f"Use {', '.join(most)} or {last}, or name one with --format.",
            ) from error

    def require_form(self, form: str) -> None:
        """Raises UsageError for a form that the task doesn't have."""
        known = dict.fromkeys(self.forms.values())
        if form not in known:
            raise UsageError(f"This task has no results as {form}.", hint=f"Use one of: {', '.join(known)}.")


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where its result goes; ``output`` is None for standard output."""

    source: Path
    output: Path | None
    form: str
    address: str | None = None
    """Of a stream or a camera; ``source`` is then a name for its results, and no file."""


def plan_jobs(inputs: Sequence[str], output: str | None, form: str | None, kinds: FileKinds) -> list[Job]:
    """One job for each file of ``inputs`` (files, folders, patterns, and addresses where ``kinds`` has them).

    One file goes to ``output`` itself, or into it when it is a folder; several need a folder, and each
    result is named after its file: ``report.pdf.txt``. Raises UsageError, InputMissing, OutputFailed.
    """
    if form is not None:
        kinds.require_form(form)
    sources = list(dict.fromkeys(found for given in inputs for found in _inputs(given, kinds)))
    several = len(sources) > 1 or any(Path(given).is_dir() for given in inputs)
    if output is None or output == STDOUT:
        if len(sources) > 1 and form != "json":
            raise UsageError(
                f"{len(sources)} inputs can't share standard output as {form or kinds.usual}.",
                hint="Name a folder with --output, or use --json for one JSON line each.",
            )
        return [_job(source, None, form or kinds.usual) for source in sources]
    folder = several or output.endswith(("/", os.sep)) or Path(output).is_dir()
    if not folder:
        target = Path(output)
        chosen = form or kinds.form_of(target)
        check_writable(target.parent, target)
        return [_job(sources[0], target, chosen)]
    if Path(output).suffix.lower() in kinds.forms and not Path(output).is_dir():
        raise UsageError(
            f"{len(sources)} inputs can't share one file {output!r}.", hint="Name a folder with --output."
        )
    return list(_into(Path(output), sources, form or kinds.usual))


def _job(source: Path | str, output: Path | None, form: str) -> Job:
    if isinstance(source, Path):
        return Job(source, output, form)
    return Job(Path(name_of_address(source)), output, form, address=source)


def name_of_address(address: str) -> str:
    """``rtsp://me:secret@cam.lan/yard`` becomes ``cam.lan-yard``: fit for a file, and without a password."""
    bare = re.sub(r"^[a-z]+://|[^/@]*@|[?#].*$", "", address, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", bare).strip("-.")[:80] or "stream"


def _inputs(given: str, kinds: FileKinds) -> Iterator[Path | str]:
    if kinds.is_address(given):
        yield given
    else:
        yield from _files(given, kinds)


def _into(folder: Path, sources: Sequence[Path | str], form: str) -> Iterator[Job]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(
            f"Can't make the folder {folder}: {error.strerror or error}.",
            hint="Choose another place with --output.",
        ) from error
    check_writable(folder, folder)
    taken: set[Path] = set()
    for source in sources:
        name = _job(source, None, form).source.name
        target = folder / f"{name}.{form}"
        number = 2
        while target in taken:
            # Two inputs of one name from two folders.
            target = folder / f"{name}-{number}.{form}"
            number += 1
        taken.add(target)
        yield _job(source, target, form)


def _files(given: str, kinds: FileKinds) -> Iterator[Path]:
    path = Path(given)
    try:
        if path.is_dir():
            found = sorted(
                item
                for item in path.iterdir()
                if item.suffix.lower() in kinds.readable
                and not item.name.startswith((".", "~$"))
                and item.is_file()
            )
            if not found:
                raise InputMissing(f"Folder {given} holds no file that can be read.", hint="Check --input.")
            yield from found
            return
        if not path.exists() and any(character in given for character in "*?["):
            # Shells of Windows hand patterns over as they are.
            matches = sorted(Path(match) for match in glob.glob(given) if Path(match).is_file())  # noqa: PTH207 - a whole path
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


def check_writable(folder: Path, target: Path) -> None:
    """Better refused now than after minutes of work."""
    if not folder.is_dir():
        raise OutputFailed(
            f"Can't write {target}: the folder {folder} does not exist.", hint="Make it first."
        )
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise OutputFailed(
            f"Can't write {target}: no permission.", hint="Choose another place with --output."
        )
