"""What a repair works on: which folder is copied, which files are asked for, and what is run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.diagnose.project_files import files_of_tests, imported_files, is_test, python_files
from open_autoglm.code.languages import LANGUAGES, language_of
from open_autoglm.code.sandbox.copied_project import copied_project
from open_autoglm.code.sandbox.limits import MEGABYTE, CopyLimits
from open_autoglm.code.source import read_source
from open_autoglm.code.trial.test_command import TestCommand, find_python, read_command, run_file
from open_autoglm.errors import InputMissing, LimitExceeded, UnsupportedFormat
from open_autoglm.text_language import Language
from open_autoglm.text_language import language_of as text_language_of

FILE_LIMITS = CopyLimits(max_files=2_000, max_bytes=64 * MEGABYTE)
"""Of the folder around one file: it may be anybody's home."""


@dataclass(frozen=True, slots=True)
class FixPlan:
    """``root`` is the user's folder, only read; ``asked`` are the files that were named, relative to it."""

    name: str
    root: Path
    asked: tuple[str, ...]
    is_folder: bool
    programming_language: str
    language: Language
    command: TestCommand | None
    copied: Callable[[], AbstractContextManager[Path]]
    """A fresh copy of what is needed to run it."""
    notes: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """All Python files of a folder; of a file, itself and what it imports."""
        if self.is_folder:
            return tuple(name for name in python_files(self.root) if not is_test(name))
        found = list(self.asked)
        for name in found:
            text = read_source(self.root / name, name=name).text
            found += [other for other in imported_files(self.root, name, text) if other not in found]
        return tuple(found)


def plan_fix(path: Path, error: str, test: str | None, language: Language | None) -> FixPlan:
    """Raises InputError for what can't be read, UsageError for a command that can't be understood."""
    if not path.exists():
        raise InputMissing(f"Input {str(path)!r} does not exist.", hint="Check --input.")
    return _folder(path, error, test, language) if path.is_dir() else _file(path, error, test, language)


def _file(path: Path, error: str, test: str | None, language: Language | None) -> FixPlan:
    known = language_of(path)
    if known is None:
        listed = ", ".join(item.title for item in LANGUAGES if item.name != "tsx")
        raise UnsupportedFormat(
            f"{path.name} is in no language that is known here.", hint=f"Known by their extensions: {listed}."
        )
    root = path.resolve().parent
    if test is not None and path.resolve().is_relative_to(Path.cwd()):
        root = Path.cwd()  # where the command was meant to be run
    name = path.resolve().relative_to(root).as_posix()
    source = read_source(path, name=name)
    command, notes = None, list[str]()
    if test is not None:
        command = read_command(test, root)
    elif known.name == "python":
        beside = _tests_of(root, name)
        command = _tests_command(root, beside) if beside else run_file(name, root)
    return FixPlan(
        name=path.name,
        root=root,
        asked=(name,),
        is_folder=False,
        programming_language=known.name,
        language=language or text_language_of(error if error.strip() else source.text),
        command=command,
        copied=lambda: _around(root, name, source.text),
        notes=tuple(notes),
    )


def _folder(path: Path, error: str, test: str | None, language: Language | None) -> FixPlan:
    root = path.resolve()
    found = _main_language(root)
    command = read_command(test, root) if test is not None else None
    if command is None and found == "python" and (tests := files_of_tests(root)):
        command = _tests_command(root, tests)
    return FixPlan(
        name=path.resolve().name,
        root=root,
        asked=(),
        is_folder=True,
        programming_language="python" if command is not None and command.kind != "other" else found,
        language=language or text_language_of(error or _some_text(root)),
        command=command,
        copied=lambda: copied_project(root),
    )


def _main_language(root: Path) -> str:
    """That of most files; Python where there is none at all."""
    counts: dict[str, int] = {}
    for place, item in enumerate(root.rglob("*")):
        if place > 5_000:
            break
        known = language_of(item)
        if known is not None and item.is_file() and not {"node_modules", ".venv", ".git"} & set(item.parts):
            counts[known.name] = counts.get(known.name, 0) + 1
    if not counts:
        raise InputMissing(
            f"Folder {root.name} holds no source file that is known here.", hint="Check --input."
        )
    return max(counts, key=lambda name: counts[name])


def _some_text(root: Path) -> str:
    for name in python_files(root):
        with (root / name).open("rb") as file:
            return file.read(20_000).decode("utf-8", "replace")
    return ""


def _tests_of(root: Path, name: str) -> tuple[str, ...]:
    """Tests that lie beside a file, or in a folder of tests, and are named after it."""
    stem = Path(name).stem
    if is_test(name):
        return (name,)
    folder = Path(name).parent
    places = [folder / f"test_{stem}.py", folder / f"{stem}_test.py", folder / "tests" / f"test_{stem}.py"]
    return tuple(place.as_posix() for place in places if (root / place).is_file())


def _tests_command(root: Path, tests: tuple[str, ...]) -> TestCommand:
    """pytest where the project's Python has it, and unittest where the tests need no more."""
    shown = " ".join(tests) if len(tests) <= 3 else ""
    python = find_python(root)
    if not _has_pytest(python) and all("import unittest" in read_source(root / name).text for name in tests):
        modules = " ".join(name.removesuffix(".py").replace("/", ".") for name in tests)
        return read_command(f"python -m unittest {modules}", root)
    return read_command(f"python -m pytest -q {shown}".strip(), root)


def _has_pytest(python: Path) -> bool:
    base = python.parent.parent
    return any(base.glob("lib/python3*/site-packages/pytest")) or (base / "Lib/site-packages/pytest").exists()


@contextmanager
def _around(root: Path, name: str, text: str) -> Iterator[Path]:
    """The folder of a file where it is small; else the file and what it imports alone."""
    try:
        with copied_project(root, FILE_LIMITS) as folder:
            yield folder
            return
    except LimitExceeded:
        pass
    with tempfile.TemporaryDirectory(prefix="autoglm-code-", ignore_cleanup_errors=True) as temporary:
        target = Path(temporary).resolve() / "project"
        waiting, done = [name], set[str]()
        while waiting:
            current = waiting.pop()
            if current in done:
                continue
            done.add(current)
            place = target / current
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((root / current).read_bytes())
            content = text if current == name else read_source(root / current, name=current).text
            waiting += [*imported_files(root, current, content), *_tests_of(root, current)]
        yield target
