"""What a section of the benchmark takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Where inputs are, which interpreter has the peers, and whether to take the short way."""

    data: Path
    peer_python: Path
    quick: bool = False
    answers: Path | None = None
    """Where answers of models are kept, so that a long run can be divided."""
    split: str = "report"
    """Which part of a set is measured, where it has one to tune on and one to report."""
    use_model: bool = True
    """Whether a section that can do without a model also measures it with one."""


@dataclass
class Section:
    """A table to print, with notes below it. A cell that could not be measured says why."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        table = [list(self.columns), *[list(row) for row in self.rows]]
        widths = [max(len(row[index]) for row in table) for index in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([f"## {self.title}", "", *[line.rstrip() for line in lines], "", *self.notes])
