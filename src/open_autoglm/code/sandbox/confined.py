"""A command that runs confined, whatever the system it was started on."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.sandbox.isolation import Isolation
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.outcome import Ended


@dataclass(frozen=True, slots=True)
class Start:
    """What to start: everything resolved, nothing left to look up."""

    executable: Path
    arguments: tuple[str, ...]
    folder: Path
    own_folder: Path
    """An empty folder that goes with the run."""
    variables: dict[str, str]
    readable: tuple[str, ...]
    limits: RunLimits
    feeds: bool
    """Whether something will be written to its standard input."""


class Confined(ABC):
    """Made by starting. ``process`` has the pipes of the command, and is the command or its ancestor."""

    process: subprocess.Popen[bytes]

    @property
    @abstractmethod
    def watches_itself(self) -> bool:
        """Whether memory, processes and disk are watched without our help."""

    @abstractmethod
    def wait_until_ended(self) -> None:
        """For the pipes to be closed; called in a thread."""

    @abstractmethod
    def end(self) -> None:
        """The command and all its children, now; returns when they are gone. Safe to call twice."""

    @abstractmethod
    def ending(self) -> tuple[Ended, int | None]:
        """After it has ended by itself. Raises MissingPiece when it never began."""

    @abstractmethod
    def isolation(self) -> Isolation: ...
