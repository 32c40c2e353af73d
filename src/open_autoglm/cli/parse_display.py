"""Progress of document_parse on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from open_autoglm.tasks.parse_document import ParseProgress, Stage

PLAIN_LINE_EVERY_S = 10.0

_WORDS: dict[Stage, tuple[str, str]] = {
    "read": ("reading", "pages"),
    "notes": ("understanding", "parts"),
    "key_information": ("key information", ""),
    "fields": ("fields", "requests"),
    "summary": ("summary", "steps"),
}


class ParseDisplay:
    """Called with every ParseProgress of one file; a context manager so that the bar is taken down."""

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name if len(name) <= 40 else name[:39] + "…"
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar: TaskID | None = None
        self._stage: Stage | None = None
        self._last_line_s = 0.0
        self._last_line = ""

    def __enter__(self) -> ParseDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: ParseProgress) -> None:
        new = progress.stage != self._stage
        self._stage = progress.stage
        if self._console.is_terminal:
            self._move_bar(progress, new=new)
        else:
            self._print_line(progress, new=new)

    def _move_bar(self, progress: ParseProgress, *, new: bool) -> None:
        if self._bar is None or new:
            if self._bar is not None:
                self._bars.remove_task(self._bar)
            description = f"{self._name}: {_WORDS[progress.stage][0]}"
            self._bar = self._bars.add_task(description, total=progress.total or None, left="")
        self._bars.update(
            self._bar, completed=progress.done, total=progress.total or None, left=_left(progress)
        )

    def _print_line(self, progress: ParseProgress, *, new: bool) -> None:
        now = time.monotonic()
        done = progress.total > 0 and progress.done == progress.total
        if not new and not done and now - self._last_line_s < PLAIN_LINE_EVERY_S:
            return
        self._last_line_s = now
        word, unit = _WORDS[progress.stage]
        line = f"{self._name}: {word}"
        if unit and progress.total:
            line += f" {progress.done} of {progress.total} {unit}"
        left = _left(progress)
        line = f"{line}, {left}" if left else line
        if line != self._last_line:
            self._console.print(line, markup=False, highlight=False)
        self._last_line = line


def _left(progress: ParseProgress) -> str:
    parts = [f"{progress.kept} kept from an earlier run"] if progress.kept else []
    if progress.seconds_left is not None and progress.done < progress.total:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        parts.append(f"{minutes} min {seconds} s left" if minutes else f"{seconds} s left")
    return ", ".join(parts)
