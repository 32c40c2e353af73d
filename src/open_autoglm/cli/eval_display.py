"""Progress of an evaluation on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PLAIN_LINE_EVERY_S = 30.0


class EvalDisplay:
    """Told of every task that is done; a context manager so that the bar is taken down."""

    def __init__(self, console: Console, name: str, tasks: int, noun: str = "tasks") -> None:
        self._console = console
        self._name = name if len(name) <= 50 else f"{name[:49]}…"
        self._tasks = tasks
        self._noun = noun
        self._done = 0
        self._right = 0
        self._last_line_s = time.monotonic()
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[right]} right", markup=False),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar = self._bars.add_task(self._name, total=tasks, right=0)

    def __enter__(self) -> EvalDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        self._line()

    def advance(self, *, right: bool) -> None:
        self._done += 1
        self._right += right
        self._bars.update(self._bar, advance=1, right=self._right)
        if not self._console.is_terminal and time.monotonic() - self._last_line_s >= PLAIN_LINE_EVERY_S:
            self._last_line_s = time.monotonic()
            self._line()

    def _line(self) -> None:
        self._console.print(
            f"{self._name}: {self._done} of {self._tasks} {self._noun}, {self._right} right", markup=False
        )
