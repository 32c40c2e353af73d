"""Run a helper program to its end: watched, interruptible, never left behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.2
KEPT_OUTPUT_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class ChildResult:
    exit_code: int
    last_output: str
    """The end of what it wrote, both streams."""


def run_child(arguments: Sequence[str], folder: Path, on_tick: Callable[[str], None]) -> ChildResult:
    """Run ``arguments`` with its output in ``folder``; ``on_tick`` sees the end of it five times a second.

    The child is killed when ``on_tick`` raises or the caller is interrupted. Its environment is ours, so
    the user's own mirrors, proxies and certificates hold.
    """
    log = folder / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(arguments), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    process.wait(POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    on_tick(_end_of(log))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return ChildResult(process.returncode, _end_of(log))


def _end_of(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - KEPT_OUTPUT_BYTES))
        return file.read(KEPT_OUTPUT_BYTES).decode("utf-8", errors="replace")
