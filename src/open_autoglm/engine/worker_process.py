"""One worker process, from its start to its end."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from open_autoglm.engine.last_words import LastWords, describe_exit
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.worker_protocol import Failed, Handover, Ready, report_from_line
from open_autoglm.errors import EngineStartFailed

# -P: a folder we happen to run in can't slip its own modules in.
WORKER_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "open_autoglm.engine.worker")
STOP_GRACE_S = 2.0
MAX_REPORT_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one worker answers. A restarted worker has another address and another key."""

    address: str
    api_key: str = field(repr=False)
    pid: int


class WorkerProcess:
    """Started by its constructor; the thread that starts it has to outlive it (see worker.py)."""

    def __init__(self, options: LlamaCppOptions) -> None:
        self._options = options
        self._api_key = secrets.token_urlsafe(32)
        try:
            self._process = subprocess.Popen(
                WORKER_COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **_detached(),
            )
        except OSError as error:
            raise EngineStartFailed(f"No process could be started for the engine: {error}.") from error
        self.pid = self._process.pid
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        self._last_words = LastWords(self._process.stderr)

    def wait_ready(self) -> Endpoint:
        """Wait until the model is loaded. Raises EngineStartFailed, and the process is gone."""
        expired = threading.Event()
        timer = threading.Timer(self._options.start_timeout_s, self._expire, (expired,))
        timer.daemon = True
        timer.start()
        try:
            report = self._shake_hands()
        finally:
            timer.cancel()
        if isinstance(report, Ready) and not expired.is_set():
            return Endpoint(report.address, self._api_key, self.pid)
        with suppress(subprocess.TimeoutExpired):  # let it write its log to the end
            self._process.wait(STOP_GRACE_S)
        self.end()
        hint: str | None = None
        if expired.is_set():
            reason = f"it was not ready after {self._options.start_timeout_s:g} s"
            hint = "Raise engine_start_timeout_s or choose a smaller model."
        elif isinstance(report, Failed) and report.reason is not None:
            reason = report.reason
        else:
            reason = self._last_words.reason() or f"the worker {describe_exit(self._process.returncode)}"
            hint = "Check the file, or pull the model again."
        raise EngineStartFailed(
            f"Model {self._options.model_name!r} could not be loaded from "
            f"{self._options.model_path}: {reason.rstrip('.')}.",
            hint=hint,
        )

    def wait_end(self) -> str:
        """Wait until the process is gone; how it ended, for a sentence that starts with "it"."""
        returncode = self._process.wait()
        self._close_stdin()
        # A killed process had no time for last words; what it logged before is about something else.
        said = None if returncode in (0, -signal.SIGTERM, -9) else self._last_words.reason(within=20)
        return describe_exit(returncode) + (f" ({said})" if said else "")

    def end(self) -> None:
        """Ask the process to end, wait a moment, make it. Safe to call twice."""
        self._close_stdin()
        try:
            self._process.wait(STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _shake_hands(self) -> Ready | Failed | None:
        """Tell the worker what to load and hear its one report."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        handover = Handover(self._options, self._api_key, os.getpid())
        try:
            with self._process.stdout as reports:
                self._process.stdin.write(handover.to_line())
                self._process.stdin.flush()
                return report_from_line(reports.readline(MAX_REPORT_BYTES))
        except (OSError, ValueError):  # gone already, or ended while we speak: pipes are closed
            return None

    def _expire(self, expired: threading.Event) -> None:
        expired.set()
        self._process.kill()

    def _close_stdin(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):  # what was not yet written has no reader any more
                self._process.stdin.close()


def _detached() -> dict[str, Any]:
    """Away from the terminal's Ctrl-C, so that the program can cancel before the worker goes."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
