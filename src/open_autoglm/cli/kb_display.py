"""Progress of ``kb add`` on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from open_autoglm.knowledge.ingest.folder_walk import readable_name
from open_autoglm.knowledge.ingest.progress import IngestProgress, IngestStage

PLAIN_LINE_EVERY_S = 10.0
MAX_NAME = 40

_WORDS: dict[IngestStage, tuple[str, str]] = {
    "look": ("looking through folders", "files"),
    "read": ("reading", "files"),
    "embed": ("making vectors", "windows"),
}


class IngestDisplay:
    """Called with every IngestProgress; a context manager so that the bar is taken down."""

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar: TaskID | None = None
        self._stage: IngestStage | None = None
        self._last_line_s = 0.0

    def __enter__(self) -> IngestDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: IngestProgress) -> None:
        new = progress.stage != self._stage
        self._stage = progress.stage
        if self._console.is_terminal:
            self._move_bar(progress, new=new)
        else:
            self._print_line(progress, new=new)

    def _move_bar(self, progress: IngestProgress, *, new: bool) -> None:
        if self._bar is None or new:
            if self._bar is not None:
                self._bars.remove_task(self._bar)
            self._bar = self._bars.add_task(
                f"{self._name}: {_WORDS[progress.stage][0]}", total=progress.total or None, more=""
            )
        file = readable_name(progress.file.rsplit("/", 1)[-1])
        more = ", ".join(part for part in (_left(progress), file[:MAX_NAME]) if part)
        self._bars.update(self._bar, completed=progress.done, total=progress.total or None, more=more)

    def _print_line(self, progress: IngestProgress, *, new: bool) -> None:
        now = time.monotonic()
        done = progress.total > 0 and progress.done == progress.total
        if progress.total == 0 or (not new and not done and now - self._last_line_s < PLAIN_LINE_EVERY_S):
            return
        self._last_line_s = now
        word, unit = _WORDS[progress.stage]
        left = _left(progress)
        line = f"{self._name}: {word}, {progress.done:,} of {progress.total:,} {unit}"
        self._console.print(f"{line}, {left}" if left else line, markup=False, highlight=False)


def _left(progress: IngestProgress) -> str:
    if progress.seconds_left is None or progress.done >= progress.total:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{minutes} min {seconds} s left" if minutes else f"{seconds} s left"
