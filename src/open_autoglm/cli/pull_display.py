"""A pull as the terminal shows it: a bar where there is one, plain lines where there is none."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn

from open_autoglm.local.disk import megabytes
from open_autoglm.local.pull_progress import PullProgress, PullStage

PLAIN_LINE_EVERY_S = 10.0


class PullDisplay:
    """Called with every PullProgress; use it as a context manager so that the bar is taken down."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            SpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._shown: tuple[str, PullStage, str] | None = None
        self._last_line_s = 0.0
        self._started = (0.0, 0)

    def __enter__(self) -> PullDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: PullProgress) -> None:
        stage = (progress.file, progress.stage, progress.detail if progress.total_bytes == 0 else "")
        new = stage != self._shown
        self._shown = stage
        if progress.stage in ("waiting", "checking", "installed"):
            if new:
                self._console.print(
                    f"{progress.stage}: {progress.file}: {progress.detail}", markup=False, highlight=False
                )
        elif self._console.is_terminal:
            self._move_bar(progress, new=new)
        else:
            self._print_line(progress, new=new)

    def _move_bar(self, progress: PullProgress, *, new: bool) -> None:
        if new or self._task is None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            name = progress.file if len(progress.file) <= 40 else progress.file[:39] + "…"
            self._task = self._bars.add_task(f"{progress.stage} {name}", total=progress.total_bytes)
            # Bytes that an earlier pull kept are not speed of this one.
            self._bars.update(self._task, completed=progress.done_bytes)
            self._bars.reset(self._task, completed=progress.done_bytes, total=progress.total_bytes)
        self._bars.update(self._task, completed=progress.done_bytes, total=progress.total_bytes)

    def _print_line(self, progress: PullProgress, *, new: bool) -> None:
        now = time.monotonic()
        if new:
            self._started = (now, progress.done_bytes)
        if not new and now - self._last_line_s < PLAIN_LINE_EVERY_S:
            return
        self._last_line_s = now
        percent = 100 * progress.done_bytes // max(1, progress.total_bytes)
        line = f"{progress.stage} {progress.file}: {percent} % of {megabytes(progress.total_bytes)}"
        seconds, received = now - self._started[0], progress.done_bytes - self._started[1]
        if seconds > 0 and received > 0:
            speed = received / seconds
            left = (progress.total_bytes - progress.done_bytes) / speed
            line += f", {megabytes(int(speed))}/s, {left:.0f} s left"
        self._console.print(line, markup=False, highlight=False)
