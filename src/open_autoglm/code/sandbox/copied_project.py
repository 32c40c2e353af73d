"""A temporary copy of a project, so that nothing that runs can touch the user's own files."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from open_autoglm.code.sandbox.limits import MEGABYTE, CopyLimits
from open_autoglm.errors import InputMissing, LimitExceeded

SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache",
     ".pytest_cache", ".tox", ".nox"}
)  # fmt: skip
"""Folders that hold history, installed packages or caches; a run gets its packages from the interpreter."""

_REMEDY = "Name a smaller folder, or only the file."


@contextlib.contextmanager
def copied_project(source: Path, limits: CopyLimits = CopyLimits()) -> Iterator[Path]:  # noqa: B008 - frozen
    """A copy of the folder ``source``, or of one file in a folder of its own, that goes with the block.

    Left out: ``SKIPPED``, other environments of Python, sockets, pipes, devices, and links that lead outside
    ``source``; a link that stays inside is kept as a link. Raises LimitExceeded before more is copied than
    ``limits`` allow, and InputMissing for what is not there or may not be read.
    """
    if not source.exists():
        raise InputMissing(f"There is nothing at {source} to copy.")
    with tempfile.TemporaryDirectory(prefix="autoglm-code-", ignore_cleanup_errors=True) as temporary:
        # The name is kept: test runners and packages take the folder's own for their names.
        name = source.resolve().name if source.is_dir() else "project"
        target = Path(temporary).resolve() / (name or "project")
        copy_project(source, target, limits)
        yield target


def copy_project(source: Path, target: Path, limits: CopyLimits = CopyLimits()) -> None:  # noqa: B008 - frozen
    """The same into ``target``, which must not be there yet; it belongs to the caller."""
    if source.is_file():
        target.mkdir(parents=True)
        _Copy(source.parent.resolve(), target, limits).file(source.resolve(), source.name)
    else:
        _Copy(source.resolve(), target, limits).folder("")


class _Copy:
    def __init__(self, source: Path, target: Path, limits: CopyLimits) -> None:
        self._source = source
        self._target = target
        self._limits = limits
        self._files = 0
        self._bytes = 0

    def folder(self, relative: str) -> None:
        (self._target / relative).mkdir(parents=True, exist_ok=True)
        try:
            entries = sorted(os.scandir(self._source / relative), key=lambda entry: entry.name)
        except OSError as error:
            raise InputMissing(
                f"Can't read the folder {self._source / relative}: {error.strerror}."
            ) from error
        for entry in entries:
            inside = f"{relative}/{entry.name}" if relative else entry.name
            if entry.is_symlink():
                self._link(inside)
            elif entry.is_dir(follow_symlinks=False):
                if not _is_skipped(Path(entry.path)):
                    self.folder(inside)
            elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                self.file(Path(entry.path), inside)

    def file(self, path: Path, relative: str) -> None:
        self._count(path.stat().st_size)
        try:
            shutil.copy2(path, self._target / relative)
        except OSError as error:
            raise InputMissing(f"Can't copy {path}: {error.strerror or error}.") from error

    def _link(self, relative: str) -> None:
        path = self._source / relative
        if path.resolve().is_relative_to(self._source) and not path.readlink().is_absolute():
            self._count(0)
            with contextlib.suppress(OSError):  # Windows lets few users make links
                (self._target / relative).symlink_to(path.readlink())

    def _count(self, size: int) -> None:
        self._files += 1
        self._bytes += size
        if self._files > self._limits.max_files:
            raise LimitExceeded(
                f"{self._source} holds more than {self._limits.max_files:,} files.", hint=_REMEDY
            )
        if self._bytes > self._limits.max_bytes:
            megabytes = self._limits.max_bytes // MEGABYTE
            raise LimitExceeded(f"{self._source} holds more than {megabytes:,} MB.", hint=_REMEDY)


def _is_skipped(folder: Path) -> bool:
    return folder.name in SKIPPED or (folder / "pyvenv.cfg").exists()
