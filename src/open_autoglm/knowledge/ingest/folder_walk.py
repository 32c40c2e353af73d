"""What lies in a folder: files that can be read, and what of the rest a person should hear of.

Symbolic links are followed as long as they stay inside the folder and lead to no folder that was seen
already. Names in odd encodings come with lone surrogates (PEP 383), which every part of a base can hold.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from open_autoglm.documents.formats import EXTENSIONS
from open_autoglm.errors import Cancelled, LimitExceeded

MAX_FILES = 500_000
MAX_DEPTH = 64
_NOTES_OF_A_KIND = 5
_SHOWN_BYTE = re.compile(r"\\x([89a-f][0-9a-f])")


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: str
    """Absolute, with ``/``."""
    size: int
    modified_ns: int


@dataclass(slots=True)
class Walked:
    """All that was found; ``notes`` are sentences for a person."""

    files: dict[str, FoundFile] = field(default_factory=dict)
    hidden: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    """Files that are not read, by their extension."""
    unreadable: set[str] = field(default_factory=set)
    """Folders that could not be looked into: whatever is known of them stays."""
    links_left: list[str] = field(default_factory=list)
    too_deep: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        told = []
        if self.hidden:
            told.append(f"{self.hidden:,} hidden files or folders were left out.")
        if self.unsupported:
            kinds = ", ".join(f"{kind} ({number:,})" for kind, number in self.unsupported.most_common(6))
            told.append(f"{self.unsupported.total():,} files of other formats were left out: {kinds}.")
        told += _some(self.links_left, "leads out of the folder or in a circle and was not followed.")
        told += _some(self.too_deep, f"lies more than {MAX_DEPTH} folders deep and was left out.")
        told += _some(sorted(self.unreadable), "can't be looked into; what is known of it stays.")
        return told


def walk(root: str, stop: Callable[[], bool], start: str | None = None, into: Walked | None = None) -> Walked:
    """The files of ``root``; with ``start``, of that folder or file within it alone.

    Raises LimitExceeded beyond MAX_FILES, and Cancelled.
    """
    walked = Walked() if into is None else into
    walker = _Walker(root, walked, stop)
    begin = start or root
    if begin != root and any(part.startswith(".") for part in PurePath(os.path.relpath(begin, root)).parts):
        return walked
    walker.look_at(begin)
    return walked


def is_inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it; both absolute with ``/``."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def absolute(path: Path) -> str:
    """As files and folders of a base are named; links in it are kept."""
    return Path(os.path.abspath(path)).as_posix()  # noqa: PTH100 - pathlib keeps ".."


def readable_name(path: str) -> str:
    """A path for people: bytes of no encoding are shown as ``\\xff``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def path_of_readable(name: str) -> str:
    """The path that ``readable_name`` shows as ``name``."""
    return _SHOWN_BYTE.sub(lambda shown: bytes.fromhex(shown[1]).decode("utf-8", "surrogateescape"), name)


class _Walker:
    def __init__(self, root: str, walked: Walked, stop: Callable[[], bool]) -> None:
        self._walked = walked
        self._stop = stop
        self._real_root = os.path.realpath(root)
        self._seen: set[tuple[int, int]] = set()

    def look_at(self, path: str) -> None:
        try:
            status = os.stat(path)  # noqa: PTH116 - names with lone surrogates stay as they are
        except OSError:
            return
        if stat.S_ISDIR(status.st_mode):
            self._look_into(path)
        elif self._stays_inside(path):
            self._take(path, PurePath(path).name, status)

    def _look_into(self, begin: str) -> None:
        waiting = [(begin, 0)]
        while waiting:
            folder, depth = waiting.pop()
            if self._stop():
                raise Cancelled("Looking through the folder was stopped.", hint="Run it again to continue.")
            if not self._is_new(folder):
                self._walked.links_left.append(folder)
                continue
            try:
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                self._walked.unreadable.add(folder)
                continue
            for entry in listed:
                inner = self._entry(entry)
                if inner is None:
                    continue
                if depth >= MAX_DEPTH:
                    self._walked.too_deep.append(inner)
                else:
                    waiting.append((inner, depth + 1))

    def _entry(self, entry: os.DirEntry[str]) -> str | None:
        """Takes a file; a folder is answered, to be looked into."""
        path = Path(entry.path).as_posix()
        if entry.name.startswith((".", "~$")):
            self._walked.hidden += 1
            return None
        try:
            if entry.is_symlink() and not self._stays_inside(path):
                self._walked.links_left.append(path)
                return None
            if entry.is_dir():
                return path
            if entry.is_file():
                self._take(path, entry.name, entry.stat())
        except OSError:
            self._walked.unreadable.add(path)
        return None

    def _take(self, path: str, name: str, status: os.stat_result) -> None:
        extension = PurePath(name).suffix.lower()
        if extension not in EXTENSIONS:
            self._walked.unsupported[readable_name(extension) or "no extension"] += 1
            return
        if len(self._walked.files) >= MAX_FILES:
            raise LimitExceeded(
                f"{readable_name(self._real_root)} holds more than {MAX_FILES:,} files.",
                hint="Add its folders to several bases.",
            )
        self._walked.files[path] = FoundFile(path, status.st_size, status.st_mtime_ns)

    def _stays_inside(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real == self._real_root or real.startswith(self._real_root.rstrip(os.sep) + os.sep)

    def _is_new(self, folder: str) -> bool:
        """Whether a folder was not looked into yet under another name. Some systems number no folders."""
        try:
            status = os.stat(folder)  # noqa: PTH116 - as above
        except OSError:
            return True
        if status.st_ino == 0:
            return True
        key = (status.st_dev, status.st_ino)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _some(paths: list[str], what: str) -> list[str]:
    told = [f"{readable_name(path)} {what}" for path in paths[:_NOTES_OF_A_KIND]]
    if len(paths) > _NOTES_OF_A_KIND:
        told.append(f"So do {len(paths) - _NOTES_OF_A_KIND:,} more.")
    return told
