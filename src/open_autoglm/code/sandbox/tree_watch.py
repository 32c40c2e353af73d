"""What a process and all below it take, seen from outside, where nothing inside watches."""

from __future__ import annotations

import contextlib
import time

import psutil

from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.outcome import Ended

_FIRST_S = 0.02
_REST = 10
"""Looking takes one tenth of the time at most: a list of all processes is slow on some systems."""


class TreeWatch:
    def __init__(self, pid: int, limits: RunLimits) -> None:
        self._pid = pid
        self._limits = limits
        self._next_look = time.monotonic() + _FIRST_S

    def excess(self) -> Ended | None:
        """What is over its limit now; looks only now and then."""
        began = time.monotonic()
        if began < self._next_look:
            return None
        tasks, resident, cpu_s = self._taken()
        now = time.monotonic()
        self._next_look = now + max(_FIRST_S, (now - began) * _REST)
        if tasks > self._limits.processes:
            return "processes"
        if resident > self._limits.memory_bytes:
            return "memory"
        return "cpu" if cpu_s > self._limits.cpu_s else None

    def _taken(self) -> tuple[int, int, float]:
        tasks, resident, cpu_s = 0, 0, 0.0
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    tasks += process.num_threads()
                    resident += process.memory_info().rss
                    times = process.cpu_times()
                    cpu_s += times.user + times.system
        return tasks, resident, cpu_s
