"""Which files of a folder belong to the project: git's own list where there is one, else a walk."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from open_autoglm.code.languages import language_of

GIT_TIMEOUT_S = 5.0

SKIPPED_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".nox"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".idea", ".vscode", "build", "dist", "target"),
        *("site-packages", ".eggs", "vendor", "third_party", ".next", "out", ".gradle", "coverage"),
    }
)
"""What a walk without git leaves out: made by tools, or written by others."""


@dataclass(frozen=True, slots=True)
class IndexLimits:
    """How much of a folder is looked at. What lies beyond is left out, and the index says how much."""

    max_files: int = 5_000
    max_file_bytes: int = 400_000
    max_total_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file of code, with what tells whether it has changed."""

    path: str
    """Relative to the project, with ``/``."""
    modified_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class FileList:
    files: tuple[ProjectFile, ...]
    left_out: int
    """Files of code over a limit."""


def project_files(folder: Path, limits: IndexLimits, near: str = "") -> FileList:
    """The files of code in a project, those closest to the file ``near`` first."""
    known = [path for path in _listed(folder) if language_of(path) is not None]
    chosen: list[ProjectFile] = []
    total = left_out = 0
    for path in sorted(known, key=lambda path: (_distance(path, near), path)):
        found = _look_at(folder, path)
        if found is None:
            continue
        if (
            found.size > limits.max_file_bytes
            or len(chosen) >= limits.max_files
            or total + found.size > limits.max_total_bytes
        ):
            left_out += 1
            continue
        chosen.append(found)
        total += found.size
    return FileList(tuple(chosen), left_out)


def project_of(path: Path) -> Path:
    """The folder that a file's project begins at: where git's or a build tool's own file stands."""
    marks = (".git", "pyproject.toml", "setup.py", "package.json", "go.mod", "Cargo.toml", "pom.xml", ".hg")
    for folder in path.resolve().parents:
        if any((folder / mark).exists() for mark in marks):
            return folder
    return path.resolve().parent


def _look_at(folder: Path, path: str) -> ProjectFile | None:
    try:
        found = (folder / path).lstat()
    except OSError:  # it has just gone
        return None
    if not stat.S_ISREG(found.st_mode):  # a link may lead out of the project
        return None
    return ProjectFile(path, found.st_mtime_ns, found.st_size)


def _listed(folder: Path) -> Iterable[str]:
    listed = _listed_by_git(folder)
    return listed if listed is not None else _walked(folder)


def _listed_by_git(folder: Path) -> list[str] | None:
    """Files that git follows or would, None where it can't tell."""
    if not any((parent / ".git").exists() for parent in (folder, *folder.resolve().parents)):
        return None
    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=GIT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]


def _walked(folder: Path) -> Iterator[str]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        inside = Path(here).relative_to(folder).as_posix()
        for name in names:
            yield name if inside == "." else f"{inside}/{name}"


def _distance(path: str, near: str) -> int:
    """Folders to go up and down from one file to the other."""
    here, there = PurePosixPath(path).parent.parts, PurePosixPath(near).parent.parts
    shared = 0
    for one, other in zip(here, there, strict=False):
        if one != other:
            break
        shared += 1
    return len(here) + len(there) - 2 * shared
