"""Start a command on Linux or macOS: through a first process that confines, watches and ends it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

import psutil

from open_autoglm.code.sandbox.confined import Confined, Start
from open_autoglm.code.sandbox.isolation import Isolation
from open_autoglm.code.sandbox.launch.order import Order, to_bytes
from open_autoglm.code.sandbox.linux_isolation import linux_isolation
from open_autoglm.code.sandbox.macos_profile import SANDBOX_EXEC, macos_isolation, profile
from open_autoglm.code.sandbox.outcome import ENDINGS, Ended
from open_autoglm.errors import MissingPiece

_PACKAGE = Path(__file__).parents[2]

_BOOT = """
import sys
package = type(sys)("open_autoglm")
package.__path__ = [sys.argv[1]]
sys.modules["open_autoglm"] = package
from open_autoglm.code.sandbox.launch.main import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""
"""The package without its own beginning, which reads the version and so costs more than all the rest."""

_ENDING_S = 3.0


class PosixConfined(Confined):
    def __init__(self, start: Start, without: tuple[str, ...] = ()) -> None:
        self._executable = start.executable
        self._profiled = sys.platform == "darwin" and SANDBOX_EXEC.exists()
        self._granted: set[str] = set()
        self._refused: dict[str, str] = {}
        self._ending: tuple[Ended, int | None] | None = None
        self._failure: str | None = None
        self._watched = threading.Event()
        self._closing = threading.Lock()
        order_read, self._lifeline = os.pipe()
        self._status, status_write = os.pipe()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, str(_PACKAGE), str(order_read), str(status_write)],
                stdin=subprocess.PIPE if start.feeds else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(order_read, status_write),
                start_new_session=True,
                cwd="/",
                env={},
            )
        except BaseException:
            os.close(self._lifeline)
            os.close(self._status)
            raise
        finally:
            os.close(order_read)
            os.close(status_write)
        with contextlib.suppress(BrokenPipeError):  # it died at once: the status tells
            _write_all(self._lifeline, to_bytes(self._order(start, without)))

    @property
    def watches_itself(self) -> bool:
        return self._watched.is_set()

    def wait_until_ended(self) -> None:
        with os.fdopen(self._status, "r", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._note(*line.rstrip("\n").split(" ", 2))
        self.process.wait()

    def end(self) -> None:
        """The closed pipe tells the supervisor inside; one that doesn't heed is ended from outside."""
        # Where nothing inside sees all of them, some may leave the group before it is ended.
        known = [] if self.watches_itself else _tree(self.process.pid)
        with self._closing:
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1
        try:
            self.process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            known += _tree(self.process.pid)
            self.process.kill()
            self.process.wait()
        for process in known:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def ending(self) -> tuple[Ended, int | None]:
        if self._failure is not None:
            raise MissingPiece(
                f"Can't start {self._executable} in the sandbox: {self._failure}.",
                hint="Give the folder that it is installed in as readable.",
            )
        return self._ending or ("killed", None)

    def isolation(self) -> Isolation:
        if sys.platform == "darwin":
            return macos_isolation(profiled=self._profiled)
        return linux_isolation(frozenset(self._granted), self._refused)

    def _order(self, start: Start, without: tuple[str, ...]) -> Order:
        limits = start.limits
        executable, arguments = start.executable, list(start.arguments)
        if self._profiled:
            arguments = ["sandbox-exec", "-p", profile(start), str(executable), *arguments[1:]]
            executable = SANDBOX_EXEC
        return Order(
            executable=str(executable),
            arguments=arguments,
            variables=[f"{name}={value}" for name, value in start.variables.items()],
            folder=str(start.folder),
            own_folder=str(start.own_folder),
            readable=list(start.readable),
            without=list(without),
            memory_bytes=limits.memory_bytes,
            cpu_s=limits.cpu_s,
            file_bytes=limits.file_bytes,
            disk_bytes=limits.disk_bytes,
            processes=limits.processes,
            outer_user=os.getuid(),
            ours=[os.getpid(), os.getppid()],
        )

    def _note(self, word: str, value: str = "", rest: str = "") -> None:
        match word:
            case "held":
                self._granted.add(value)
            case "lost":
                self._refused[value] = rest
            case "watched":
                self._watched.set()
            case "failed":
                self._failure = f"{value} {rest}".strip()
            case "exit":
                self._ending = ("exited", int(value))
            case "ended" if value in ENDINGS:
                self._ending = (cast(Ended, value), None)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _tree(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
