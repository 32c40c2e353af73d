"""How far an ingest is, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

IngestStage = Literal["look", "read", "embed"]


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """``look``: folders are compared with the base; ``read``: files; ``embed``: windows get their vectors."""

    stage: IngestStage
    done: int = 0
    total: int = 0
    """0 while it is unknown."""
    file: str = ""
    """The one just finished."""
    seconds_left: float | None = None


OnProgress = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class FailedFile:
    path: str
    reason: str


@dataclass(slots=True)
class IngestResult:
    """``read``, ``renamed``, ``removed``: of this run; ``failed``: all that the base knows of where it
    looked."""

    read: int = 0
    renamed: int = 0
    removed: int = 0
    unchanged: int = 0
    chunks: int = 0
    """Made in this run."""
    vectors: int = 0
    failed: list[FailedFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Pace:
    """Estimates what is left from what was done since it began."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._started = time.monotonic()

    def seconds_left(self, done: int) -> float | None:
        if done == 0:
            return None
        return (time.monotonic() - self._started) / done * max(0, self._total - done)
