"""A job and how far it is: frozen values, as they stand in the store and go to whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobProgress:
    """``done`` of ``total`` units of the stage; ``total`` 0 while that is unknown."""

    stage: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What else a task says of itself, for example ``frames_per_second``."""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed: the HTTP status its error has, and one sentence with its remedy."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. Times are in UTC."""

    id: str
    owner: str
    task: str
    file_name: str
    """As its owner named it; where it lies is the store's business."""
    options: Mapping[str, Any]
    state: JobState
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    failure: JobFailure | None = None
    progress: JobProgress = field(default_factory=JobProgress)
    """Of this run; a job that waits or has ended has none."""

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED
