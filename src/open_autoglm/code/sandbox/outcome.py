"""How a run ended, and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from open_autoglm.code.sandbox.isolation import Isolation

Ended = Literal[
    "exited",  # by itself; a negative exit code is the signal that ended it
    "timed_out",
    "cpu",
    "memory",
    "output",
    "disk",
    "processes",
    "cancelled",
    "killed",  # from outside: by the system when it ran out of memory, or by a person
]
ENDINGS: frozenset[str] = frozenset(get_args(Ended))


@dataclass(frozen=True, slots=True)
class RunOutcome:
    ended: Ended
    exit_code: int | None
    """None when the run was ended."""
    stdout: str
    stderr: str
    truncated: bool
    """Whether it wrote more than is kept."""
    wall_s: float
    isolation: Isolation

    @property
    def succeeded(self) -> bool:
        return self.ended == "exited" and self.exit_code == 0
