"""Progress of code_fix on stderr: a line that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from open_autoglm.tasks.fix_code import FixProgress

PLAIN_LINE_EVERY_S = 10.0
_WORDS = {
    "read": "reading",
    "reproduce": "running it as it is",
    "search": "trying changes",
    "model": "asking the language model",
    "prove": "running it again in a fresh copy",
    "explain": "having the model explain",
}


class FixDisplay:
    """Called with every progress of one repair."""

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name if len(name) <= 40 else name[:39] + "…"
        self._last_line_s = 0.0
        self._stage = ""
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar = self._bars.add_task(self._name, total=None)

    def __enter__(self) -> FixDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: FixProgress) -> None:
        tried = f", {progress.tried} tried" if progress.tried else ""
        line = f"{self._name}: {_WORDS.get(progress.stage, progress.stage)}{tried}"
        if self._console.is_terminal:
            self._bars.update(self._bar, description=line)
            return
        now = time.monotonic()
        if progress.stage != self._stage or now - self._last_line_s >= PLAIN_LINE_EVERY_S:
            self._stage, self._last_line_s = progress.stage, now
            self._console.print(line, markup=False, highlight=False)
