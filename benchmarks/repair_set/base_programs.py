"""Right programs with their tests and the faults written for them by hand, as they lie in ``programs``."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

PROGRAMS = Path(__file__).parent / "programs"
CATEGORIES = (
    "crawler-parsing",
    "crawler-encoding",
    "crawler-pagination",
    "crawler-retry",
    "crawler-timeout",
    "crawler-async",
    "files",
    "dates",
    "numbers",
    "off-by-one",
    "mutation",
    "exceptions",
    "types",
    "syntax",
    "multi-file",
)
_SALT = "26489"
"""Fixed before the first program was written, so that about half of each kind lies in either part."""
_DEEPEST = 40
"""Columns by which a line of a program may be indented."""


@dataclass(frozen=True)
class Edit:
    """One exact piece of one file, and what a developer might have written in its place.

    A piece within a line is given as it stands; whole lines are given without their common indentation.
    """

    file: str
    old: str
    new: str

    def applied(self, texts: Mapping[str, str]) -> dict[str, str]:
        text = texts[self.file]
        found = [pair for pair in self._pairs() for _ in range(text.count(pair[0]))]
        if len(found) != 1:
            raise ValueError(f"{self.file}: {self.old!r} stands there {len(found)} times, not once")
        return {**texts, self.file: text.replace(*found[0])}

    def _pairs(self) -> list[tuple[str, str]]:
        if "\n" not in self.old + self.new:
            return [(self.old, self.new)]
        indents = [" " * width for width in range(0, _DEEPEST, 4)]
        return [(_lines(self.old, indent), _lines(self.new, indent)) for indent in indents]


@dataclass(frozen=True)
class Fault:
    name: str
    category: str
    title: str
    edits: tuple[Edit, ...]

    def applied(self, texts: Mapping[str, str]) -> dict[str, str]:
        broken = dict(texts)
        for edit in self.edits:
            broken = edit.applied(broken)
        return broken


@dataclass(frozen=True)
class BaseProgram:
    """A right program: its folder holds its files, both tests and ``faults.yaml``."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def split(self) -> str:
        """By the digest of the name: a new program moves no other."""
        digest = hashlib.sha256(f"{_SALT}:{self.name}".encode()).digest()
        return "report" if digest[0] % 2 else "tune"

    @property
    def test_name(self) -> str:
        return f"test_{self.name}.py"

    @property
    def hidden_name(self) -> str:
        return f"test_{self.name}_hidden.py"

    @cached_property
    def texts(self) -> dict[str, str]:
        """Of the program itself, by file name."""
        tests = (self.test_name, self.hidden_name)
        return {path.name: _text(path) for path in sorted(self.folder.glob("*.py")) if path.name not in tests}

    @cached_property
    def tests(self) -> dict[str, str]:
        """The visible ones and the hidden ones, by file name."""
        return {name: _text(self.folder / name) for name in (self.test_name, self.hidden_name)}

    @property
    def category(self) -> str:
        """Of its mutants, and of the faults that name none."""
        return str(self._about["category"])

    @property
    def wanted_mutants(self) -> int:
        return int(self._about.get("mutants", 1))

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self._fault(row) for row in self._about["faults"])

    @cached_property
    def _about(self) -> dict[str, Any]:
        about: dict[str, Any] = yaml.safe_load(_text(self.folder / "faults.yaml"))
        return about

    def _fault(self, row: dict[str, Any]) -> Fault:
        edits = tuple(self._edit(edit) for edit in row.get("edits", [row]))
        return Fault(row["name"], row.get("category", self.category), row["title"], edits)

    def _edit(self, row: dict[str, Any]) -> Edit:
        """The file need not be named where there is only one."""
        return Edit(row.get("file") or self._only_file(), row["old"], row["new"])

    def _only_file(self) -> str:
        (name,) = self.texts
        return name


def base_programs() -> list[BaseProgram]:
    return [BaseProgram(path.parent) for path in sorted(PROGRAMS.glob("*/faults.yaml"))]


def _lines(text: str, indent: str) -> str:
    """Whole lines, from the end of the line before them."""
    return "\n" + textwrap.indent(text.strip("\n"), indent) + "\n"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
