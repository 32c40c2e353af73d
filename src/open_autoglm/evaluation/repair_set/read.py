"""Reads the shipped set of broken programs, which ``benchmarks/repair_set`` makes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

from open_autoglm.errors import NotFound

Split = Literal["tune", "report"]
"""A base program's faults lie in one part only, so what was tuned on is never reported on."""
Origin = Literal["hand", "mutation"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True, slots=True)
class RepairTask:
    """A broken program: its visible tests fail, and so do the hidden ones that judge a repair."""

    id: str
    base: str
    """The right program that this one was broken from."""
    split: Split
    category: str
    """``crawler-parsing``, ``dates``, ``off-by-one`` …: where the fault lies, not how it came about."""
    origin: Origin
    title: str
    """Names the fault for a report. It gives the repair away: no repairer may be shown it."""
    files: Mapping[str, str]
    """Of the broken program, by name."""
    test_name: str
    test_text: str
    """What a repairer may run and read."""
    hidden_name: str
    hidden_text: str
    """What judges a repair; each case follows from the program's docstrings."""
    reference: Mapping[str, str]
    """The right program, all files."""

    @property
    def broken_files(self) -> tuple[str, ...]:
        """Names of the files in which the right program differs."""
        return tuple(name for name, text in self.files.items() if text != self.reference[name])


def repair_tasks(split: str | None = None) -> tuple[RepairTask, ...]:
    """The tasks of one part, in the file's order; of both without a name.

    Raises NotFound where there is no such part.
    """
    if split is not None and split not in SPLITS:
        raise NotFound(f"the repair set has no part {split!r}", hint=f"Take {' or '.join(SPLITS)}.")
    return tuple(task for task in _tasks() if split in (None, task.split))


def _tasks() -> Iterator[RepairTask]:
    text = files(__package__).joinpath("repair.jsonl").read_text(encoding="utf-8")
    return (_task(json.loads(line)) for line in text.splitlines())


def _task(row: dict[str, Any]) -> RepairTask:
    """A row holds the right text only of the files that were broken."""
    return RepairTask(**{**row, "reference": {**row["files"], **row["reference"]}})
