"""A failure: what went wrong, where, and which tests showed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FailureKind = Literal["exception", "assertion", "syntax", "import", "build", "lint", "timeout", "crash"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One line on the way to the failure. ``file`` is as the tool wrote it, ``line`` counts from 1."""

    file: str
    line: int
    function: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """``frames`` go from the outermost to the place of the failure itself; empty where none is told."""

    kind: FailureKind
    type: str
    """The exception's name or the tool's code, for example ``KeyError`` or ``E0308``; may be empty."""
    message: str
    frames: tuple[Frame, ...] = ()
    tests: tuple[str, ...] = ()
    tool: str = "python"
    text: str = ""
    """What the tool printed of it, cut to a few thousand characters."""

    @property
    def place(self) -> Frame | None:
        """Where it was noticed."""
        return self.frames[-1] if self.frames else None

    @property
    def headline(self) -> str:
        """``KeyError: 'href'``, on one line."""
        first = self.message.strip().splitlines()[0] if self.message.strip() else ""
        return f"{self.type}: {first}" if self.type and first else self.type or first


_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_IMPORT = ("ImportError", "ModuleNotFoundError")


def kind_of(type_name: str) -> FailureKind:
    """Of a Python exception, by its name."""
    bare = type_name.rpartition(".")[2]
    if bare == "TestTimedOut":
        return "timeout"
    if bare in _SYNTAX:
        return "syntax"
    if bare in _IMPORT:
        return "import"
    return "assertion" if bare in ("AssertionError", "Failed") else "exception"
