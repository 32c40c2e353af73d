"""Progress of video_analysis on stderr: a bar for each recording on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from open_autoglm.tasks.analyze_video import Stage, VideoProgress
from open_autoglm.video.analysis import AnalysisProgress
from open_autoglm.video.events.event import Event, clock

PLAIN_LINE_EVERY_S = 10.0

_WORDS: dict[Stage, str] = {
    "open": "opening",
    "measure": "measuring what this machine holds",
    "analyse": "watching",
    "reconnect": "reconnecting",
    "done": "watched",
    "model": "loading the language model",
    "look": "looking at pictures",
    "report": "writing the report",
    "answers": "answering",
    "pictures": "taking pictures",
    "clips": "writing clips",
    "annotate": "writing the recording with boxes, seconds",
}


class VideoDisplay:
    """``follow(name)`` gives what one recording tells its progress to. Safe to call from several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[facts]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )

    def __enter__(self) -> VideoDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def follow(self, name: str) -> Callable[[VideoProgress], None]:
        short = name if len(name) <= 40 else name[:39] + "…"
        return _Recording(self._console, self._bars, self._lock, short)

    def say(self, line: str) -> None:
        """A line above the bars: an event as it happens."""
        with self._lock:
            self._console.print(line, markup=False, highlight=False)


class _Recording:
    def __init__(self, console: Console, bars: Progress, lock: threading.Lock, name: str) -> None:
        self._console = console
        self._bars = bars
        self._lock = lock
        self._name = name
        self._bar: TaskID | None = None
        self._stage: Stage | None = None
        self._last_line_s = 0.0
        self._last_line = ""

    def __call__(self, progress: VideoProgress) -> None:
        with self._lock:
            new = progress.stage != self._stage
            self._stage = progress.stage
            if self._console.is_terminal:
                self._move_bar(progress)
            else:
                self._print_line(progress, new=new)

    def _move_bar(self, progress: VideoProgress) -> None:
        description = f"{self._name}: {_WORDS[progress.stage]}"
        if self._bar is None:
            self._bar = self._bars.add_task(description, total=None, facts="")
        watched = progress.analysis
        if watched is not None:
            done, total = watched.position_s, watched.duration_s
        else:
            done, total = float(progress.done), float(progress.total) or None
        self._bars.update(
            self._bar, description=description, completed=done, total=total, facts=_facts(progress)
        )

    def _print_line(self, progress: VideoProgress, *, new: bool) -> None:
        now = time.monotonic()
        if not new and now - self._last_line_s < PLAIN_LINE_EVERY_S:
            return
        self._last_line_s = now
        facts = _facts(progress)
        line = f"{self._name}: {_WORDS[progress.stage]}{f', {facts}' if facts else ''}"
        if line != self._last_line:
            self._console.print(line, markup=False, highlight=False)
        self._last_line = line


def event_line(event: Event) -> str:
    """``00:03:21 intrusion in gate (person)``, for whoever watches along."""
    zone = f" in {event.zone}" if event.zone else ""
    what = f" ({event.class_name})" if event.class_name else ""
    note = f", {event.note}" if event.note else ""
    return f"{event.start} {event.type}{zone}{what}{note}"


def _facts(progress: VideoProgress) -> str:
    watched = progress.analysis
    if watched is None:
        return f"{progress.done} of {progress.total}" if progress.total else ""
    return ", ".join(_watched(progress.stage, watched))


def _watched(stage: Stage, watched: AnalysisProgress) -> list[str]:
    if stage in ("open", "measure"):
        return []
    length = f" of {clock(watched.duration_s)}" if watched.duration_s else ""
    parts = [f"{clock(watched.position_s)}{length}"]
    if watched.frames_per_second:
        parts.append(f"{watched.frames_per_second:.0f} frames/s")
    if watched.real_time_factor:
        parts.append(f"{watched.real_time_factor:.1f}x real time")
    parts.append(f"{watched.events} event{'' if watched.events == 1 else 's'}")
    if watched.kept_seconds:
        parts.append(f"{clock(watched.kept_seconds)} kept from an earlier run")
    if watched.seconds_left is not None and stage == "analyse":
        minutes, seconds = divmod(round(watched.seconds_left), 60)
        parts.append(f"{minutes} min {seconds} s left" if minutes else f"{seconds} s left")
    if watched.message:
        parts.append(watched.message)
    return parts
