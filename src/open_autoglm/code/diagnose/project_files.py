"""Which files of a project matter for a failure; only these are read."""

from __future__ import annotations

import ast
import fnmatch
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from open_autoglm.code.sandbox.copied_project import SKIPPED
from open_autoglm.code.source import Source, read_source
from open_autoglm.errors import InputError

MOST_FILES = 40
MOST_LISTED = 20_000
_TESTS = ("test_*.py", "*_test.py", "conftest.py", "tests.py")


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """``sources`` may be changed, ``tests`` are only read. Names are relative to the root, with ``/``."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    """Files that matter and could not be read, each with the reason."""


def is_test(name: str) -> bool:
    path = PurePosixPath(name)
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in _TESTS) or bool(
        {"tests", "test"} & set(path.parts[:-1])
    )


def python_files(root: Path) -> Iterator[str]:
    """Names of the Python files below a folder, without those of installed packages."""
    listed = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED
            and not name.startswith(".")
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            listed += 1
            if listed > MOST_LISTED:
                return
            if name.endswith((".py", ".pyw")):
                yield (Path(folder) / name).relative_to(root).as_posix()


def files_of_tests(root: Path) -> tuple[str, ...]:
    return tuple(name for name in python_files(root) if is_test(name) and not name.endswith("conftest.py"))


def relevant_files(root: Path, wanted: Iterable[str]) -> ProjectFiles:
    """The named files, and what they import from the project, as far as ``MOST_FILES``."""
    sources: dict[str, Source] = {}
    tests: dict[str, str] = {}
    skipped: list[str] = []
    # A traceback also names files of libraries, which are nobody's to change.
    waiting = [name for name in dict.fromkeys(wanted) if _is_inside(root, name)]
    seen = set(waiting)
    while waiting and len(sources) + len(tests) < MOST_FILES:
        name = waiting.pop(0)
        try:
            source = read_source(root / name, name=name)
        except InputError as error:
            skipped.append(error.message)
            continue
        if is_test(name):
            tests[name] = source.text
        else:
            sources[name] = source
        for other in imported_files(root, name, source.text):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return ProjectFiles(sources, tests, tuple(skipped))


def _is_inside(root: Path, name: str) -> bool:
    path = PurePosixPath(name)
    outside = (
        Path(name).is_absolute()
        or path.is_absolute()
        or ".." in path.parts
        or bool(SKIPPED & set(path.parts))
    )
    return bool(name) and not outside and (root / name).is_file()


def imported_files(root: Path, name: str, text: str) -> Iterator[str]:
    """Files of the project that a file imports, by their names."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    folder = PurePosixPath(name).parent
    for node in ast.walk(tree):
        modules: list[tuple[str, int]] = []
        if isinstance(node, ast.Import):
            modules = [(alias.name, 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [(node.module or "", node.level)]
            modules += [(f"{node.module or ''}.{alias.name}".strip("."), node.level) for alias in node.names]
        for module, level in modules:
            yield from _module_file(root, folder, module, level)


def _module_file(root: Path, folder: PurePosixPath, module: str, level: int) -> Iterator[str]:
    path = PurePosixPath(*module.split(".")) if module else PurePosixPath()
    if level:
        start = folder
        for _ in range(level - 1):
            start = start.parent
        starts = [start]
    else:
        starts = [folder, PurePosixPath(), PurePosixPath("src"), folder.parent]
    for start in dict.fromkeys(starts):
        for candidate in (start / f"{path}.py", start / path / "__init__.py"):
            if str(path) != "." and (root / candidate).is_file():
                yield candidate.as_posix()
                return
