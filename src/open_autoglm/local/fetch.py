"""What a fetch is asked for and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from open_autoglm.local.pull_progress import PullProgress, ReportProgress


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Bring one file. ``size`` and ``sha256`` are None where only the hub knows them."""

    file_name: str
    partial: Path
    """Where the bytes are gathered; its folder is the fetch's own."""
    size: int | None
    sha256: str | None
    progress: ReportProgress

    def report(self, done: int, total: int, source: str) -> None:
        self.progress(PullProgress(self.file_name, "downloading", done, total, source))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the whole file must be: as pinned in the catalogue, or as the hub states."""

    size: int
    sha256: str | None
