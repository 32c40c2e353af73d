"""Start a command on Windows: in a job, which bounds it and ends with all that is in it."""

from __future__ import annotations

import subprocess
from typing import cast

import psutil

from open_autoglm.code.sandbox.confined import Confined, Start
from open_autoglm.code.sandbox.isolation import Isolation
from open_autoglm.code.sandbox.outcome import Ended
from open_autoglm.code.sandbox.windows_job import WindowsJob, system_folder

_SUSPENDED = 0x0000_0004
_NEW_GROUP = 0x0000_0200
_NO_WINDOW = 0x0800_0000


class WindowsConfined(Confined):
    """It is put into the job before its first instruction, so nothing that it starts can stay outside."""

    def __init__(self, start: Start) -> None:
        self._job = WindowsJob(start.limits)
        places = {name: str(start.own_folder) for name in ("TEMP", "TMP", "HOME", "USERPROFILE", "APPDATA")}
        self.process = subprocess.Popen(
            list(start.arguments),
            executable=start.executable,
            stdin=subprocess.PIPE if start.feeds else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=start.folder,
            env={"SYSTEMROOT": system_folder()} | start.variables | places,
            creationflags=_SUSPENDED | _NEW_GROUP | _NO_WINDOW,
        )
        try:
            self._job.take(self.process)
            # A suspended process can be resumed on Windows alone; psutil knows how.
            psutil.Process(self.process.pid).resume()
        except BaseException:
            self.process.kill()
            self._job.close()
            raise

    @property
    def watches_itself(self) -> bool:
        return False

    def wait_until_ended(self) -> None:
        self.process.wait()
        self._job.close()  # what it left behind holds its pipes

    def end(self) -> None:
        self._job.close()
        self.process.wait()

    def ending(self) -> tuple[Ended, int | None]:
        return "exited", cast(int, self.process.returncode)

    def isolation(self) -> Isolation:
        return Isolation(held=("limits",), missing=("network", "files", "processes", "system_calls"))
