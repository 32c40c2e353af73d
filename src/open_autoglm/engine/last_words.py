"""The last lines a worker wrote to stderr, and the reason that can be read from them."""

from __future__ import annotations

import re
import signal
import threading
from collections import deque
from typing import IO

KEPT_LINES = 200
MAX_LINE_BYTES = 2000

# llama.cpp's log line: time, one-letter severity, function, message.
_ERROR_LINE = re.compile(r"^[\d.]+ E\s+(?:[\w~]+\s+)?(?:\w+: )?(?P<text>.+)$")
# Lines that only repeat that something above them failed.
_HOLLOW = re.compile(r"failed to load model|exiting due to|failed to init")


class LastWords:
    """Reads a stream in a thread of its own until it ends, so that the writer never blocks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(MAX_LINE_BYTES):
                self._lines.append(line.decode("utf-8", errors="replace").rstrip())

    def reason(self, within: int = KEPT_LINES) -> str | None:
        """Why it ended, as far as its last lines say. Call it once the process is gone."""
        self._reader.join(timeout=1.0)
        lines = list(self._lines)[-within:]
        if asserted := [line for line in lines if "GGML_ASSERT" in line]:
            return asserted[-1]
        errors = [match["text"].strip() for line in lines if (match := _ERROR_LINE.match(line))]
        telling = [text for text in errors if not _HOLLOW.search(text)]
        if telling or errors:
            return "; ".join(dict.fromkeys((telling or errors)[:2]))
        spoken = [line for line in lines if line and not re.match(r"^[\d.]+ [IWDT]\s", line)]
        return spoken[-1] if spoken else None


def describe_exit(returncode: int) -> str:
    """How a process ended, for a sentence that starts with "it"."""
    if returncode >= 0:
        return f"ended with exit status {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f"signal {-returncode}"
    hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was killed by {name}{hint}"
