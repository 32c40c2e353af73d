"""What a pull says while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

PullStage = Literal["waiting", "checking", "downloading", "verifying", "installed"]


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One step of a pull: ``done_bytes`` of ``total_bytes`` of ``file``, in ``stage``.

    ``detail`` names the source, the process waited for, or what was found.
    """

    file: str
    stage: PullStage
    done_bytes: int
    total_bytes: int
    detail: str = ""


ReportProgress = Callable[[PullProgress], None]
"""Called often, from the pulling thread. An error raised here stops the pull; the partial is kept."""
